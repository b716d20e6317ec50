#pragma once

#include <functional>
#include <string_view>

namespace dxpy::impact {

/// A string literal, cut into prefix and content.
struct Literal {
  std::string_view content;
  bool is_bytes = false;
  bool is_formatted = false;
};

[[nodiscard]] Literal ReadLiteral(std::string_view token);

/// How a name stands in a string.
enum class StringName {
  kText,  ///< the string is made of names: "shop.net", "Optional[Order]", "a, b"
  kCode,  ///< in a replacement field
};

/// Visits the names in a string literal. Of a formatted one, all that may be code is.
void VisitNames(const Literal& literal,
                const std::function<void(std::string_view, StringName)>& visit);

}  // namespace dxpy::impact
