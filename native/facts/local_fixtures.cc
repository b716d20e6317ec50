#include "facts/local_fixtures.h"

#include <algorithm>
#include <utility>

#include "facts/module.h"

namespace dxpy::facts {
namespace {

bool Contains(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Highest first, as pytest sorts them. What others provide counts as function
// scope here: it is not parametrized, so its place does not show.
int ScopeRank(const std::string& scope) {
  if (scope == "session") return 0;
  if (scope == "package") return 1;
  if (scope == "module") return 2;
  return scope == "class" ? 3 : 4;
}

}  // namespace

LocalFixtures::LocalFixtures(Module& module) : module_(module) {
  const syntax::Outline& outline = module.outline;
  for (DefinitionId id = 0; id < outline.definitions.size(); ++id) {
    const syntax::Definition& definition = outline.definitions[id];
    if (definition.kind != syntax::DefinitionKind::kClass &&
        (definition.within & syntax::kInFunction) == 0 &&
        definition.decorators_begin != definition.decorators_end &&
        module.names.TruthOf(definition.block) != Truth::kNever)
      Add(id);
  }
}

const std::vector<LocalFixture>& LocalFixtures::of(DefinitionId owner) const {
  static const std::vector<LocalFixture> kNone;
  const auto found = fixtures_.find(owner);
  return found == fixtures_.end() ? kNone : found->second;
}

void LocalFixtures::Add(DefinitionId id) {
  const syntax::Definition& definition = module_.outline.definitions[id];
  const FunctionFacts function = ReadFunction(definition, module_.decorations);
  if (function.kind == FunctionKind::kFunction || function.kind == FunctionKind::kNotCallable)
    return;
  LocalFixture fixture;
  fixture.name = fixture.attribute = definition.name;
  fixture.definition = {&module_, id};
  const Binding* const only = module_.names.Only(definition.name, definition.enclosing);
  fixture.is_understood =
      function.kind == FunctionKind::kFixture && only != nullptr && only->is_certain;
  fixture.is_broken = definition.is_method
                          ? function.Find(DecoratorKind::kStaticMethod) == nullptr &&
                                !ReadParameterNames(definition.parameters).takes_self
                          : function.Find(DecoratorKind::kClassMethod) != nullptr;
  fixture.requests = RequestedNames(definition, function);
  fixture.decoration = function.Find(DecoratorKind::kFixture);
  if (fixture.decoration != nullptr) ReadArguments(fixture);
  fixtures_[definition.enclosing].push_back(std::move(fixture));
}

void LocalFixtures::ReadArguments(LocalFixture& fixture) {
  const Expression& call = fixture.decoration->call;
  for (size_t i = 1; i < call.items.size(); ++i) {
    const Expression& item = call.items[i];
    if (item.keyword == "scope") {
      fixture.scope = item.kind == ExpressionKind::kText ? item.value : "";
    } else if (item.keyword == "params") {
      fixture.has_params = item.value != "None";
    } else if (item.keyword == "autouse") {
      fixture.is_autouse = item.value != "False";
    } else if (item.keyword == "name" && item.kind == ExpressionKind::kText) {
      fixture.name = item.value;
    } else if (item.keyword != "ids") {
      // A name that is computed, or arguments in a dict.
      fixture.is_understood = false;
      fixture.has_params = true;
      fixture.is_autouse = true;
    }
  }
}

// Those that a class, or the module, holds in the end: by attribute, sorted as dir() sorts.
std::vector<const LocalFixture*> LocalFixtures::Visible(DefinitionRef owner) const {
  std::vector<const LocalFixture*> visible;
  const std::vector<DefinitionRef> owners = owner.id != kNoDefinition
                                                ? owner.module->classes.Get(owner.id).mro
                                                : std::vector<DefinitionRef>{owner};
  for (size_t i = 0; i < owners.size(); ++i) {
    for (const LocalFixture& fixture : owners[i].module->fixtures().of(owners[i].id)) {
      const bool hidden = std::any_of(
          owners.begin(), owners.begin() + static_cast<std::ptrdiff_t>(i),
          [&](const DefinitionRef& nearer) {
            return nearer.module->classes.FindIn(nearer.id, fixture.attribute).has_value();
          });
      if (!hidden) visible.push_back(&fixture);
    }
  }
  std::ranges::stable_sort(visible, {}, &LocalFixture::attribute);
  return visible;
}

std::vector<const LocalFixture*> LocalFixtures::FindChain(std::span<const DefinitionRef> owners,
                                                          std::string_view name) const {
  std::vector<const LocalFixture*> chain;
  const auto add = [&](const std::vector<const LocalFixture*>& visible) {
    // Of several that answer to one name in one place the last one registered counts
    // first; pytest puts each before the others.
    for (const LocalFixture* fixture : visible)
      if (fixture->name == name) chain.push_back(fixture);
  };
  for (size_t i = owners.size(); i-- > 0;) add(Visible(owners[i]));
  add(Visible({&module_, kNoDefinition}));
  return chain;
}

/// pytest's own walk through fixtures: a fixture that asks for its own name
/// means the one it hides.
class LocalFixtures::Walk {
 public:
  Walk(const LocalFixtures& fixtures, std::span<const DefinitionRef> owners,
       std::span<const std::string> direct)
      : fixtures_(fixtures), owners_(owners), direct_(direct) {}

