// The part of Collector that goes through classes and what they inherit.

#include <algorithm>

#include "facts/collector.h"
#include "facts/expression.h"

namespace dxpy::facts {
namespace {

// Names in a class that have a say in what pytest sees of it. Of the special
// ones only those are let through that are known to have none.
bool ChangesCollection(std::string_view name) {
  if (!name.starts_with("__") || !name.ends_with("__")) return name == "pytest_generate_tests";
  for (const std::string_view known :
       {"__init__", "__new__", "__test__", "__doc__", "__repr__", "__str__", "__eq__", "__hash__",
        "__enter__", "__exit__", "__call__", "__slots__"})
    if (name == known) return false;
  return true;
}

}  // namespace

void Collector::CollectClass(const Candidate& candidate, const Place& place) {
  Module& module = *candidate.where.module;
  const uint32_t line = DefinitionOf(candidate.where).first_line;
  const ClassFacts& facts = module.classes.Get(candidate.where.id);
  const std::optional<FinalBinding> test = LocalClasses::Find(facts, "__test__");
  const Answer answer = TestAttribute(test);
  const bool is_named_so = rules_.python_classes.Matches(candidate.name);
  if (!is_named_so && !facts.is_test_case && !test) return CheckForeignBases(candidate, facts);
  if (answer == Answer::kUnknown)
    return Note(ReasonKind::kTestAttribute, candidate.name, module, line);
  if (is_named_so || facts.is_test_case || answer == Answer::kTrue)
    facts_.classes.push_back({place.prefix + std::string(candidate.name), facts.is_test_case});
  if (answer == Answer::kFalse) {
    if (facts.is_known) return;
    // Its own word counts, whatever its bases are, if they leave it alone.
    if (module.classes.FindIn(candidate.where.id, "__test__"))
      return CheckForeignBases(candidate, facts);
  }
  if (!candidate.is_certain)
    return Note(ReasonKind::kConditionalTest, candidate.name, module, line);
  if (!CheckClass(candidate, facts)) return;
  Place inner{place.prefix + std::string(candidate.name) + "::", place.owners, facts.is_test_case};
  inner.owners.push_back(candidate.where);
  for (const DefinitionRef& base : facts.mro) CheckMentions(*base.module, DefinitionOf(base).name);
  CheckMentions(candidate.via);
  CheckMentions(facts.via);
  facts.is_test_case ? CollectTestCase(facts, inner) : CollectMethods(facts, inner);
}

// A class that does not look like a test is one if a base is a TestCase.
void Collector::CheckForeignBases(const Candidate& candidate, const ClassFacts& facts) {
  if (facts.has_unclear_base && candidate.where.module != &module_) {
    // As with an import that nobody has followed.
    const ImportedName condition = {std::string(candidate.name),
                                    candidate.where.module->path(),
                                    std::string(DefinitionOf(candidate.where).name),
                                    line_,
                                    {},
                                    facts.unknown_base};
    return facts_.imported.push_back(condition);
  }
  if (facts.has_unclear_base)
    return Note(ReasonKind::kBase, facts.unknown_base, *candidate.where.module,
                DefinitionOf(candidate.where).first_line);
  for (const auto& [origin, module] : facts.foreign_bases) {
    if (IsPlainImport(origin) || IsNoTest(*module, origin)) continue;
    const size_t dot = std::min(origin.rfind('.'), origin.size());
    facts_.imported.push_back({std::string(candidate.name),
                               origin.substr(0, dot),
                               origin.substr(std::min(dot + 1, origin.size())),
                               line_,
                               FileOf(*module),
                               {}});
  }
}

// Whether its tests are to be collected. Says why where that is not known.
bool Collector::CheckClass(const Candidate& candidate, const ClassFacts& facts) {
  const auto note = [&](ReasonKind kind, std::string_view detail) {
    Note(kind, detail, *candidate.where.module, DefinitionOf(candidate.where).first_line);
    return false;
  };
  if (!facts.is_known) return note(ReasonKind::kBase, facts.unknown_base);
  for (const DefinitionRef& base : facts.mro)
    if (!CheckClassDecorators(base, facts)) return false;
  for (const DefinitionRef& base : facts.mro)
    for (const auto& [name, bindings] : base.module->names.scope(base.id).by_name)
      if (ChangesCollection(name)) return note(ReasonKind::kClassFeature, name);
  if (facts.is_builtin) return facts.is_test_case ? note(ReasonKind::kBase, "a builtin") : false;
  for (const std::string_view name : {"__init__", "__new__"}) {
    const std::optional<FinalBinding> found = LocalClasses::Find(facts, name);
    if (!found) continue;
    if (facts.is_test_case || !found->is_certain || found->last->kind != BindingKind::kDefinition)
      return note(ReasonKind::kClassFeature, name);
    return false;  // pytest warns and collects nothing
  }
  return true;
}

bool Collector::CheckClassDecorators(DefinitionRef where, const ClassFacts& facts) {
  const syntax::Definition& definition = DefinitionOf(where);
  for (uint32_t i = definition.decorators_begin; i < definition.decorators_end; ++i) {
    const Decoration& read = where.module->decorations.Get(i);
    const bool is_skip = read.kind == DecoratorKind::kKeeps && read.origin.starts_with("unittest.");
    // patch() replaces a TestCase's methods, which are sorted by name anyway.
    const bool is_patch = read.kind == DecoratorKind::kPatch && facts.is_test_case;
    if (read.kind == DecoratorKind::kMark || is_skip || is_patch) continue;
    Note(ReasonKind::kDecorator, read.origin, *where.module, read.line);
    return false;
  }
  return true;
}

// Inherited ones first; what a subclass defines hides what it inherits.
void Collector::CollectMethods(const ClassFacts& facts, const Place& place) {
  std::vector<std::vector<std::string_view>> hidden(facts.mro.size());
  for (size_t i = 1; i < facts.mro.size(); ++i) {
    hidden[i] = hidden[i - 1];
    Module& module = *facts.mro[i - 1].module;
    const Scope& nearer = module.names.scope(facts.mro[i - 1].id);
    for (const auto& [name, bindings] : nearer.by_name) {
      const FinalBinding final = FinalOf(module, nearer, bindings);
      if (final.last->kind != BindingKind::kDelete) {
        hidden[i].push_back(name);
      } else if (!final.is_certain && LooksLikeTest(name)) {
        Note(ReasonKind::kConditionalTest, name, module, final.last->line);
      }
    }
  }
  for (size_t i = facts.mro.size(); i-- > 0;) CollectScope(facts.mro[i], place, hidden[i]);
}

// unittest's own loader: names that begin with test, sorted, whatever the rules say.
void Collector::CollectTestCase(const ClassFacts& facts, const Place& place) {
  std::vector<std::string_view> names;
  for (const DefinitionRef& owner : facts.mro)
    for (const auto& [name, bindings] : owner.module->names.scope(owner.id).by_name)
      if (name.starts_with("test")) names.push_back(name);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const size_t before = facts_.tests.size();
  const size_t reasons_before = facts_.reasons.size();
  for (const std::string_view name : names) CollectTestMethod(name, facts, place);
  if (facts_.tests.size() == before && facts_.reasons.size() == reasons_before)
    CollectTestMethod("runTest", facts, place);
}

void Collector::CollectTestMethod(std::string_view name, const ClassFacts& facts,
                                  const Place& place) {
  const std::optional<FinalBinding> final = LocalClasses::Find(facts, name);
  if (!final) return;
  Module& module = *final->module;
  const Binding& binding = *final->last;
  if (std::ranges::any_of(name, [](char c) { return (c & 0x80) != 0; }))
    return Note(ReasonKind::kName, name, module, binding.line);
  const DefinitionRef where = {&module, binding.definition};
  const bool is_function = binding.kind == BindingKind::kDefinition &&
                           DefinitionOf(where).kind != syntax::DefinitionKind::kClass;
  if (!is_function) {
    const bool is_data = binding.kind == BindingKind::kValue && final->is_certain &&
                         IsPlainData(ParseExpression(binding.value));
    if (!is_data) Note(ReasonKind::kAssignedTest, name, module, binding.line);
    return;
  }
  const syntax::Definition& definition = DefinitionOf(where);
  if (!final->is_certain)
    return Note(ReasonKind::kConditionalTest, name, module, definition.first_line);
  const FunctionFacts function = ReadFunction(definition, module.decorations);
  if (function.kind == FunctionKind::kNotCallable) return;
  if (function.kind != FunctionKind::kFunction)
    return Note(ReasonKind::kDecorator,
                function.culprit != nullptr ? function.culprit->origin : "pytest.fixture", module,
                definition.decorator_line);
  CheckMentions(module, name);
  AddTest({name, where}, function, place);
}

}  // namespace dxpy::facts
