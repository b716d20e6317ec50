#pragma once

namespace dxpy::syntax {

/// Where a string literal ends.
struct StringEnd {
  const char* end = nullptr;  ///< just after the closing quote; nullptr: there is none
  bool too_deep = false;      ///< there is none because f-strings nest too deeply
};

/// The end of the literal whose first quote is at `quote`. The bytes from
/// `begin` on tell whether the quote has a prefix.
///
/// Formatted literals follow PEP 701 (quotes, newlines and comments may stand
/// in a replacement field). Whatever older versions accept reads the same.
[[nodiscard]] StringEnd FindStringEnd(const char* quote, const char* begin, const char* end);

}  // namespace dxpy::syntax
