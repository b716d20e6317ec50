#include "facts/statement_bindings.h"

#include <algorithm>
#include <span>

#include "facts/tokens.h"

namespace dxpy::facts {
namespace {

using Tokens = std::span<const Token>;

bool IsKeyword(std::string_view word) {
  for (const std::string_view keyword : {"in", "not", "and", "or", "if", "else", "is", "as", "for",
                                         "lambda", "await", "yield", "None", "True", "False"})
    if (word == keyword) return true;
  return false;
}

bool IsAugmented(const Token& token) {
  constexpr std::string_view kOperators = "+-*/%@&|^<>";
  return token.kind == TokenKind::kOperator && token.text.size() >= 2 && token.text.back() == '=' &&
         kOperators.find(token.text.front()) != std::string_view::npos && token.text != "<=" &&
         token.text != ">=";
}

int DepthStep(const Token& token) {
  if (token.kind != TokenKind::kOperator) return 0;
  if (token.Is("(") || token.Is("[") || token.Is("{")) return 1;
  return token.Is(")") || token.Is("]") || token.Is("}") ? -1 : 0;
}

/// Reads the tokens of one statement.
class EffectReader {
 public:
  explicit EffectReader(std::string_view statement) {
    for (TokenReader reader(statement); reader.token().kind != TokenKind::kEnd; reader.Advance())
      tokens_.push_back(reader.token());
  }

  std::vector<NameEffect> Read() {
    if (tokens_.empty()) return {};
    FindWalruses();
    const Tokens rest = Tokens(tokens_).subspan(1);
    const std::string_view first = tokens_[0].text;
    if (first == "del") {
      AddTargets(rest, Effect::kDeletes);
    } else if (first == "for") {
      AddTargets(UpTo("in", rest), Effect::kBinds);
    } else if (first == "async") {
      AddTargets(UpTo("in", rest), Effect::kBinds);
      AddAliases(rest);
    } else if (first == "with" || first == "except") {
      AddAliases(rest);
    } else if (first == "case") {
      AddAll(rest);
    } else if (first == "type" && rest.size() > 1 && rest[0].kind == TokenKind::kName &&
               (rest[1].Is("=") || rest[1].Is("["))) {
      Add(rest[0], Effect::kBinds);
    } else {
      ReadAssignment();
    }
    return std::move(effects_);
  }

 private:
  void Add(const Token& name, Effect effect, std::string_view value = {}) {
    effects_.push_back({name.text, effect, value});
  }

  void FindWalruses() {
    for (size_t i = 1; i < tokens_.size(); ++i)
      if (tokens_[i].Is(":=")) Add(tokens_[i - 1], Effect::kBinds);
  }

  static Tokens UpTo(std::string_view word, Tokens tokens) {
    for (size_t i = 0; i < tokens.size(); ++i)
      if (tokens[i].Is(word)) return tokens.first(i);
    return tokens;
  }

  // The names of a target list: not those that are subscripted or have an attribute set.
  void AddTargets(Tokens tokens, Effect effect) {
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (tokens[i].kind != TokenKind::kName || IsKeyword(tokens[i].text)) continue;
      size_t end = i + 1;
      while (end < tokens.size() && IsTrailer(tokens[end])) end = SkipTrailer(tokens, end);
      if (end == i + 1) Add(tokens[i], effect);
      i = end - 1;
    }
  }

  static bool IsTrailer(const Token& token) {
    return token.Is(".") || token.Is("[") || token.Is("(");
  }

  static size_t SkipTrailer(Tokens tokens, size_t at) {
    if (tokens[at].Is(".")) return std::min(at + 2, tokens.size());
    int depth = 0;
    do {
      depth += DepthStep(tokens[at++]);
    } while (depth > 0 && at < tokens.size());
    return at;
  }

  // What stands behind each `as`.
  void AddAliases(Tokens tokens) {
    for (size_t i = 0; i + 1 < tokens.size(); ++i) {
      if (!tokens[i].Is("as")) continue;
      const bool bracket = DepthStep(tokens[i + 1]) > 0;
      const size_t end = bracket ? SkipTrailer(tokens, i + 1) : EndOfAlias(tokens, i + 1);
      AddTargets(tokens.subspan(i + 1, end - i - 1), Effect::kBinds);
    }
  }

  static size_t EndOfAlias(Tokens tokens, size_t at) {
    for (int depth = 0; at < tokens.size(); ++at) {
      depth += DepthStep(tokens[at]);
      if (depth < 0 || (depth == 0 && tokens[at].Is(","))) break;
    }
    return at;
  }

  void AddAll(Tokens tokens) {
    for (const Token& token : tokens)
      if (token.kind == TokenKind::kName && !IsKeyword(token.text)) Add(token, Effect::kBinds);
  }

  // [target =]... value, target += value, target: annotation [= value]
  void ReadAssignment() {
    std::vector<size_t> equals;
    size_t annotation = 0;
    int depth = 0;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      depth += DepthStep(tokens_[i]);
      if (depth != 0) continue;
      if (tokens_[i].Is("lambda") && equals.empty() && annotation == 0) return;
      if (tokens_[i].Is("=")) equals.push_back(i);
      if (tokens_[i].Is(":") && equals.empty() && annotation == 0) annotation = i;
      if (IsAugmented(tokens_[i]) && equals.empty())
        return AddTargets(Tokens(tokens_).first(i), Effect::kBinds);
      // A lambda's default is no target.
      if (!equals.empty()) {
        if (tokens_[i].Is("lambda")) break;
      }
    }
    if (equals.empty()) return;
    AddAssigned(equals, annotation);
  }

  void AddAssigned(const std::vector<size_t>& equals, size_t annotation) {
    const std::string_view last = tokens_.back().text;
    const char* const end = last.data() + last.size();
    const char* const value_begin = tokens_[equals.back()].text.data() + 1;
    const std::string_view value(value_begin, static_cast<size_t>(end - value_begin));
    size_t begin = 0;
    for (size_t equal : equals) {
      if (annotation != 0 && begin == 0) equal = annotation;
      const Tokens target = Tokens(tokens_).subspan(begin, equal - begin);
      if (target.size() == 1 && target[0].kind == TokenKind::kName) {
        Add(target[0], Effect::kAssigns, value);
      } else {
        AddTargets(target, Effect::kBinds);
      }
      if (annotation != 0) break;
      begin = equal + 1;
    }
  }

  std::vector<Token> tokens_;
  std::vector<NameEffect> effects_;
};

}  // namespace

std::vector<NameEffect> FindNameEffects(std::string_view statement) {
  return EffectReader(statement).Read();
}

}  // namespace dxpy::facts
