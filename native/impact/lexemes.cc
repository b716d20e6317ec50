#include "impact/lexemes.h"

#include <algorithm>

#include "syntax/indentation.h"
#include "syntax/source_bytes.h"

namespace dxpy::impact {

using facts::TokenKind;

namespace {

// After the newline at `p`: CR LF is one.
const char* AfterNewline(const char* p, const char* end) {
  return *p == '\r' && end - p >= 2 && p[1] == '\n' ? p + 2 : p + 1;
}

/// Follows a definition's header to its colon.
class HeaderEnd {
 public:
  /// @returns  whether this lexeme is the colon.
  bool Add(const Lexeme& lexeme) {
    if (lexeme.Opens()) ++depth_;
    if (lexeme.Closes()) --depth_;
    if (depth_ != 0) return false;
    if (lexeme.kind == TokenKind::kName) {
      in_header_ |= lexeme.text == "def" || lexeme.text == "class";
      if (lexeme.text == "lambda") ++lambdas_;
    }
    if (!in_header_ || !lexeme.Is(':')) return false;
    return lambdas_ == 0 || lambdas_-- == 0;
  }
  void StartLine() { lambdas_ = 0; }

 private:
  int depth_ = 0;
  int lambdas_ = 0;  // each one has a colon of its own
  bool in_header_ = false;
};

}  // namespace

uint32_t CountNewlines(std::string_view text) {
  uint32_t count = 0;
  const char* const end = text.data() + text.size();
  for (const char* p = syntax::FindLineEnd(text.data(), end); p < end;
       p = syntax::FindLineEnd(AfterNewline(p, end), end))
    ++count;
  return count;
}

Lexer::Gap Lexer::ReadGap(const char* p, const char* end) const {
  Gap gap;
  while (p < end) {
    if (syntax::IsNewline(*p)) {
      p = gap.line_begin = AfterNewline(p, end);
      ++gap.lines;
    } else if (*p == '#') {
      p = syntax::FindLineEnd(p, end);
    } else if (*p == '\\' && end - p >= 2 && syntax::IsNewline(p[1])) {
      p = AfterNewline(p + 1, end);
      ++gap.lines;
    } else {
      ++p;
    }
  }
  return gap;
}

void Lexer::Read(std::string_view text, uint32_t line, Extent extent,
                 std::vector<Lexeme>& lexemes) {
  const char* last = text.data();
  const char* const end = text.data() + text.size();
  int depth = 0;
  HeaderEnd header;
  for (facts::TokenReader tokens(text);; tokens.Advance()) {
    const facts::Token& token = tokens.token();
    if (token.kind == TokenKind::kEnd) return;
    Lexeme lexeme{token.kind, false, 0, 0, 0, 0, token.text};
    const char* const begin = token.text.data();
    if (begin - last > 1 || (begin - last == 1 && *last != ' ')) {
      const Gap gap = ReadGap(last, begin);
      line += gap.lines;
      if (gap.line_begin != nullptr && depth == 0) {
        syntax::Indentation indentation;
        syntax::ReadIndentation(gap.line_begin, reader_, indentation);
        lexeme.starts_line = true;
        lexeme.column = indentation.column;
        header.StartLine();
      }
    }
    lexeme.line = line;
    last = begin + token.text.size();
    if (token.kind == TokenKind::kName) {
      lexeme.word = words_.Number(token.text);
      lexeme.bits = words_.bits(lexeme.word);
    } else if (token.kind == TokenKind::kString) {
      line += CountNewlines(token.text);
    } else if (token.kind == TokenKind::kError) {
      lexeme.text = {begin, static_cast<size_t>(end - begin)};
    } else if (lexeme.Opens()) {
      ++depth;
    } else if (lexeme.Closes()) {
      --depth;
    }
    lexemes.push_back(lexeme);
    if (extent == Extent::kHeader && header.Add(lexeme)) return;
  }
}

size_t FindHeaderColon(Lexemes lexemes, size_t begin) {
  HeaderEnd header;
  for (size_t i = begin; i < lexemes.size(); ++i)
    if (header.Add(lexemes[i])) return i;
  return lexemes.size();
}

}  // namespace dxpy::impact
