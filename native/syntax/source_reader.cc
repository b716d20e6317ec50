#include "syntax/source_reader.h"

#include "syntax/string_literal.h"

namespace dxpy::syntax {

SourceReader::SourceReader(std::string_view source)
    : begin_(source.data()), end_(source.data() + source.size()), special_(end_) {}

const char* SourceReader::Fail(Problem problem, const char* place) {
  if (!failed()) {
    problem_ = problem;
    problem_place_ = place;
  }
  return end_;
}

const char* SourceReader::SkipStatement(const char* p) {
  const char* const start = p;
  int depth = 0;
  for (;;) {
    p = special_.Next(p);
    if (p == end_) return depth > 0 ? Fail(Problem::kBracket, start) : end_;
    switch (*p) {
      case '(':
      case '[':
      case '{':
        ++depth;
        ++p;
        break;
      case ')':
      case ']':
      case '}':
        if (--depth < 0) return Fail(Problem::kBracket, p);
        ++p;
        break;
      case '\n':
      case '\r':
      case ';':
        if (depth == 0) return p;
        ++p;
        break;
      case '#':
        if (depth == 0) return p;
        p = FindLineEnd(p, end_);
        break;
      case '"':
      case '\'':
        p = SkipString(p);
        break;
      case '\\':
        p = SkipContinuation(p);
        break;
      default:
        ++p;
    }
  }
}

const char* SourceReader::SkipBrackets(const char* p) {
  const char* const start = p;
  int depth = 0;
  while ((p = special_.Next(p)) < end_) {
    const char c = *p;
    if (c == '"' || c == '\'') {
      p = SkipString(p);
    } else if (c == '#') {
      p = FindLineEnd(p, end_);
    } else if (c == '\\') {
      p = SkipContinuation(p);
    } else {
      ++p;
      if (c == '(' || c == '[' || c == '{') ++depth;
      if ((c == ')' || c == ']' || c == '}') && --depth == 0) return p;
    }
  }
  return Fail(Problem::kBracket, start);
}

// Only lines with a body beside their header come here, so byte by byte will do.
const char* SourceReader::SkipToBlockColon(const char* p) {
  const char* const start = p;
  int lambdas = 0;  // each one has a colon of its own
  while (p < end_ && !IsNewline(*p) && *p != '#' && *p != ';') {
    if (IsNamePart(*p)) {
      const char* const word = p;
      p = SkipName(p);
      if (std::string_view(word, static_cast<size_t>(p - word)) == "lambda") ++lambdas;
    } else if (*p == '(' || *p == '[' || *p == '{') {
      p = SkipBrackets(p);
    } else if (*p == '"' || *p == '\'') {
      p = SkipString(p);
    } else if (*p == '\\') {
      p = SkipContinuation(p);
    } else if (*p == ':' && !At(p + 1, '=')) {
      if (lambdas == 0) return p;
      --lambdas;
      ++p;
    } else {
      ++p;
    }
  }
  return Fail(Problem::kHeader, start);
}

const char* SourceReader::SkipBlanks(const char* p) {
  while (p < end_ && (IsBlank(*p) || *p == '\\')) p = *p == '\\' ? SkipContinuation(p) : p + 1;
  return p;
}

const char* SourceReader::SkipLayout(const char* p) {
  for (p = SkipBlanks(p); p < end_ && (IsNewline(*p) || *p == '#'); p = SkipBlanks(p))
    p = *p == '#' ? FindLineEnd(p, end_) : p + 1;
  return p;
}

const char* SourceReader::SkipName(const char* p) const {
  while (p < end_ && IsNamePart(*p)) ++p;
  return p;
}

const char* SourceReader::SkipToNextLine(const char* p) const {
  p = FindLineEnd(p, end_);
  // The LF of a CR LF makes an empty line, which means nothing.
  return p < end_ ? p + 1 : end_;
}

// No token ends in a backslash or a newline, so those before `p` are joints.
const char* SourceReader::TokenEnd(const char* p) const {
  while (p > begin_ && (IsBlank(p[-1]) || IsNewline(p[-1]) || p[-1] == '\\')) --p;
  return p;
}

const char* SourceReader::SkipString(const char* quote) {
  const StringEnd string = FindStringEnd(quote, begin_, end_);
  if (string.end != nullptr) return string.end;
  return Fail(string.too_deep ? Problem::kNesting : Problem::kString, quote);
}

const char* SourceReader::SkipContinuation(const char* backslash) {
  const char* p = backslash + 1;
  if (At(p, '\r') && At(p + 1, '\n')) return p + 2;
  if (p < end_ && IsNewline(*p)) return p + 1;
  return Fail(Problem::kBackslash, backslash);
}

}  // namespace dxpy::syntax
