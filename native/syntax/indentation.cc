#include "syntax/indentation.h"

namespace dxpy::syntax::detail {

// A form feed starts anew. Behind a backslash the line goes on, and the blanks
// before the first one count.
const char* ReadOddIndentation(const char* p, SourceReader& reader, Indentation& indentation) {
  Indentation so_far;
  Indentation first;
  while (p < reader.end() && (IsBlank(*p) || *p == '\\')) {
    if (*p == '\\') {
      if (first.column == 0) first = so_far;
      p = reader.SkipContinuation(p);
      continue;
    }
    if (*p == '\f') {
      so_far = {};
    } else {
      so_far.column = *p == '\t' ? (so_far.column / 8 + 1) * 8 : so_far.column + 1;
      ++so_far.alternative;
    }
    ++p;
  }
  indentation = first.column > 0 ? first : so_far;
  return p;
}

}  // namespace dxpy::syntax::detail
