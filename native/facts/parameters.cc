#include "facts/parameters.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "facts/module.h"
#include "facts/parameter_ids.h"

namespace dxpy::facts {
namespace {

constexpr size_t kMostCases = 200'000;

std::string Strip(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\n\r\f\v");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\n\r\f\v") - begin + 1));
}

bool IsList(const Expression& value) {
  return value.kind == ExpressionKind::kList || value.kind == ExpressionKind::kTuple;
}

// The value of an argument by its place or its keyword.
const Expression* Argument(const Expression& call, size_t place, std::string_view keyword) {
  size_t positional = 0;
  for (size_t i = 1; i < call.items.size(); ++i) {
    const Expression& item = call.items[i];
    if (item.keyword == keyword) return &item;
    if (item.keyword.empty() && positional++ == place) return &item;
  }
  return nullptr;
}

// No *args or **kwargs, and no more positional ones than this.
bool IsPlainCall(const Expression& call, size_t most_positional) {
  size_t positional = 0;
  for (size_t i = 1; i < call.items.size(); ++i) {
    const ExpressionKind kind = call.items[i].kind;
    if (kind == ExpressionKind::kStarred || kind == ExpressionKind::kKeywords) return false;
    positional += call.items[i].keyword.empty() ? 1 : 0;
  }
  return positional <= most_positional;
}

bool HasOnlyKeywords(const Expression& call, std::initializer_list<std::string_view> known) {
  return std::all_of(call.items.begin() + 1, call.items.end(), [&](const Expression& item) {
    return item.keyword.empty() || std::ranges::find(known, item.keyword) != known.end();
  });
}

}  // namespace

bool ParameterReader::Blame(std::string_view text) {
  if (culprit_.empty()) culprit_ = text.substr(0, std::min<size_t>(text.find('\n'), 60));
  return false;
}

std::optional<Parameters> ParameterReader::ReadMark(const Decoration& mark) {
  culprit_.clear();
  const Expression& call = mark.call;
  if (call.kind != ExpressionKind::kCall || !IsPlainCall(call, 2) ||
      !HasOnlyKeywords(call, {"argnames", "argvalues", "indirect", "ids", "scope"}))
    return std::nullopt;
  const Expression* const names = Argument(call, 0, "argnames");
  const Expression* const values = Argument(call, 1, "argvalues");
  if (names == nullptr || values == nullptr) return std::nullopt;
  Parameters parameters;
  DefinitionRef owner = mark.owner;
  const Expression* const followed = Follow(*names, owner);
  if (followed == nullptr || !ReadNames(*followed, parameters)) return std::nullopt;
  if (!ReadIndirect(FindKeyword(call, "indirect"), parameters)) return std::nullopt;
  const Expression* const scope = FindKeyword(call, "scope");
  parameters.has_scope = scope != nullptr && scope->value != "None" && scope->value != "function";
  const bool wrap = followed->kind == ExpressionKind::kText && parameters.names.size() == 1;
  if (!ReadCases(*values, mark.owner, wrap, parameters)) return std::nullopt;
  if (!MakeIds(FindKeyword(call, "ids"), mark.owner, parameters)) return std::nullopt;
  return parameters;
}

std::optional<Parameters> ParameterReader::ReadFixture(std::string_view name,
                                                       const Decoration& fixture) {
  culprit_.clear();
  const Expression* const values = FindKeyword(fixture.call, "params");
  if (values == nullptr || !IsPlainCall(fixture.call, 0)) return std::nullopt;
  Parameters parameters;
  parameters.names.emplace_back(name);
  if (!ReadCases(*values, fixture.owner, true, parameters)) return std::nullopt;
  if (!MakeIds(FindKeyword(fixture.call, "ids"), fixture.owner, parameters)) return std::nullopt;
  return parameters;
}

bool ParameterReader::ReadNames(const Expression& names, Parameters& parameters) {
  if (names.kind == ExpressionKind::kText) {
    std::string_view rest = names.value;
    // "a," means tuples of one, but not in all versions of pytest.
    if (Strip(rest).ends_with(',')) return false;
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      std::string name = Strip(rest.substr(0, comma));
      if (!name.empty()) parameters.names.push_back(std::move(name));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  } else {
    if (!IsList(names)) return false;
    for (const Expression& name : names.items) {
      if (name.kind != ExpressionKind::kText) return false;
      parameters.names.push_back(name.value);
    }
  }
  return !parameters.names.empty() &&
         std::ranges::find(parameters.names, "request") == parameters.names.end();
}

