#include "syntax/string_literal.h"

#include "syntax/source_bytes.h"

namespace dxpy::syntax {
namespace {

// CPython's own limit is 150; beyond it a file is not valid.
constexpr int kMaxNesting = 150;

bool IsTriple(const char* quote, const char* end) {
  return end - quote >= 3 && quote[1] == *quote && quote[2] == *quote;
}

// After the byte that a backslash at `p` escapes. CR LF is one byte in CPython's eyes.
const char* SkipEscape(const char* p, const char* end) {
  if (end - p >= 3 && p[1] == '\r' && p[2] == '\n') return p + 3;
  return end - p >= 2 ? p + 2 : end;
}

template <char quote>
const char* EndOfLine(const char* p, const char* end) {
  for (;;) {
    p = FindAny<quote, '\\', '\n', '\r'>(p, end);
    if (p == end || IsNewline(*p)) return nullptr;
    if (*p == quote) return p + 1;
    p = SkipEscape(p, end);
  }
}

template <char quote>
const char* EndOfTriple(const char* p, const char* end) {
  for (;;) {
    p = FindAny<quote, '\\'>(p, end);
    if (p == end) return nullptr;
    if (*p == '\\') {
      p = SkipEscape(p, end);
    } else if (IsTriple(p, end)) {
      return p + 3;
    } else {
      ++p;
    }
  }
}

template <char quote>
const char* EndOfPlain(const char* opening, const char* end) {
  if (IsTriple(opening, end)) return EndOfTriple<quote>(opening + 3, end);
  return EndOfLine<quote>(opening + 1, end);
}

struct Prefix {
  bool formatted = false;
  bool raw = false;
};

// The whole word before the quote must be a prefix: `x if"a"else"b"` is valid.
Prefix PrefixOf(const char* quote, const char* begin) {
  const char* word = quote;
  while (word > begin && quote - word < 3 && IsNamePart(word[-1])) --word;
  Prefix prefix;
  if (quote - word == 0 || quote - word > 2) return prefix;
  for (const char* p = word; p < quote; ++p) {
    const char letter = static_cast<char>(*p | 0x20);
    if (letter == 'r') {
      prefix.raw = true;
    } else if (letter == 'f' || letter == 't') {
      prefix.formatted = true;
    } else {
      return {};
    }
  }
  return prefix;
}

/// One formatted literal, read as CPython 3.12's tokenizer reads it.
class FormattedString {
 public:
  FormattedString(const char* quote, const char* begin, const char* end, int nesting)
      : begin_(begin),
        end_(end),
        quote_(*quote),
        triple_(IsTriple(quote, end)),
        raw_(PrefixOf(quote, begin).raw),
        nesting_(nesting),
        p_(quote + (triple_ ? 3 : 1)) {}

  StringEnd Find() {
    const Stop stop = Literal(false);
    return {stop == Stop::kQuote ? p_ : nullptr, too_deep_};
  }

 private:
  enum class Stop { kQuote, kBrace, kFailed };

  // The literal part, or a format specification, up to and with what ends it.
  Stop Literal(bool specification) {
    while (p_ < end_) {
      const char c = *p_;
      if (c == quote_ && (!triple_ || IsTriple(p_, end_))) {
        p_ += triple_ ? 3 : 1;
        return Stop::kQuote;
      }
      if (c == '\\') {
        SkipBackslash();
      } else if (c == '{') {
        ++p_;
        if (!specification && p_ < end_ && *p_ == '{') {
          ++p_;
        } else if (!Field()) {
          return Stop::kFailed;
        }
      } else {
        if (IsNewline(c) && !triple_) return Stop::kFailed;
        ++p_;
        if (c == '}' && specification) return Stop::kBrace;
      }
    }
    return Stop::kFailed;
  }

  // A brace after a backslash still opens a field; \N{DASH} is an escape.
  void SkipBackslash() {
    if (end_ - p_ >= 2 && (p_[1] == '{' || p_[1] == '}')) {
      ++p_;
    } else if (!raw_ && end_ - p_ >= 3 && p_[1] == 'N' && p_[2] == '{') {
      p_ = FindAny<'}', '\n', '\r', '\'', '"'>(p_, end_);
      if (p_ < end_ && *p_ == '}') ++p_;
    } else {
      p_ = SkipEscape(p_, end_);
    }
  }

  // A replacement field, from after its '{' to after its '}'.
  bool Field() {
    if (nesting_ == kMaxNesting) {
      too_deep_ = true;
      return false;
    }
    ++nesting_;
    const bool closed = Expression();
    --nesting_;
    return closed;
  }

  bool Expression() {
    int depth = 0;
    while (p_ < end_) {
      const char c = *p_;
      if (c == '"' || c == '\'') {
        if (!NestedString()) return false;
        continue;
      }
      ++p_;
      if (c == '(' || c == '[' || c == '{') {
        ++depth;
      } else if (c == ')' || c == ']' || c == '}') {
        if (depth == 0) return c == '}';
        --depth;
      } else if (c == ':' && depth == 0) {
        return Literal(true) == Stop::kBrace;
      } else if (c == '#') {
        p_ = FindLineEnd(p_, end_);
      }
    }
    return false;
  }

  bool NestedString() {
    StringEnd nested;
    if (PrefixOf(p_, begin_).formatted) {
      nested = FormattedString(p_, begin_, end_, nesting_).Find();
    } else {
      nested = FindStringEnd(p_, begin_, end_);
    }
    too_deep_ |= nested.too_deep;
    if (nested.end == nullptr) return false;
    p_ = nested.end;
    return true;
  }

  const char* begin_;
  const char* end_;
  char quote_;
  bool triple_;
  bool raw_;
  int nesting_;  ///< how many replacement fields are open, those around this literal included
  bool too_deep_ = false;
  const char* p_;
};

}  // namespace

StringEnd FindStringEnd(const char* quote, const char* begin, const char* end) {
  if (PrefixOf(quote, begin).formatted) return FormattedString(quote, begin, end, 0).Find();
  return {*quote == '"' ? EndOfPlain<'"'>(quote, end) : EndOfPlain<'\''>(quote, end)};
}

}  // namespace dxpy::syntax
