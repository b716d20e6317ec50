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

// By first letter, a bit for each second letter that a keyword has behind it.
constexpr std::array<uint32_t, 32> MakeSecondLetters() {
  std::array<uint32_t, 32> seconds{};
  for (const char* word : {"async", "case", "class", "def", "elif", "else", "except", "finally",
                           "for", "from", "if", "import", "match", "try", "while", "with"})
    seconds[static_cast<size_t>(word[0] & 31)] |= 1U << (word[1] & 31);
  return seconds;
}
inline constexpr std::array<uint32_t, 32> kSecondLetters = MakeSecondLetters();

// Sorts out most other words by two letters, without walking over them. Bytes
// that are no letters may pass.
inline bool MayBeKeyword(const char* p) {
  return (kSecondLetters[static_cast<size_t>(p[0] & 31)] >> (p[1] & 31) & 1U) != 0;
}

}  // namespace detail

/// The keyword at `p`, where a statement begins. `after` is set to the end of
/// the word where it is one.
inline Keyword KeywordAt(const char* p, const char* end, const char** after) {
  if (end - p < 2 || !detail::MayBeKeyword(p)) return Keyword::kNone;
  const char* word_end = p;
  while (word_end < end && IsNamePart(*word_end)) ++word_end;
  *after = word_end;
  return detail::KeywordOf({p, static_cast<size_t>(word_end - p)});
}

}  // namespace dxpy::syntax