bool ParameterReader::ReadIndirect(const Expression* indirect, Parameters& parameters) const {
  if (indirect == nullptr || indirect->value == "False") return true;
  if (indirect->kind == ExpressionKind::kConstant && indirect->value == "True") {
    parameters.indirect = parameters.names;
    return true;
  }
  if (!IsList(*indirect)) return false;
  for (const Expression& name : indirect->items) {
    if (name.kind != ExpressionKind::kText ||
        std::ranges::find(parameters.names, name.value) == parameters.names.end())
      return false;
    parameters.indirect.push_back(name.value);
  }
  return true;
}

Resolved ParameterReader::Resolve(const Expression& name, const DefinitionRef& owner) {
  return owner.module->names.Resolve(name.value, owner.id);
}

// Follows a name to the expression that was assigned to it, if that is the only
// thing that ever was. @returns nullptr where that is not known.
const Expression* ParameterReader::Follow(const Expression& value, DefinitionRef& owner) {
  if (value.kind != ExpressionKind::kName) return &value;
  const Resolved resolved = Resolve(value, owner);
  if (resolved.kind != Resolved::Kind::kValue) {
    if (resolved.kind != Resolved::Kind::kDefinition) Blame(value.text);
    return nullptr;
  }
  // Lists can be changed by whoever has a hand on them.
  if (resolved.value.find('[') != std::string_view::npos)
    constants_.insert(constants_.end(), resolved.via.begin(), resolved.via.end());
  owner = resolved.where;
  kept_.push_back(std::make_unique<Expression>(ParseExpression(resolved.value)));
  return kept_.back().get();
}

bool ParameterReader::ReadCases(const Expression& values, DefinitionRef owner, bool wrap,
                                Parameters& parameters) {
  cases_.clear();
  const Expression* const list = Follow(values, owner);
  if (list == nullptr) return false;
  if (list->kind == ExpressionKind::kCall) return ReadRange(*list, owner, wrap) && !cases_.empty();
  if (!IsList(*list)) return Blame(list->text);
  for (const Expression& item : list->items) {
    if (item.kind != ExpressionKind::kStarred) {
      if (!ReadCase(item, owner, wrap, parameters)) return false;
      continue;
    }
    DefinitionRef inner_owner = owner;
    const Expression* const inner = Follow(item.items[0], inner_owner);
    if (inner == nullptr || !IsList(*inner)) return Blame(item.text);
    for (const Expression& element : inner->items)
      if (element.kind == ExpressionKind::kStarred ||
          !ReadCase(element, inner_owner, wrap, parameters))
        return false;
  }
  if (cases_.size() > kMostCases) return false;
  if (cases_.empty()) {
    // pytest makes one case of it, which is skipped.
    Case none;
    none.id = "NOTSET";
    cases_.push_back(std::move(none));
  }
  return true;
}

bool ParameterReader::ReadRange(const Expression& call, DefinitionRef owner, bool wrap) {
  const Resolved called = Resolve(call.items[0], owner);
  if (!wrap || called.origin != "builtins.range" || call.items.size() < 2 || call.items.size() > 3)
    return Blame(call.text);
  std::array<long, 2> bounds = {0, 0};
  for (size_t i = 1; i < call.items.size(); ++i) {
    const Expression& bound = call.items[i];
    if (bound.kind != ExpressionKind::kInteger || !bound.keyword.empty() || bound.value.size() > 6)
      return false;
    bounds[i - 1] = std::stol(bound.value);
  }
  if (call.items.size() == 2) bounds = {0, bounds[0]};
  for (long i = bounds[0]; i < bounds[1]; ++i) {
    kept_.push_back(std::make_unique<Expression>(
        Expression{ExpressionKind::kInteger, {}, {}, std::to_string(i), {}}));
    Case one;
    one.values = {kept_.back().get()};
    cases_.push_back(std::move(one));
  }
  return true;
}

bool ParameterReader::ReadCase(const Expression& item, DefinitionRef owner, bool wrap,
                               Parameters& parameters) {
  if (item.kind == ExpressionKind::kCall && item.items[0].kind == ExpressionKind::kName) {
    const Resolved called = Resolve(item.items[0], owner);
    if (called.kind == Resolved::Kind::kExternal && called.origin == "pytest.param")
      return ReadParam(item, owner, parameters);
  }
  Case one;
  one.owner = owner;
  if (wrap) {
    DefinitionRef followed_owner = owner;
    const Expression* const followed = Follow(item, followed_owner);
    if (followed != &item && followed != nullptr && followed->kind == ExpressionKind::kCall)
      return ReadCase(*followed, followed_owner, wrap, parameters);
    // What is not understood may be a pytest.param, with an id of its own.
    if (!IsPlainData(item) && !IdOfValue(item, owner, "x")) return false;
    one.values = {&item};
  } else {
    const Expression* const set = Follow(item, one.owner);
    if (set == nullptr) return false;
    if (set != &item && set->kind == ExpressionKind::kCall)
      return ReadCase(*set, one.owner, wrap, parameters);
    if (!IsList(*set) || set->items.size() != parameters.names.size()) return Blame(set->text);
    for (const Expression& value : set->items) {
      if (value.kind == ExpressionKind::kStarred) return false;
      one.values.push_back(&value);
    }
  }
  cases_.push_back(std::move(one));
  return true;
}

