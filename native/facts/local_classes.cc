#include "facts/local_classes.h"

#include <algorithm>
#include <deque>

#include "facts/expression.h"
#include "facts/known_types.h"

namespace dxpy::facts {

FinalBinding FinalOf(const Scope& scope, const std::vector<uint32_t>& bindings) {
  FinalBinding final;
  for (const uint32_t index : bindings) {
    const Binding& binding = scope.bindings[index];
    final.last = &binding;
    final.is_certain &= binding.is_certain;
    if (binding.kind == BindingKind::kDelete) {
      final.first_place = nullptr;
    } else if (final.first_place == nullptr) {
      final.first_place = binding.place;
    }
  }
  return final;
}

std::optional<FinalBinding> LocalClasses::FindIn(DefinitionId owner, std::string_view name) const {
  const Scope& scope = names_.scope(owner);
  const auto found = scope.by_name.find(name);
  if (found == scope.by_name.end()) return std::nullopt;
  const FinalBinding final = FinalOf(scope, found->second);
  if (final.last->kind == BindingKind::kDelete && final.is_certain) return std::nullopt;
  return final;
}

std::optional<FinalBinding> LocalClasses::Find(const ClassFacts& facts,
                                               std::string_view name) const {
  for (const DefinitionId id : facts.mro)
    if (const std::optional<FinalBinding> final = FindIn(id, name)) return final;
  return std::nullopt;
}

const ClassFacts& LocalClasses::Get(DefinitionId id) {
  const auto [place, is_new] = classes_.try_emplace(id);
  if (!is_new) return place->second;
  // A class cannot be its own base, whatever the file says: for now it is known.
  ClassFacts facts;
  AddBases(id, facts);
  return classes_[id] = std::move(facts);
}

void LocalClasses::AddBases(DefinitionId id, ClassFacts& facts) {
  const syntax::Definition& definition = outline_.definitions[id];
  const auto unknown = [&](std::string_view base) {
    facts.is_known = false;
    if (facts.unknown_base.empty()) facts.unknown_base = base;
  };
  std::vector<DefinitionId> bases;
  for (const Expression& base : ParseArguments(definition.bases)) {
    Resolved resolved;
    if (base.kind == ExpressionKind::kName && base.keyword.empty())
      resolved = names_.Resolve(base.value, definition.enclosing);
    const bool is_local =
        resolved.kind == Resolved::Kind::kDefinition && IsFinishedBefore(resolved.definition, id) &&
        outline_.definitions[resolved.definition].kind == syntax::DefinitionKind::kClass;
    if (is_local) {
      bases.push_back(resolved.definition);
      const ClassFacts& of_base = Get(resolved.definition);
      if (!of_base.is_known) unknown(of_base.unknown_base);
      facts.has_unclear_base |= of_base.has_unclear_base;
      facts.foreign_bases.insert(facts.foreign_bases.end(), of_base.foreign_bases.begin(),
                                 of_base.foreign_bases.end());
      facts.is_test_case |= of_base.is_test_case;
      facts.is_builtin |= of_base.is_builtin;
    } else if (resolved.origin == "unittest.TestCase" ||
               resolved.origin == "unittest.IsolatedAsyncioTestCase") {
      facts.is_test_case = true;
    } else if (resolved.kind == Resolved::Kind::kExternal &&
               resolved.origin.starts_with("builtins.") && IsPlainClass(resolved.origin)) {
      facts.is_builtin |= resolved.origin != "builtins.object";
    } else {
      unknown(base.text);
      AddForeign(base, resolved, definition.enclosing, facts);
    }
  }
  if (!Linearize(id, bases, facts)) unknown("in no consistent order");
}

// A class cannot have one for a base whose body it stands in.
bool LocalClasses::IsFinishedBefore(DefinitionId base, DefinitionId id) const {
  const std::string_view text = outline_.definitions[base].text;
  return text.data() + text.size() <= outline_.definitions[id].text.data();
}

// What has to be known of a base to say that a class is no TestCase: the name
// that it is, or that is called or subscripted for it.
void LocalClasses::AddForeign(const Expression& base, const Resolved& resolved, DefinitionId owner,
                              ClassFacts& facts) const {
  Resolved maker = resolved;
  const std::string_view head = base.text.substr(0, base.text.find_first_of("[("));
  if (base.kind == ExpressionKind::kCall || base.kind == ExpressionKind::kOther) {
    const Expression name = ParseExpression(head);
    if (name.kind == ExpressionKind::kName) maker = names_.Resolve(name.value, owner);
  }
  // A metaclass says nothing about bases, but may do anything.
  if (maker.kind != Resolved::Kind::kExternal) {
    facts.has_unclear_base = true;
  } else if (!HoldsNoTests(maker.origin)) {
    facts.foreign_bases.push_back(maker.origin);
  }
}

// C3, as type.mro() does it, with the classes of other modules left out.
bool LocalClasses::Linearize(DefinitionId id, const std::vector<DefinitionId>& bases,
                             ClassFacts& facts) {
  std::vector<std::deque<DefinitionId>> lists;
  for (const DefinitionId base : bases)
    lists.emplace_back(Get(base).mro.begin(), Get(base).mro.end());
  lists.emplace_back(bases.begin(), bases.end());
  facts.mro = {id};
  const auto in_a_tail = [&](DefinitionId candidate) {
    return std::ranges::any_of(lists, [&](const auto& list) {
      return std::find(list.begin() + (list.empty() ? 0 : 1), list.end(), candidate) != list.end();
    });
  };
  for (;;) {
    std::erase_if(lists, [](const auto& list) { return list.empty(); });
    if (lists.empty()) return true;
    const auto next =
        std::ranges::find_if(lists, [&](const auto& list) { return !in_a_tail(list.front()); });
    if (next == lists.end()) return false;
    const DefinitionId chosen = next->front();
    facts.mro.push_back(chosen);
    for (auto& list : lists)
      if (!list.empty() && list.front() == chosen) list.pop_front();
  }
}

}  // namespace dxpy::facts
