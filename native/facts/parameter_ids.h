#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dxpy::facts {

/// Text as pytest writes it into an id: ASCII, the rest as escapes.
[[nodiscard]] std::string EscapeText(std::string_view utf8);
[[nodiscard]] std::string EscapeBytes(std::string_view bytes);

/// How many characters a text in UTF-8 has.
[[nodiscard]] size_t CountCharacters(std::string_view utf8);

/// Numbers those ids that occur more than once, as pytest does.
[[nodiscard]] std::vector<std::string> MakeUnique(std::vector<std::string> ids);

/// All combinations, the first list outermost, joined by '-'. None where there
/// would be more than a million.
[[nodiscard]] std::optional<std::vector<std::string>> Combine(
    const std::vector<std::vector<std::string>>& lists);

}  // namespace dxpy::facts