bool ParameterReader::ReadParam(const Expression& call, DefinitionRef owner,
                                Parameters& parameters) {
  if (!IsPlainCall(call, parameters.names.size()) || !HasOnlyKeywords(call, {"id", "marks"}))
    return false;
  Case one;
  one.owner = owner;
  for (size_t i = 1; i < call.items.size(); ++i) {
    const Expression& item = call.items[i];
    if (item.keyword.empty()) one.values.push_back(&item);
    if (item.keyword == "marks") parameters.has_marks = true;
    if (item.keyword != "id" || (item.kind == ExpressionKind::kConstant && item.value == "None"))
      continue;
    if (item.kind != ExpressionKind::kText) return false;
    one.id = EscapeText(item.value);
  }
  if (one.values.size() != parameters.names.size()) return false;
  cases_.push_back(std::move(one));
  return true;
}

bool ParameterReader::MakeIds(const Expression* ids, DefinitionRef owner, Parameters& parameters) {
  std::vector<std::optional<std::string>> given;
  std::string function;
  if (ids != nullptr && ids->kind == ExpressionKind::kName) {
    const Resolved resolved = Resolve(*ids, owner);
    if (resolved.origin == "builtins.str" || resolved.origin == "builtins.repr")
      function = resolved.origin;
  }
  if (function.empty() && !ReadIdList(ids, owner, given)) return Blame(ids->text);
  if (!given.empty() && given.size() != cases_.size()) return false;
  std::vector<std::string> made;
  made.reserve(cases_.size());
  for (size_t i = 0; i < cases_.size(); ++i) {
    std::optional<std::string> id = cases_[i].id;
    if (!id && i < given.size()) id = given[i];
    if (!id) id = IdOf(cases_[i], i, parameters, function);
    if (!id) return false;
    made.push_back(std::move(*id));
  }
  parameters.ids = MakeUnique(std::move(made));
  return true;
}

bool ParameterReader::ReadIdList(const Expression* ids, DefinitionRef owner,
                                 std::vector<std::optional<std::string>>& given) {
  if (ids == nullptr || (ids->kind == ExpressionKind::kConstant && ids->value == "None"))
    return true;
  const Expression* const list = Follow(*ids, owner);
  if (list == nullptr || !IsList(*list)) return false;
  for (const Expression& id : list->items) {
    std::optional<std::string> text;
    switch (id.kind) {
      case ExpressionKind::kText:
        text = EscapeText(id.value);
        break;
      case ExpressionKind::kBytes:
        text = EscapeBytes(id.value);
        break;
      case ExpressionKind::kInteger:
      case ExpressionKind::kFloat:
        text = id.value;
        break;
      case ExpressionKind::kConstant:
        if (id.value == "Ellipsis") return false;
        if (id.value != "None") text = id.value;
        break;
      default:
        return false;
    }
    given.push_back(std::move(text));
  }
  return true;
}

std::optional<std::string> ParameterReader::IdOf(const Case& values, size_t index,
                                                 const Parameters& parameters,
                                                 std::string_view function) {
  std::string id;
  for (size_t i = 0; i < values.values.size(); ++i) {
    const Expression& value = *values.values[i];
    const std::string fallback = parameters.names[i] + std::to_string(index);
    std::optional<std::string> part;
    if (function.empty()) {
      part = IdOfValue(value, values.owner, fallback);
    } else if (value.kind == ExpressionKind::kText) {
      // str() of a text is the text, of any length; repr() of it is not worth it.
      if (function == "builtins.str") part = EscapeText(value.value);
    } else if (value.kind == ExpressionKind::kInteger || value.kind == ExpressionKind::kFloat ||
               value.kind == ExpressionKind::kConstant) {
      part = value.value;
    }
    if (!part) return std::nullopt;
    if (i > 0) id += '-';
    id += *part;
  }
  return id;
}

}  // namespace dxpy::facts
