#include "impact/string_names.h"

#include <algorithm>
#include <vector>

#include "syntax/source_bytes.h"

namespace dxpy::impact {
namespace {

using syntax::IsNamePart;
using Visit = std::function<void(std::string_view, StringName)>;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

void VisitWords(std::string_view text, StringName kind, const Visit& visit) {
  for (size_t i = 0; i < text.size();) {
    if (!IsNamePart(text[i])) {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < text.size() && IsNamePart(text[i])) ++i;
    if (!IsDigit(text[begin])) visit(text.substr(begin, i - begin), kind);
  }
}

// Whether a text may be names, with dots between or as an annotation has them. A blank must
// stand beside a comma or a bar: else it is prose.
bool IsMadeOfNames(std::string_view text) {
  constexpr std::string_view kBetween = ".,:[]|()'\"";
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsNamePart(text[i]) || kBetween.find(text[i]) != std::string_view::npos) continue;
    if (text[i] != ' ' || i == 0) return false;
    const bool after = text[i - 1] == ',' || text[i - 1] == '|' || text[i - 1] == ' ';
    const bool before = i + 1 < text.size() && (text[i + 1] == '|' || text[i + 1] == ' ');
    if (!after && !before) return false;
  }
  return true;
}

/// Cuts a formatted literal into what is text and what is code. A quote in a field may hide
/// braces; then all of it is taken for code.
class FormatReader {
 public:
  FormatReader(std::string_view text, const Visit& visit) : text_(text), visit_(visit) {}

  void Read() {
    if (!Cut()) return VisitWords(text_, StringName::kCode, visit_);
    for (const std::string_view field : fields_) VisitWords(field, StringName::kCode, visit_);
    if (std::all_of(texts_.begin(), texts_.end(), IsMadeOfNames))
      for (const std::string_view text : texts_) VisitWords(text, StringName::kText, visit_);
  }

 private:
  // @returns  whether it is clear which is which.
  bool Cut() {
    size_t begin = 0;
    for (size_t i = 0; i < text_.size(); ++i) {
      if (depth_ > 0 && MayHide(text_[i])) return false;
      if (text_[i] == '{' && depth_ == 0) {
        if (i + 1 < text_.size() && text_[i + 1] == '{') {
          ++i;
          continue;
        }
        texts_.push_back(text_.substr(begin, i - begin));
        begin = i + 1;
      }
      if (text_[i] == '{') ++depth_;
      if (text_[i] == '}' && depth_ > 0 && --depth_ == 0) {
        fields_.push_back(text_.substr(begin, i - begin));
        begin = i + 1;
      }
    }
    texts_.push_back(text_.substr(begin));
    return depth_ == 0;
  }

  static bool MayHide(char c) { return c == '"' || c == '\'' || c == '\\' || c == '#'; }

  std::string_view text_;
  const Visit& visit_;
  std::vector<std::string_view> texts_;
  std::vector<std::string_view> fields_;
  int depth_ = 0;
};

}  // namespace

Literal ReadLiteral(std::string_view token) {
  Literal literal;
  const size_t quote = token.find_first_of("'\"");
  if (quote == std::string_view::npos) return literal;
  for (const char letter : token.substr(0, quote)) {
    const char lower = static_cast<char>(letter | 0x20);
    literal.is_bytes |= lower == 'b';
    literal.is_formatted |= lower == 'f' || lower == 't';
  }
  token.remove_prefix(quote);
  const bool triple = token.size() >= 6 && token[1] == token[0] && token[2] == token[0];
  const size_t width = triple ? 3 : 1;
  if (token.size() >= 2 * width) literal.content = token.substr(width, token.size() - 2 * width);
  return literal;
}

void VisitNames(const Literal& literal, const Visit& visit) {
  if (literal.is_bytes) return;
  if (literal.is_formatted) {
    FormatReader(literal.content, visit).Read();
  } else if (IsMadeOfNames(literal.content)) {
    VisitWords(literal.content, StringName::kText, visit);
  }
}

}  // namespace dxpy::impact
