#pragma once

#include <cstdint>

#include "syntax/source_bytes.h"

namespace dxpy::syntax {

/// The words that begin the statements we look at.
enum class Keyword : uint8_t {
  kNone,  ///< any other statement
  kAsync,
  kCase,
  kClass,
  kDef,
  kElse,
  kFinally,
  kFrom,
  kIf,  ///< and elif
  kImport,
  kLoop,   ///< for, while
  kMatch,  ///< a soft keyword, as `case` is
  kTry,    ///< and except
  kWith,
};

namespace detail {

inline Keyword KeywordOf(std::string_view word) {
  switch (word.size()) {
    case 2:
      return word == "if" ? Keyword::kIf : Keyword::kNone;
    case 3:
      if (word == "def") return Keyword::kDef;
      if (word == "for") return Keyword::kLoop;
      return word == "try" ? Keyword::kTry : Keyword::kNone;
    case 4:
      if (word == "from") return Keyword::kFrom;
      if (word == "with") return Keyword::kWith;
      if (word == "elif") return Keyword::kIf;
      if (word == "else") return Keyword::kElse;
      return word == "case" ? Keyword::kCase : Keyword::kNone;
    case 5:
      if (word == "class") return Keyword::kClass;
      if (word == "while") return Keyword::kLoop;
      if (word == "async") return Keyword::kAsync;
      return word == "match" ? Keyword::kMatch : Keyword::kNone;
    case 6:
      if (word == "import") return Keyword::kImport;
      return word == "except" ? Keyword::kTry : Keyword::kNone;
    case 7:
      return word == "finally" ? Keyword::kFinally : Keyword::kNone;
    default:
      return Keyword::kNone;
  }
}

// Whether a keyword can begin with `c`: one of a c d e f i m t w.
inline bool CanBeginKeyword(char c) {
  constexpr uint32_t kFirst = 1U << ('a' & 31) | 1U << ('c' & 31) | 1U << ('d' & 31) |
                              1U << ('e' & 31) | 1U << ('f' & 31) | 1U << ('i' & 31) |
                              1U << ('m' & 31) | 1U << ('t' & 31) | 1U << ('w' & 31);
  return c >= 'a' && c <= 'z' && (kFirst >> (c & 31) & 1U) != 0;
}

}  // namespace detail

/// The keyword at `p`, where a statement begins. `after` is set to the end of
/// the word where it is one.
inline Keyword KeywordAt(const char* p, const char* end, const char** after) {
  if (p == end || !detail::CanBeginKeyword(*p)) return Keyword::kNone;
  const char* word_end = p + 1;
  while (word_end < end && IsNamePart(*word_end)) ++word_end;
  *after = word_end;
  return detail::KeywordOf({p, static_cast<size_t>(word_end - p)});
}

}  // namespace dxpy::syntax
