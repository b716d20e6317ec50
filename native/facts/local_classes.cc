#include "facts/local_classes.h"

#include <algorithm>
#include <deque>

#include "facts/expression.h"
#include "facts/known_types.h"
#include "facts/module.h"

namespace dxpy::facts {

FinalBinding FinalOf(Module& module, const Scope& scope, const std::vector<uint32_t>& bindings) {
  FinalBinding final;
  final.module = &module;
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
  const Scope& scope = module_.names.scope(owner);
  const auto found = scope.by_name.find(name);
  if (found == scope.by_name.end()) return std::nullopt;
  const FinalBinding final = FinalOf(module_, scope, found->second);
  if (final.last->kind == BindingKind::kDelete && final.is_certain) return std::nullopt;
  return final;
}

std::optional<FinalBinding> LocalClasses::Find(const ClassFacts& facts, std::string_view name) {
  for (const DefinitionRef& base : facts.mro)
    if (const std::optional<FinalBinding> final = base.module->classes.FindIn(base.id, name))
      return final;
  return std::nullopt;
}

const ClassFacts& LocalClasses::Get(DefinitionId id) {
  const auto [place, is_new] = classes_.try_emplace(id);
  if (!is_new) return place->second;
  // A class cannot be its own base, whatever the files say: for now it is known.
  ClassFacts facts;
  AddBases(id, facts);
  return classes_[id] = std::move(facts);
}

void LocalClasses::AddBases(DefinitionId id, ClassFacts& facts) {
  const syntax::Definition& definition = module_.outline.definitions[id];
  const auto unknown = [&](std::string_view base) {
    facts.is_known = false;
    if (facts.unknown_base.empty()) facts.unknown_base = base;
  };
  std::vector<DefinitionRef> bases;
  for (const Expression& base : ParseArguments(definition.bases)) {
    Resolved resolved;
    if (base.kind == ExpressionKind::kName && (base.keyword.empty() || base.keyword == "metaclass"))
      resolved = module_.names.Resolve(base.value, definition.enclosing);
    // They add no name that counts, and nothing is called when a class is made.
    if (resolved.origin == (base.keyword.empty() ? "abc.ABC" : "abc.ABCMeta")) continue;
    // What another metaclass does is not known.
    if (!base.keyword.empty()) resolved = {};
    if (IsUsableBase(resolved, id)) {
      bases.push_back(resolved.where);
      AddKnown(resolved, base.text, facts);
    } else if (resolved.origin == "unittest.TestCase" ||
               resolved.origin == "unittest.IsolatedAsyncioTestCase") {
      facts.is_test_case = true;
    } else if (resolved.kind == Resolved::Kind::kExternal &&
               resolved.origin.starts_with("builtins.") && IsPlainClass(resolved.origin)) {
      facts.is_builtin |= resolved.origin != "builtins.object";
    } else {
      const std::string& why = resolved.obstacle;
      unknown(why.empty() ? std::string(base.text) : std::string(base.text) + " (" + why + ")");
      AddForeign(base, resolved, definition.enclosing, facts);
    }
  }
  if (!Linearize(id, bases, facts)) unknown("in no consistent order");
}

void LocalClasses::AddKnown(const Resolved& base, std::string_view text, ClassFacts& facts) const {
  const ClassFacts& of_base = base.where.module->classes.Get(base.where.id);
  if (!of_base.is_known) {
    facts.is_known = false;
    if (facts.unknown_base.empty()) facts.unknown_base = of_base.unknown_base;
  }
  if (base.where.module == &module_) {
    facts.has_unclear_base |= of_base.has_unclear_base;
  } else if (of_base.has_unclear_base) {
    facts.foreign_bases.emplace_back(text, &module_);
  }
  facts.foreign_bases.insert(facts.foreign_bases.end(), of_base.foreign_bases.begin(),
                             of_base.foreign_bases.end());
  facts.is_test_case |= of_base.is_test_case;
  facts.is_builtin |= of_base.is_builtin;
  facts.via.insert(facts.via.end(), of_base.via.begin(), of_base.via.end());
  facts.via.insert(facts.via.end(), base.via.begin(), base.via.end());
}

// A class whose body is at its end: none can have one for a base that it stands in.
bool LocalClasses::IsUsableBase(const Resolved& base, DefinitionId id) const {
  if (base.kind != Resolved::Kind::kDefinition) return false;
  const syntax::Definition& found = base.where.module->outline.definitions[base.where.id];
  if (found.kind != syntax::DefinitionKind::kClass) return false;
  if (base.where.module != &module_) return true;
  return found.text.data() + found.text.size() <= module_.outline.definitions[id].text.data();
}

// What has to be known of a base to say that a class is no TestCase: the name
// that it is, or that is called or subscripted for it.
void LocalClasses::AddForeign(const Expression& base, const Resolved& resolved, DefinitionId owner,
                              ClassFacts& facts) const {
  Resolved maker = resolved;
  const std::string_view head = base.text.substr(0, base.text.find_first_of("[("));
  if (base.kind == ExpressionKind::kCall || base.kind == ExpressionKind::kOther) {
    const Expression name = ParseExpression(head);
    if (name.kind == ExpressionKind::kName) maker = module_.names.Resolve(name.value, owner);
  }
  // A subscripted class is that class, unless it has its own mind about it.
  const bool is_subscripted = base.kind == ExpressionKind::kOther &&
                              base.text.size() > head.size() && base.text[head.size()] == '[' &&
                              base.text.ends_with(']');
  if (is_subscripted && AddSubscripted(maker, facts)) return;
  // A metaclass says nothing about bases, but may do anything.
  if (maker.where.module != nullptr && maker.where.module != &module_) {
    facts.foreign_bases.emplace_back(base.text, &module_);
  } else if (maker.kind != Resolved::Kind::kExternal) {
    facts.has_unclear_base = true;
  } else if (!HoldsNoTests(maker.origin)) {
    facts.foreign_bases.emplace_back(maker.origin, &module_);
  }
}

bool LocalClasses::AddSubscripted(const Resolved& base, ClassFacts& facts) {
  if (base.kind != Resolved::Kind::kDefinition) return false;
  const syntax::Definition& found = DefinitionOf(base.where);
  if (found.kind != syntax::DefinitionKind::kClass ||
      found.decorators_begin != found.decorators_end)
    return false;
  const ClassFacts& of_base = base.where.module->classes.Get(base.where.id);
  if (of_base.has_unclear_base || of_base.is_test_case || Find(of_base, "__class_getitem__") ||
      Find(of_base, "__test__"))
    return false;
  facts.foreign_bases.insert(facts.foreign_bases.end(), of_base.foreign_bases.begin(),
                             of_base.foreign_bases.end());
  return true;
}

// C3, as type.mro() does it, with the classes of other modules left out.
bool LocalClasses::Linearize(DefinitionId id, const std::vector<DefinitionRef>& bases,
                             ClassFacts& facts) {
  std::vector<std::deque<DefinitionRef>> lists;
  for (const DefinitionRef& base : bases) {
    const ClassFacts& of_base = base.module->classes.Get(base.id);
    lists.emplace_back(of_base.mro.begin(), of_base.mro.end());
  }
  lists.emplace_back(bases.begin(), bases.end());
  facts.mro = {{&module_, id}};
  const auto in_a_tail = [&](const DefinitionRef& candidate) {
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
    const DefinitionRef chosen = next->front();
    facts.mro.push_back(chosen);
    for (auto& list : lists)
      if (!list.empty() && list.front() == chosen) list.pop_front();
  }
}

}  // namespace dxpy::facts
