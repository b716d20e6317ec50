#include "facts/tokens.h"

#include <algorithm>

#include "syntax/source_bytes.h"
#include "syntax/string_literal.h"

namespace dxpy::facts {
namespace {

using syntax::IsBlank;
using syntax::IsNamePart;
using syntax::IsNewline;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Span(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

bool IsOneOf(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// Of the operator that begins with `rest`; 0 where none does.
size_t OperatorLength(std::string_view rest) {
  const char first = rest[0];
  if (IsOneOf(first, "()[]{},;~`$?")) return 1;
  const char second = rest.size() > 1 ? rest[1] : '\0';
  const char third = rest.size() > 2 ? rest[2] : '\0';
  if (first == '.') return second == '.' && third == '.' ? 3 : 1;
  if (IsOneOf(first, "*/<>") && second == first) return third == '=' ? 3 : 2;
  if (IsOneOf(first, ":=+-*/%@&|^<>!") && second == '=') return 2;
  if (first == '-' && second == '>') return 2;
  return IsOneOf(first, ":=+-*/%@&|^<>!") ? 1 : 0;
}

// Letters before a quote that make it one literal with the quote.
bool IsStringPrefix(std::string_view word) {
  return word.size() <= 2 && std::all_of(word.begin(), word.end(), [](char c) {
           return IsOneOf(static_cast<char>(c | 0x20), "rbuft");
         });
}

}  // namespace

TokenReader::TokenReader(std::string_view text)
    : begin_(text.data()), end_(text.data() + text.size()), next_(begin_) {
  Advance();
}

void TokenReader::Advance() {
  const char* const p = SkipLayout(next_);
  token_ = p < end_ ? Read(p) : Token{TokenKind::kEnd, Span(end_, end_)};
  next_ = token_.kind == TokenKind::kError ? end_ : token_.text.data() + token_.text.size();
}

const char* TokenReader::SkipLayout(const char* p) const {
  while (p < end_) {
    if (IsBlank(*p) || IsNewline(*p)) {
      ++p;
    } else if (*p == '#') {
      p = syntax::FindLineEnd(p, end_);
    } else if (*p == '\\' && end_ - p >= 2 && IsNewline(p[1])) {
      p += 2;
    } else {
      break;
    }
  }
  return p;
}

Token TokenReader::Read(const char* p) const {
  if (IsDigit(*p) || (*p == '.' && end_ - p >= 2 && IsDigit(p[1]))) return ReadNumber(p);
  if (*p == '"' || *p == '\'') return ReadString(p, p);
  if (IsNamePart(*p)) {
    const char* const word_end = std::find_if_not(p, end_, IsNamePart);
    const bool quoted = word_end < end_ && (*word_end == '"' || *word_end == '\'');
    if (quoted && IsStringPrefix(Span(p, word_end))) return ReadString(p, word_end);
    return {TokenKind::kName, Span(p, word_end)};
  }
  const size_t length = OperatorLength(Span(p, end_));
  if (length == 0) return {TokenKind::kError, Span(p, p)};
  return {TokenKind::kOperator, Span(p, p + length)};
}

// Takes what may belong to a number; whether it is one, NumberText() says.
Token TokenReader::ReadNumber(const char* p) const {
  const bool decimal = *p != '0' || end_ - p < 2 || IsDigit(p[1]) || (p[1] | 0x20) == 'e' ||
                       p[1] == '.' || p[1] == '_';
  const char* const begin = p;
  while (p < end_ && (IsNamePart(*p) || *p == '.')) {
    const bool exponent = decimal && (*p | 0x20) == 'e';
    ++p;
    if (exponent && end_ - p >= 2 && (*p == '+' || *p == '-') && IsDigit(p[1])) ++p;
  }
  return {TokenKind::kNumber, Span(begin, p)};
}

Token TokenReader::ReadString(const char* begin, const char* quote) const {
  const char* const string_end = syntax::FindStringEnd(quote, begin_, end_).end;
  if (string_end == nullptr) return {TokenKind::kError, Span(begin, begin)};
  return {TokenKind::kString, Span(begin, string_end)};
}

}  // namespace dxpy::facts
