#include "syntax/source_reader.h"

#include "syntax/string_literal.h"

namespace dxpy::syntax {
namespace {

constexpr std::array<int8_t, 256> MakeBracketSteps() {
  std::array<int8_t, 256> steps{};
  for (const char c : std::string_view("([{")) steps[static_cast<uint8_t>(c)] = 1;
  for (const char c : std::string_view(")]}")) steps[static_cast<uint8_t>(c)] = -1;
  return steps;
}

/// What a byte does to the depth of brackets.
constexpr std::array<int8_t, 256> kBracketSteps = MakeBracketSteps();

}  // namespace

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
  while ((p = special_.Next(p)) < end_) {
    const char c = *p;
    // Brackets are the most frequent by far, and which one comes next is hard to
    // predict: a sum in place of a branch.
    if (const int step = kBracketSteps[static_cast<uint8_t>(c)]; step != 0) {
      depth += step;
      if (depth < 0) return Fail(Problem::kBracket, p);
      ++p;
    } else if (IsNewline(c) || c == ';') {
      if (depth == 0) return p;
      ++p;
    } else if (c == '"' || c == '\'') {
      p = SkipString(p);
    } else if (c == '#') {
      if (depth == 0) return p;
      p = FindLineEnd(p, end_);
    } else {
      p = c == '\\' ? SkipContinuation(p) : p + 1;
    }
  }
  return depth > 0 ? Fail(Problem::kBracket, start) : end_;
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
