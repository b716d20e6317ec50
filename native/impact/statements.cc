#include "impact/statements.h"

#include <algorithm>

#include "facts/touched_names.h"
#include "impact/harmless.h"
#include "impact/string_names.h"

namespace dxpy::impact {

using facts::TokenKind;

namespace {

int DepthStep(const Lexeme& lexeme) { return lexeme.Opens() ? 1 : lexeme.Closes() ? -1 : 0; }

// After the bracket that opens at `at`.
size_t AfterBracket(Lexemes lexemes, size_t at) {
  int depth = 0;
  do {
    depth += DepthStep(lexemes[at++]);
  } while (depth > 0 && at < lexemes.size());
  return at;
}

/// Reads a statement that begins with no keyword.
class ShapeReader {
 public:
  explicit ShapeReader(Lexemes lexemes) : lexemes_(lexemes) {}

  StatementShape Read() {
    for (size_t i = 1; i < lexemes_.size(); ++i)
      if (lexemes_[i].Is(":=") && lexemes_[i - 1].IsName()) shape_.binds.push_back(lexemes_[i - 1]);
    if (IsTypeAlias()) {
      shape_.binds.push_back(lexemes_[1]);
      shape_.kind = StatementShape::Kind::kBinds;
    } else if (ReadTargets()) {
      shape_.kind = plain_ ? StatementShape::Kind::kBinds : StatementShape::Kind::kDoes;
    }
    return std::move(shape_);
  }

 private:
  [[nodiscard]] bool IsTypeAlias() const {
    return lexemes_.size() > 2 && lexemes_[0].IsWord("type") && lexemes_[1].IsName() &&
           (lexemes_[2].Is('=') || lexemes_[2].Is('['));
  }

  // [target =]... value, target += value, target: annotation [= value]
  // @returns  whether it is one of these.
  bool ReadTargets() {
    size_t begin = 0;
    size_t annotation = 0;
    bool assigns = false;
    int depth = 0;
    for (size_t i = 0; i < lexemes_.size(); ++i) {
      const Lexeme& lexeme = lexemes_[i];
      depth += DepthStep(lexeme);
      if (depth != 0) continue;
      if (lexeme.IsWord("lambda")) break;  // its colon and defaults are its own
      if (lexeme.kind != TokenKind::kOperator) continue;
      if (lexeme.Is('=')) {
        const bool annotated = annotation != 0 && !assigns;
        ReadTarget(lexemes_.subspan(begin, (annotated ? annotation : i) - begin), shape_.binds);
        assigns = true;
        begin = i + 1;
      } else if (lexeme.Is(':') && !assigns && annotation == 0) {
        annotation = i;
      } else if (!assigns && annotation == 0 && IsAugmented(lexeme)) {
        ReadAugmented(i);
        return true;
      }
    }
    if (!assigns && annotation != 0) ReadTarget(lexemes_.first(annotation), shape_.annotates);
    return assigns || annotation != 0;
  }

  static bool IsAugmented(const Lexeme& lexeme) {
    return lexeme.text.size() > 1 && lexeme.text != ":=" &&
           facts::IsAssignment({lexeme.kind, lexeme.text});
  }

  void ReadAugmented(size_t at) {
    ReadTarget(lexemes_.first(at), shape_.binds);
    const Lexemes value = lexemes_.subspan(at + 1);
    const bool literal = value.size() == 1 && (value[0].kind == TokenKind::kNumber ||
                                               value[0].kind == TokenKind::kString);
    shape_.may_mutate = !literal;
  }

  // Names, in brackets and behind stars too. What is subscripted or has an attribute set is
  // no plain name.
  void ReadTarget(Lexemes target, std::vector<Lexeme>& names) {
    for (size_t i = 0; i < target.size();) {
      const Lexeme& lexeme = target[i];
      const bool after_value = i > 0 && (target[i - 1].IsName() || target[i - 1].Closes());
      const bool trailer =
          i + 1 < target.size() &&
          (target[i + 1].Is('.') || target[i + 1].Is('[') || target[i + 1].Is('('));
      if (lexeme.IsName()) {
        trailer ? static_cast<void>(plain_ = false) : names.push_back(lexeme);
        ++i;
      } else if (lexeme.Is('.')) {
        plain_ = false;
        i += 2;
      } else if (lexeme.Opens() && after_value) {
        plain_ = false;
        i = AfterBracket(target, i);
      } else {
        plain_ &= lexeme.Opens() || lexeme.Closes() || lexeme.Is(',') || lexeme.Is('*');
        ++i;
      }
    }
  }