  void Visit(const std::string& name) {
    const auto known = depths_.find(name);
    const bool is_new = known == depths_.end();
    if (!is_new && known->second == 0) return;
    const size_t depth = is_new ? 0 : known->second;
    if (is_new) {
      closure_.names.push_back(name);
      depths_[name] = 0;
    }
    if (Contains(direct_, name)) return;
    const std::vector<const LocalFixture*> chain = fixtures_.FindChain(owners_, name);
    if (depth >= chain.size()) {
      if (!Contains(closure_.outside, name)) closure_.outside.push_back(name);
      return;
    }
    const LocalFixture& fixture = *chain[depth];
    // Of two in one place it is hard to tell which one counts.
    if (!fixture.is_understood || chain.size() > 1 + owners_.size()) closure_.unclear = &fixture;
    depths_[name] = depth + 1;
    for (const std::string_view request : fixture.requests) Visit(std::string(request));
    depths_[name] = depth;
  }

  Closure Finish() {
    std::vector<std::pair<int, const LocalFixture*>> parametrized;
    for (const std::string& name : closure_.names) {
      if (Contains(direct_, name)) continue;
      const std::vector<const LocalFixture*> chain = fixtures_.FindChain(owners_, name);
      if (const LocalFixture* const fixture = FindParametrized(chain, name))
        parametrized.emplace_back(ScopeRank(chain[0]->scope), fixture);
    }
    std::ranges::stable_sort(parametrized, {}, &std::pair<int, const LocalFixture*>::first);
    for (const auto& [rank, fixture] : parametrized) closure_.parametrized.push_back(fixture);
    return std::move(closure_);
  }

 private:
  // The innermost one with parameters, as far as each asks for the one it hides.
  static const LocalFixture* FindParametrized(const std::vector<const LocalFixture*>& chain,
                                              std::string_view name) {
    for (const LocalFixture* const fixture : chain) {
      if (fixture->has_params) return fixture;
      if (std::ranges::find(fixture->requests, name) == fixture->requests.end()) break;
    }
    return nullptr;
  }

  const LocalFixtures& fixtures_;
  std::span<const DefinitionRef> owners_;
  std::span<const std::string> direct_;
  std::unordered_map<std::string, size_t> depths_;  ///< how far into its chain each name is
  Closure closure_;
};

Closure LocalFixtures::Close(std::span<const DefinitionRef> owners,
                             std::span<const std::string> requested,
                             std::span<const std::string> direct) {
  Walk walk(*this, owners, direct);
  for (const LocalFixture* fixture : Visible({&module_, kNoDefinition}))
    if (fixture->is_autouse) walk.Visit(fixture->name);
  for (const DefinitionRef& owner : owners)
    for (const LocalFixture* fixture : Visible(owner))
      if (fixture->is_autouse) walk.Visit(fixture->name);
  for (const std::string& name : requested) walk.Visit(name);
  return walk.Finish();
}

}  // namespace dxpy::facts
