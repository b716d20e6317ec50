#pragma once

#include <cstdint>

#include "syntax/source_reader.h"

namespace dxpy::syntax {

/// A line's indentation, as CPython measures it: tabs to multiples of 8, and a
/// second time as 1 each. Where the two disagree, tabs and spaces are mixed.
struct Indentation {
  uint32_t column = 0;
  uint32_t alternative = 0;

  bool operator==(const Indentation&) const = default;
};

namespace detail {

// The rare ways to indent: tabs, form feeds, backslashes.
const char* ReadOddIndentation(const char* p, SourceReader& reader, Indentation& indentation);

}  // namespace detail

/// Measures the indentation of the line that begins at `p`.
/// @returns the first byte behind it.
inline const char* ReadIndentation(const char* p, SourceReader& reader, Indentation& indentation) {
  const char* const text = SkipSpaces(p, reader.end());
  indentation.column = indentation.alternative = static_cast<uint32_t>(text - p);
  if (text == reader.end() || !(IsBlank(*text) || *text == '\\')) return text;
  return detail::ReadOddIndentation(p, reader, indentation);
}

}  // namespace dxpy::syntax
