#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dxpy::facts {

struct TextLiteral {
  bool is_bytes = false;
  std::string value;  ///< bytes, or text in UTF-8 in which lone surrogates may stand
};

/// The value of a string or bytes literal with its prefix and quotes. None for
/// what only a run can tell (f-strings, named characters) or what is not valid.
[[nodiscard]] std::optional<TextLiteral> ReadText(std::string_view literal);

/// str() of a number's literal; none where it is not one, or is complex, or
/// written to a base other than ten and above 64 bits.
[[nodiscard]] std::optional<std::string> NumberText(std::string_view literal);

/// str() of a float, as CPython writes it.
[[nodiscard]] std::string FloatText(double value);

/// Appends a code point; lone surrogates too.
void AppendUtf8(char32_t code_point, std::string& text);

/// The next code point, moving `at` behind it. REQUIRES: `at` < text.size();
/// `text` is well-formed but for lone surrogates.
[[nodiscard]] char32_t NextCodePoint(std::string_view text, size_t& at);

/// Whether these bytes are valid UTF-8, as CPython's decoder has it.
[[nodiscard]] bool IsUtf8(std::string_view text);

}  // namespace dxpy::facts
