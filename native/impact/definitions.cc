#include "impact/definitions.h"

#include <algorithm>

#include "facts/touched_names.h"
#include "impact/harmless.h"
#include "impact/parts.h"
#include "impact/statements.h"
#include "impact/string_names.h"

namespace dxpy::impact {

using facts::TokenKind;

namespace {

// Whether the bracket at the beginning closes at the end.
bool IsOneBracket(Lexemes lexemes) {
  int depth = 0;
  for (size_t i = 0; i < lexemes.size(); ++i) {
    if (lexemes[i].Opens()) ++depth;
    if (lexemes[i].Closes() && --depth == 0) return i + 1 == lexemes.size();
  }
  return false;
}

// `@total.setter` on a `total`.
bool IsAccessor(Lexemes chain, std::string_view name) {
  if (chain.size() != 3 || chain[0].text != name) return false;
  return chain[2].text == "setter" || chain[2].text == "getter" || chain[2].text == "deleter";
}

/// Reads the arguments of a fixture's decorator.
class FixtureReader {
 public:
  FixtureReader(Lexemes arguments, Decorations& decorations)
      : arguments_(arguments), decorations_(decorations) {}

  void Read() {
    decorations_.flags |= kFixture;
    for (size_t i = 0; i < arguments_.size(); ++i) {
      if (arguments_[i].Is("**")) decorations_.flags |= kAutouse | kActs;
      if (i + 2 >= arguments_.size() || !arguments_[i + 1].Is('=')) continue;
      if (arguments_[i].IsWord("autouse") && !arguments_[i + 2].IsWord("False"))
        decorations_.flags |= kAutouse;
      if (arguments_[i].IsWord("name")) ReadName(i + 2);
    }
  }

 private:
  void ReadName(size_t at) {
    const Lexeme& value = arguments_[at];
    const bool ends =
        at + 1 < arguments_.size() && (arguments_[at + 1].Is(',') || arguments_[at + 1].Is(')'));
    if (IsPlainString(Lexemes(&value, 1)) && ends) {
      decorations_.fixture_names.push_back(ReadLiteral(value.text).content);
    } else {
      decorations_.flags |= kActs;  // a fixture of an unknown name
    }
  }

  Lexemes arguments_;
  Decorations& decorations_;
};

/// Follows the statements of a body, looking for targets that are no plain names.
class StoreReader {
 public:
  /// @returns  whether this token shows a store.
  /// @param next  the one behind it.
  bool Add(const Lexeme& lexeme, const Lexeme& next) {
    if (lexeme.Opens()) ++depth_;
    if (lexeme.Closes()) --depth_;
    if (lexeme.starts_line || (lexeme.Is(';') && depth_ == 0)) Start();
    if (lexeme.kind == TokenKind::kName) AddName(lexeme);
    if (lexeme.kind != TokenKind::kOperator) return false;
    if (lexeme.Is('.') || (lexeme.Is('[') && after_value_)) {
      dotted_ = true;
      if (in_target_) return true;
    }
    after_value_ = lexeme.Closes();
    if (lexeme.Is(':') && depth_ == 0) AddColon();
    if (depth_ == 0 && facts::IsAssignment({lexeme.kind, lexeme.text})) return Assign(lexeme, next);
    return false;
  }

 private:
  void Start() { *this = StoreReader(); }

  // Ends a header, or the target of an annotated assignment.
  void AddColon() {
    if (!is_block_) target_is_dotted_ = dotted_;
    in_annotation_ = !is_block_;
    dotted_ = in_target_ = is_block_ = false;
  }

  void AddName(const Lexeme& name) {
    after_value_ = name.IsName();
    if (!name.IsKeyword()) return;
    const std::string_view word = name.text;
    if (word == "del" || word == "for" || word == "as") in_target_ = true;
    if (word == "in") in_target_ = false;
    for (const std::string_view block :
         {"if", "elif", "else", "while", "try", "with", "for", "except", "finally"})
      is_block_ |= word == block;
  }

  bool Assign(const Lexeme& op, const Lexeme& value) {
    const bool stores = in_annotation_ ? target_is_dotted_ : dotted_;
    dotted_ = in_annotation_ = false;
    if (stores) return true;
    // In place, on a list or a set: it may be one that others have.
    return op.text != "=" && op.text != ":=" && value.kind != TokenKind::kNumber &&
           value.kind != TokenKind::kString;
  }

  int depth_ = 0;
  bool dotted_ = false;  ///< an attribute or a subscript, since the last assignment or colon
  bool in_annotation_ = false;
  bool target_is_dotted_ = false;  ///< of an annotated target
  bool after_value_ = false;
  bool in_target_ = false;  ///< of del, for, as
  bool is_block_ = false;
};

}  // namespace

Head ReadHead(Lexemes definition) {
  Head head;
  size_t at = 0;
  while (at < definition.size() && definition[at].Is('@')) {
    const size_t begin = ++at;
    while (at < definition.size() && !definition[at].starts_line) ++at;
    head.decorators.push_back(definition.subspan(begin, at - begin));
  }
  const size_t colon = FindHeaderColon(definition, at);
  head.size = std::min(colon + 1, definition.size());
  while (at < head.size && !definition[at].IsWord("def") && !definition[at].IsWord("class")) ++at;
  const size_t rest = std::min(at + 2, head.size);
  head.rest = definition.subspan(rest, head.size - rest);
  return head;
}

Decorations ReadDecorations(const Head& head, std::string_view name, const Origins& origins) {
  Decorations decorations;
  for (const Lexemes decorator : head.decorators) {
    const Lexemes chain = decorator.first(ChainLength(decorator));
    const Lexemes arguments = decorator.subspan(chain.size());
    const std::string origin = origins.Of(chain);
    const bool understood = arguments.empty() || IsOneBracket(arguments);
    if (!understood || !(IsHarmlessDecorator(origin) || IsAccessor(chain, name)))
      decorations.flags |= kDecorated | kActs;
    if (CallsUnknown(arguments, origins)) decorations.flags |= kActs;
    if (origin == "pytest.hookimpl") decorations.flags |= kHook;
    if (!chain.empty() && chain.back().text.find("fixture") != std::string_view::npos)
      FixtureReader(arguments, decorations).Read();
  }
  return decorations;
}

DocPlace FindDocstring(Lexemes body) {
  size_t end = 0;
  while (end < body.size() && !body[end].Is(';') && !(end > 0 && body[end].starts_line)) ++end;
  if (!IsPlainString(body.first(end))) return {};
  if (end < body.size() && body[end].Is(';')) ++end;
  return {0, end};
}

bool StoresSomething(Lexemes body) {
  static const Lexeme kNone;
  StoreReader reader;
  for (size_t i = 0; i < body.size(); ++i)
    if (reader.Add(body[i], i + 1 < body.size() ? body[i + 1] : kNone)) return true;
  return false;
}

}  // namespace dxpy::impact