  Lexemes lexemes_;
  StatementShape shape_;
  bool plain_ = true;
};

// `None` and the like; a value begins with it as with any name.
bool BeginsExpression(const Lexeme& keyword) {
  for (const std::string_view word : {"None", "True", "False", "not", "lambda", "await", "yield"})
    if (keyword.text == word) return true;
  return false;
}

bool IsNothing(Lexemes statement) {
  if (statement.size() != 1) return false;
  const Lexeme& only = statement[0];
  return only.IsWord("pass") || only.Is("...") || only.kind == TokenKind::kNumber ||
         only.IsWord("None");
}

/// Goes over the calls of an expression.
class CallReader {
 public:
  CallReader(Lexemes lexemes, const Origins& origins) : lexemes_(lexemes), origins_(origins) {}

  bool FindUnknown() {
    harmless_.resize(lexemes_.size());
    for (size_t i = 0; i < lexemes_.size(); ++i) {
      const Lexeme& lexeme = lexemes_[i];
      if (lexeme.Is('(')) {
        if (IsCall(i) && !IsHarmlessAt(i)) return true;
        open_.push_back(i);
      } else if (lexeme.Opens()) {
        open_.push_back(i);
      } else if (lexeme.Closes() && !open_.empty()) {
        harmless_[i] = harmless_[open_.back()];
        open_.pop_back();
      } else if (lexeme.IsWord("await") || lexeme.IsWord("yield") ||
                 (lexeme.kind == TokenKind::kString && CallsInFormat(lexeme.text))) {
        return true;
      }
    }
    return false;
  }

 private:
  [[nodiscard]] bool IsCall(size_t at) const {
    if (at == 0) return false;
    const Lexeme& before = lexemes_[at - 1];
    return before.IsName() || before.Closes() || before.kind == TokenKind::kString;
  }

  bool IsHarmlessAt(size_t at) {
    size_t root = at;
    while (root > 0 && lexemes_[root - 1].IsName()) {
      --root;
      if (root == 0 || !lexemes_[root - 1].Is('.')) break;
      --root;
    }
    if (root == at) return false;
    if (lexemes_[root].Is('.')) return harmless_[at] = IsHarmlessMethodAt(root, at);
    const Lexemes chain = lexemes_.subspan(root, at - root);
    return harmless_[at] = IsHarmlessCall(origins_.Of(chain));
  }

  // `.name...` behind a value.
  [[nodiscard]] bool IsHarmlessMethodAt(size_t dot, size_t at) const {
    if (dot == 0) return false;
    const Lexeme& value = lexemes_[dot - 1];
    if (value.kind == TokenKind::kString) return true;
    return value.Is(')') && harmless_[dot - 1] && IsHarmlessMethod(lexemes_[at - 1].text);
  }

  static bool CallsInFormat(std::string_view token) {
    const Literal literal = ReadLiteral(token);
    return literal.is_formatted && literal.content.find('{') != std::string_view::npos &&
           literal.content.find('(') != std::string_view::npos;
  }

  Lexemes lexemes_;
  const Origins& origins_;
  std::vector<size_t> open_;
  std::vector<bool> harmless_;  ///< by place of a call's brackets
};

}  // namespace

bool IsPlainString(Lexemes lexemes) {
  size_t strings = 0;
  for (const Lexeme& lexeme : lexemes) {
    if (lexeme.Is('(') || lexeme.Is(')')) continue;
    if (lexeme.kind != TokenKind::kString) return false;
    const Literal literal = ReadLiteral(lexeme.text);
    if (literal.is_bytes || literal.is_formatted) return false;
    ++strings;
  }
  return strings > 0;
}

StatementShape ReadStatement(Lexemes statement) {
  StatementShape shape;
  if (statement.empty() || IsNothing(statement)) {
    shape.kind = StatementShape::Kind::kNothing;
  } else if (IsPlainString(statement)) {
    shape.kind = StatementShape::Kind::kNothing;
    shape.is_string = true;
  } else if (!statement[0].IsKeyword() || BeginsExpression(statement[0])) {
    return ShapeReader(statement).Read();
  }
  return shape;
}

bool CallsUnknown(Lexemes lexemes, const Origins& origins) {
  return CallReader(lexemes, origins).FindUnknown();
}

}  // namespace dxpy::impact
