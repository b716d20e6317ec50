#include "facts/functions.h"

#include <algorithm>
#include <cstring>

#include "facts/tokens.h"

namespace dxpy::facts {
namespace {

/// Reads a parameter list from left to right.
class ParameterListReader {
 public:
  explicit ParameterListReader(std::string_view parameters) : tokens_(parameters) {}

  ParameterNames Read() {
    while (tokens_.token().kind != TokenKind::kEnd && tokens_.token().kind != TokenKind::kError) {
      ReadOne();
      tokens_.Advance();  // over the comma
    }
    return std::move(found_);
  }

 private:
  void ReadOne() {
    const Token first = tokens_.token();
    tokens_.Advance();
    // A lone star takes nothing: what follows it is given by name.
    const bool is_star = first.Is("*") && tokens_.token().kind != TokenKind::kName;
    found_.takes_self |= !in_keywords_ && !is_star && !first.Is("**");
    in_keywords_ |= first.Is("*");
    const bool has_default = SkipToComma();
    if (first.Is("/")) {
      found_.has_positional_only = true;
      found_.names.clear();
      found_.with_default.clear();
    } else if (first.kind == TokenKind::kName) {
      (has_default ? found_.with_default : found_.names).push_back(first.text);
    }
  }

  bool SkipToComma() {
    bool has_default = false;
    int depth = 0;
    bool in_lambda = false;
    for (; tokens_.token().kind != TokenKind::kEnd && tokens_.token().kind != TokenKind::kError;
         tokens_.Advance()) {
      const Token& token = tokens_.token();
      if (token.Is("(") || token.Is("[") || token.Is("{")) ++depth;
      if (token.Is(")") || token.Is("]") || token.Is("}")) --depth;
      if (depth > 0) continue;
      if (token.Is("lambda")) in_lambda = true;
      if (in_lambda && token.Is(":")) in_lambda = false;
      if (token.Is("=")) has_default = true;
      if (token.Is(",") && !in_lambda) break;
    }
    return has_default;
  }

  TokenReader tokens_;
  bool in_keywords_ = false;
  ParameterNames found_;
};

bool IsUnknownOver(DecoratorKind kind, FunctionKind under, bool wrapped) {
  switch (kind) {
    case DecoratorKind::kMark:
      return under != FunctionKind::kFunction;
    case DecoratorKind::kStaticMethod:
    case DecoratorKind::kClassMethod:
    case DecoratorKind::kProperty:
      return under != FunctionKind::kFunction || wrapped;
    case DecoratorKind::kFixture:
      return under != FunctionKind::kFunction;
    case DecoratorKind::kPatch:
    case DecoratorKind::kGiven:
    case DecoratorKind::kKeeps:
      // They want a function, not what staticmethod makes of one.
      return under != FunctionKind::kFunction || wrapped;
    default:
      return true;
  }
}

}  // namespace

ParameterNames ReadParameterNames(std::string_view parameters) {
  return ParameterListReader(parameters).Read();
}

const Decoration* FunctionFacts::Find(DecoratorKind wanted) const {
  for (const Decoration* decoration : decorations)
    if (decoration->kind == wanted) return decoration;
  return nullptr;
}

FunctionFacts ReadFunction(const syntax::Definition& definition, Decorations& decorations) {
  FunctionFacts function;
  bool wrapped = false;
  for (uint32_t i = definition.decorators_end; i-- > definition.decorators_begin;) {
    const Decoration& decoration = decorations.Get(i);
    function.decorations.push_back(&decoration);
    if (function.kind == FunctionKind::kUnknown) continue;
    if (IsUnknownOver(decoration.kind, function.kind, wrapped)) {
      function.kind = FunctionKind::kUnknown;
      function.culprit = &decoration;
      continue;
    }
    wrapped |= decoration.kind == DecoratorKind::kStaticMethod ||
               decoration.kind == DecoratorKind::kClassMethod;
    if (decoration.kind == DecoratorKind::kFixture) function.kind = FunctionKind::kFixture;
    if (decoration.kind == DecoratorKind::kProperty) function.kind = FunctionKind::kNotCallable;
  }
  return function;
}

std::vector<std::string_view> RequestedNames(const syntax::Definition& definition,
                                             const FunctionFacts& function) {
  ParameterNames parameters = ReadParameterNames(definition.parameters);
  std::vector<std::string_view>& names = parameters.names;
  const bool is_static = function.Find(DecoratorKind::kStaticMethod) != nullptr;
  if (definition.is_method && !is_static && !parameters.has_positional_only && !names.empty())
    names.erase(names.begin());
  size_t mocks = 0;
  for (const Decoration* decoration : function.decorations) {
    mocks += decoration->CountMocks();
    if (decoration->kind != DecoratorKind::kGiven) continue;
    // By name, or from the right.
    for (size_t i = decoration->call.items.size(); i-- > 1;) {
      const Expression& item = decoration->call.items[i];
      if (!item.keyword.empty()) {
        std::erase(names, item.keyword);
      } else if (!names.empty()) {
        names.pop_back();
      }
    }
  }
  names.erase(names.begin(),
              names.begin() + static_cast<std::ptrdiff_t>(std::min(mocks, names.size())));
  return std::move(names);
}

bool Yields(DefinitionId id, const syntax::Outline& outline) {
  const syntax::Definition& definition = outline.definitions[id];
  constexpr std::string_view kWord = "yield";
  if (memmem(definition.text.data(), definition.text.size(), kWord.data(), kWord.size()) == nullptr)
    return false;
  const char* begin = definition.name.data();
  const char* const end = definition.text.data() + definition.text.size();
  const auto has_yield = [](const char* from, const char* to) {
    if (from >= to) return false;
    TokenReader reader({from, static_cast<size_t>(to - from)});
    while (reader.token().kind != TokenKind::kEnd && !reader.token().Is("yield")) {
      if (reader.token().kind == TokenKind::kError) return true;
      reader.Advance();
    }
    return reader.token().kind != TokenKind::kEnd;
  };
  for (DefinitionId other = id + 1; other < outline.definitions.size(); ++other) {
    const syntax::Definition& inner = outline.definitions[other];
    if (inner.text.data() >= end) break;
    if (inner.text.data() < begin) continue;
    if (has_yield(begin, inner.text.data())) return true;
    begin = inner.text.data() + inner.text.size();
  }
  return has_yield(begin, end);
}

}  // namespace dxpy::facts
