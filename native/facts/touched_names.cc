#include "facts/touched_names.h"

#include <vector>

#include "facts/tokens.h"

namespace dxpy::facts {

bool IsMutator(std::string_view method) {
  for (const std::string_view known :
       {"append", "extend", "insert", "remove", "pop", "clear", "update", "add", "sort", "reverse",
        "setdefault", "discard", "popitem", "difference_update", "intersection_update",
        "symmetric_difference_update"})
    if (method == known) return true;
  return false;
}

bool IsAssignment(const Token& token) {
  if (token.kind != TokenKind::kOperator || !token.text.ends_with('=')) return false;
  return token.text != "==" && token.text != "!=" && token.text != "<=" && token.text != ">=";
}

namespace {

/// Reads the tokens of one function.
class TouchReader {
 public:
  TouchReader(std::string_view text, std::unordered_set<std::string_view>& touched)
      : touched_(touched) {
    for (TokenReader reader(text); reader.token().kind != TokenKind::kEnd; reader.Advance())
      tokens_.push_back(reader.token());
  }

  void Read() {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      const Token& token = tokens_[i];
      if (token.kind != TokenKind::kName) continue;
      if (token.Is("global")) {
        for (size_t j = i + 1; At(j).kind == TokenKind::kName; j += 2) {
          touched_.insert(At(j).text);
          if (!At(j + 1).Is(",")) break;
        }
      } else if (!(i > 0 && tokens_[i - 1].Is(".")) && IsWritten(i)) {
        touched_.insert(token.text);
      }
    }
  }

 private:
  const Token& At(size_t i) const {
    static const Token kEnd;
    return i < tokens_.size() ? tokens_[i] : kEnd;
  }

  bool IsWritten(size_t i) const {
    if (i > 0 && tokens_[i - 1].Is("del")) return true;
    if (i > 1 && tokens_[i - 1].Is("(") &&
        (tokens_[i - 2].Is("setattr") || tokens_[i - 2].Is("delattr") ||
         tokens_[i - 2].Is("vars") || tokens_[i - 2].Is("object")))
      return true;
    if (IsAssignment(At(i + 1)) && !At(i + 1).Is("=")) return true;
    for (++i;;) {
      if (At(i).Is(".")) {
        if (At(i + 1).Is("__dict__") || (IsMutator(At(i + 1).text) && At(i + 2).Is("(")))
          return true;
        i += 2;
      } else if (At(i).Is("[")) {
        i = AfterBracket(i);
      } else {
        return IsAssignment(At(i)) && !IsPlainName(i);
      }
    }
  }

  // Whether the assignment at `i` is to a bare name, which is a local one.
  bool IsPlainName(size_t i) const {
    return i > 0 && tokens_[i - 1].kind == TokenKind::kName && !(i > 1 && tokens_[i - 2].Is("."));
  }

  size_t AfterBracket(size_t i) const {
    int depth = 0;
    for (; i < tokens_.size(); ++i) {
      if (tokens_[i].Is("[")) ++depth;
      if (tokens_[i].Is("]") && --depth == 0) return i + 1;
    }
    return i;
  }

  std::unordered_set<std::string_view>& touched_;
  std::vector<Token> tokens_;
};

}  // namespace

std::unordered_set<std::string_view> NamesTouchedByFunctions(const syntax::Outline& outline) {
  std::unordered_set<std::string_view> touched;
  for (const syntax::Definition& definition : outline.definitions)
    if (definition.kind != syntax::DefinitionKind::kClass &&
        (definition.within & syntax::kInFunction) == 0)
      TouchReader(definition.text, touched).Read();
  return touched;
}

}  // namespace dxpy::facts
