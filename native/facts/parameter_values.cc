// The part of ParameterReader that says what pytest makes of a value in an id.

#include "facts/known_types.h"
#include "facts/module.h"
#include "facts/parameter_ids.h"
#include "facts/parameters.h"

namespace dxpy::facts {
namespace {

// A text with more characters than this has no id of its own, or has: that
// depends on the version of pytest and its settings.
constexpr size_t kMostCharacters = 100;

}  // namespace

std::optional<std::string> ParameterReader::Unknown(const Expression& value) {
  Blame(value.text);
  return std::nullopt;
}

std::optional<std::string> ParameterReader::IdOfValue(const Expression& value, DefinitionRef owner,
                                                      const std::string& fallback, int depth) {
  switch (value.kind) {
    case ExpressionKind::kText:
      if (CountCharacters(value.value) > kMostCharacters) return Unknown(value);
      return EscapeText(value.value);
    case ExpressionKind::kBytes:
      if (value.value.size() > kMostCharacters) return Unknown(value);
      return EscapeBytes(value.value);
    case ExpressionKind::kInteger:
    case ExpressionKind::kFloat:
      return value.value;
    case ExpressionKind::kConstant:
      return value.value == "Ellipsis" ? fallback : value.value;
    case ExpressionKind::kList:
    case ExpressionKind::kTuple:
    case ExpressionKind::kDisplay:
      return fallback;
    case ExpressionKind::kLambda:
      return "<lambda>";
    case ExpressionKind::kName:
      return IdOfName(value, owner, fallback, depth);
    case ExpressionKind::kCall:
      return IdOfCall(value, owner, fallback);
    default:
      return Unknown(value);
  }
}

std::optional<std::string> ParameterReader::IdOfName(const Expression& name, DefinitionRef owner,
                                                     const std::string& fallback, int depth) {
  if (depth > 8) return std::nullopt;
  const Resolved resolved = Resolve(name, owner);
  if (resolved.kind == Resolved::Kind::kExternal) {
    const std::string_view id = NameOfKnownObject(resolved.origin);
    return id.empty() ? Unknown(name) : std::optional<std::string>(id);
  }
  if (resolved.kind == Resolved::Kind::kDefinition) {
    const Module& module = *resolved.where.module;
    const syntax::Definition& definition = module.outline.definitions[resolved.where.id];
    const bool plain = definition.decorators_begin == definition.decorators_end &&
                       definition.bases.find('=') == std::string_view::npos &&
                       module.names.TruthOf(definition) == Truth::kAlways;
    return plain ? std::optional<std::string>(definition.name) : Unknown(name);
  }
  if (resolved.kind != Resolved::Kind::kValue) return Unknown(name);
  const Expression value = ParseExpression(resolved.value);
  return IdOfValue(value, resolved.where, fallback, depth + 1);
}

std::optional<std::string> ParameterReader::IdOfCall(const Expression& call, DefinitionRef owner,
                                                     const std::string& fallback) {
  if (call.items[0].kind != ExpressionKind::kName) return Unknown(call);
  const Resolved resolved = Resolve(call.items[0], owner);
  if (resolved.kind == Resolved::Kind::kDefinition)
    return HasPlainInstances(resolved.where) ? std::optional(fallback) : Unknown(call);
  if (resolved.kind != Resolved::Kind::kExternal) return Unknown(call);
  if (MakesPlainInstances(resolved.origin)) return fallback;
  const bool one_text = call.items.size() == 2 && call.items[1].keyword.empty() &&
                        call.items[1].kind == ExpressionKind::kText;
  if (!one_text) return Unknown(call);
  const std::string& text = call.items[1].value;
  if (resolved.origin == "re.compile") return EscapeText(text);
  if (resolved.origin == "builtins.float" && (text == "nan" || text == "inf" || text == "-inf"))
    return text;
  return Unknown(call);
}

// Whether objects of a class of this file have no __name__ and are no str, int
// and so on: it has no bases, and nothing that could answer for it.
bool ParameterReader::HasPlainInstances(DefinitionRef where) {
  const Module& module = *where.module;
  const syntax::Definition& definition = module.outline.definitions[where.id];
  if (definition.kind != syntax::DefinitionKind::kClass ||
      module.names.TruthOf(definition) != Truth::kAlways)
    return false;
  if (!definition.bases.empty() && definition.bases != "object") return false;
  for (uint32_t i = definition.decorators_begin; i < definition.decorators_end; ++i) {
    const syntax::Decorator& decorator = module.outline.decorators[i];
    const Decoration read =
        ReadDecoration(decorator.text, decorator.line, {where.module, definition.enclosing});
    if (read.kind != DecoratorKind::kDataclass) return false;
  }
  for (const std::string_view word : {"__name__", "__getattr", "__new__", "__class__", "__dict__"})
    if (definition.text.find(word) != std::string_view::npos) return false;
  return true;
}

}  // namespace dxpy::facts
