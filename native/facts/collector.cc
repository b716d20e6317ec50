#include "facts/collector.h"

#include <algorithm>
#include <utility>

#include "facts/expression.h"
#include "facts/hooks.h"
#include "facts/known_types.h"
#include "syntax/outline_queries.h"

namespace dxpy::facts {
namespace {

using syntax::DefinitionKind;

bool IsAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; });
}

bool IsDunder(std::string_view name) { return name.starts_with("__"); }

// Names in a class that have a say in what pytest sees of it. Of the special
// ones only those are let through that are known to have none.
bool ChangesCollection(std::string_view name) {
  if (!IsDunder(name) || !name.ends_with("__")) return name == "pytest_generate_tests";
  for (const std::string_view known :
       {"__init__", "__new__", "__test__", "__doc__", "__repr__", "__str__", "__eq__", "__hash__",
        "__enter__", "__exit__", "__call__", "__slots__"})
    if (name == known) return false;
  return true;
}

}  // namespace

Collector::Collector(const syntax::Outline& outline, const Rules& rules)
    : outline_(outline),
      rules_(rules),
      names_(outline, rules),
      decorations_(outline, names_),
      import_time_(outline, names_, decorations_),
      classes_(outline, names_),
      fixtures_(outline, names_, classes_, decorations_),
      parameters_(outline, names_) {}

FileFacts Collector::Collect() {
  CheckModule();
  AddFixtures();
  const std::optional<FinalBinding> test = classes_.FindIn(kNoDefinition, "__test__");
  const Answer answer = TestAttribute(test);
  if (answer == Answer::kUnknown) Note(ReasonKind::kTestAttribute, "__test__", test->last->line);
  if (test && answer == Answer::kFalse) return std::move(facts_);
  AddMarks(kNoDefinition, module_marks_);
  CollectScope(kNoDefinition, {}, {});
  for (const std::string_view name : parameters_.constants()) {
    uint32_t line = 0;
    if (import_time_.Mentions(name, false, &line)) Note(ReasonKind::kMention, name, line);
  }
  return std::move(facts_);
}

void Collector::Note(ReasonKind kind, std::string_view detail, uint32_t line) {
  facts_.reasons.push_back({kind, std::string(detail), line});
}

// What concerns the whole file.
void Collector::CheckModule() {
  facts_.reasons = import_time_.reasons();
  for (const syntax::Import& import : outline_.imports)
    if (import.kind == syntax::ImportKind::kStar && (import.within & syntax::kInFunction) == 0 &&
        names_.TruthOf(import.block) != Truth::kNever)
      Note(ReasonKind::kStarImport, syntax::PlainName(import.module), import.first_line);
  for (const std::string_view name :
       {"pytest_generate_tests", "pytest_plugins", "__getattr__", "__dir__"})
    if (const std::optional<FinalBinding> hook = classes_.FindIn(kNoDefinition, name))
      Note(ReasonKind::kHook, name, hook->last->line);
  facts_.hooks = FindHooks(outline_, names_);
}

bool Collector::LooksLikeTest(std::string_view name) const {
  return rules_.python_functions.Matches(name) || rules_.python_classes.Matches(name);
}

// Names in the order of their first binding, without those in `hidden`.
void Collector::CollectScope(DefinitionId owner, const Place& place,
                             const std::vector<std::string_view>& hidden) {
  const Scope& scope = names_.scope(owner);
  std::vector<std::pair<std::string_view, FinalBinding>> finals;
  for (const auto& [name, bindings] : scope.by_name) {
    const FinalBinding final = FinalOf(scope, bindings);
    if (final.last->kind == BindingKind::kDelete && final.is_certain) continue;
    finals.emplace_back(name, final);
  }
  std::ranges::sort(finals, [](const auto& a, const auto& b) {
    return std::pair(a.second.first_place, a.first) < std::pair(b.second.first_place, b.first);
  });
  for (const auto& [name, final] : finals)
    if (std::ranges::find(hidden, name) == hidden.end()) CollectName(name, final, place);
}

void Collector::CollectName(std::string_view name, const FinalBinding& final, const Place& place) {
  if (!IsAscii(name)) return Note(ReasonKind::kName, name, final.last->line);
  if (IsDunder(name)) return;
  switch (final.last->kind) {
    case BindingKind::kDefinition:
      return CollectDefinition(final, place);
    case BindingKind::kImport:
      return CheckImport(name, *final.last);
    case BindingKind::kValue:
      return CheckValue(name, *final.last);
    default:
      if (LooksLikeTest(name)) Note(ReasonKind::kAssignedTest, name, final.last->line);
  }
}

void Collector::CollectDefinition(const FinalBinding& final, const Place& place) {
  const DefinitionId id = final.last->definition;
  if (outline_.definitions[id].kind == DefinitionKind::kClass) {
    CollectClass(id, final, place);
  } else if (LooksLikeTest(final.last->name)) {
    CollectFunction(id, final, place);
  }
}

void Collector::CollectFunction(DefinitionId id, const FinalBinding& final, const Place& place) {
  const syntax::Definition& definition = outline_.definitions[id];
  if (!final.is_certain)
    return Note(ReasonKind::kConditionalTest, definition.name, definition.first_line);
  const FunctionFacts function = ReadFunction(definition, decorations_);
  if (function.kind == FunctionKind::kUnknown)
    return Note(ReasonKind::kDecorator, function.culprit->origin, function.culprit->line);
  if (function.kind != FunctionKind::kFunction) return;
  // Named as a class is, which only a decorator could have made of it.
  if (!rules_.python_functions.Matches(definition.name)) return;
  if (definition.kind == DefinitionKind::kFunction && Yields(id, outline_))
    return Note(ReasonKind::kYield, definition.name, definition.first_line);
  CheckMentions(definition.name);
  AddTest(id, function, place);
}

void Collector::CheckMentions(std::string_view name) {
  uint32_t line = 0;
  if (import_time_.Mentions(name, true, &line)) Note(ReasonKind::kMention, name, line);
}

void Collector::CheckImport(std::string_view name, const Binding& binding) {
  // A module is neither a class nor can it be called.
  if (binding.import->kind == syntax::ImportKind::kModules) return;
  const std::string origin = OriginOf(*binding.import, *binding.imported);
  const std::string module = origin.substr(0, origin.rfind('.'));
  // The base classes of unittest have no tests of their own, whatever they are called.
  if (origin == "unittest.TestCase" || origin == "unittest.IsolatedAsyncioTestCase") return;
  if (std::ranges::find(rules_.plain_imports, origin) != rules_.plain_imports.end()) return;
  // Even a plain function is a test where its name says so.
  if (LooksLikeTest(name)) return Note(ReasonKind::kImportedTest, origin, binding.line);
  if (module == "unittest.mock" || origin == "unittest.mock" || HoldsNoTests(module)) return;
  facts_.imported.push_back(
      {std::string(name),
       std::string(binding.import->level, '.') + syntax::PlainName(binding.import->module),
       syntax::PlainName(binding.imported->name), binding.line});
}

void Collector::CheckValue(std::string_view name, const Binding& binding) {
  if (!LooksLikeTest(name)) return;
  const Expression value = ParseExpression(binding.value);
  if (IsPlainData(value)) return;
  if (value.kind == ExpressionKind::kCall && value.items[0].kind == ExpressionKind::kName) {
    const Resolved called = names_.Resolve(value.items[0].value, kNoDefinition);
    if (MakesPlainInstances(called.origin) && called.origin != "functools.partial") return;
  }
  Note(ReasonKind::kAssignedTest, name, binding.line);
}

// kTrue too where there is none.
Collector::Answer Collector::TestAttribute(const std::optional<FinalBinding>& final) const {
  if (!final) return Answer::kTrue;
  const Binding& binding = *final->last;
  if (binding.kind != BindingKind::kValue || !final->is_certain) return Answer::kUnknown;
  const Expression value = ParseExpression(binding.value);
  if (value.kind != ExpressionKind::kConstant) return Answer::kUnknown;
  if (value.value == "True") return Answer::kTrue;
  return value.value == "False" ? Answer::kFalse : Answer::kUnknown;
}

void Collector::CollectClass(DefinitionId id, const FinalBinding& final, const Place& place) {
  const syntax::Definition& definition = outline_.definitions[id];
  const ClassFacts& facts = classes_.Get(id);
  const std::optional<FinalBinding> test = classes_.Find(facts, "__test__");
  const Answer answer = TestAttribute(test);
  const bool is_named_so = rules_.python_classes.Matches(definition.name);
  if (!is_named_so && !facts.is_test_case && !test) return CheckForeignBases(id, facts);
  if (answer == Answer::kUnknown)
    return Note(ReasonKind::kTestAttribute, definition.name, definition.first_line);
  if (answer == Answer::kFalse && facts.is_known) return;
  if (!final.is_certain)
    return Note(ReasonKind::kConditionalTest, definition.name, definition.first_line);
  if (!CheckClass(id, facts)) return;
  Place inner{place.prefix + std::string(definition.name) + "::", place.owners, facts.is_test_case};
  inner.owners.push_back(id);
  for (const DefinitionId base : facts.mro) CheckMentions(outline_.definitions[base].name);
  facts.is_test_case ? CollectTestCase(id, facts, inner) : CollectMethods(id, facts, inner);
}

// A class that does not look like a test is one if a base is a TestCase.
void Collector::CheckForeignBases(DefinitionId id, const ClassFacts& facts) {
  const syntax::Definition& definition = outline_.definitions[id];
  if (facts.has_unclear_base)
    return Note(ReasonKind::kBase, facts.unknown_base, definition.first_line);
  for (const std::string& origin : facts.foreign_bases) {
    if (std::ranges::find(rules_.plain_imports, origin) != rules_.plain_imports.end()) continue;
    const size_t dot = std::min(origin.rfind('.'), origin.size());
    facts_.imported.push_back({std::string(definition.name), origin.substr(0, dot),
                               origin.substr(std::min(dot + 1, origin.size())),
                               definition.first_line});
  }
}

// Whether its tests are to be collected. Says why where that is not known.
bool Collector::CheckClass(DefinitionId id, const ClassFacts& facts) {
  const syntax::Definition& definition = outline_.definitions[id];
  const auto note = [&](ReasonKind kind, std::string_view detail) {
    Note(kind, detail, definition.first_line);
    return false;
  };
  if (!facts.is_known) return note(ReasonKind::kBase, facts.unknown_base);
  for (const DefinitionId base : facts.mro)
    if (!CheckClassDecorators(base, facts)) return false;
  for (const DefinitionId base : facts.mro)
    for (const auto& [name, bindings] : names_.scope(base).by_name)
      if (ChangesCollection(name)) return note(ReasonKind::kClassFeature, name);
  if (facts.is_builtin) return facts.is_test_case ? note(ReasonKind::kBase, "a builtin") : false;
  for (const std::string_view name : {"__init__", "__new__"}) {
    const std::optional<FinalBinding> found = classes_.Find(facts, name);
    if (!found) continue;
    if (facts.is_test_case || !found->is_certain || found->last->kind != BindingKind::kDefinition)
      return note(ReasonKind::kClassFeature, name);
    return false;  // pytest warns and collects nothing
  }
  return true;
}

bool Collector::CheckClassDecorators(DefinitionId id, const ClassFacts& facts) {
  const syntax::Definition& definition = outline_.definitions[id];
  for (uint32_t i = definition.decorators_begin; i < definition.decorators_end; ++i) {
    const Decoration& read = decorations_.Get(i);
    const bool is_skip = read.kind == DecoratorKind::kKeeps && read.origin.starts_with("unittest.");
    // patch() replaces a TestCase's methods, which are sorted by name anyway.
    const bool is_patch = read.kind == DecoratorKind::kPatch && facts.is_test_case;
    if (read.kind == DecoratorKind::kMark || is_skip || is_patch) continue;
    Note(ReasonKind::kDecorator, read.origin, read.line);
    return false;
  }
  return true;
}

// Inherited ones first; what a subclass defines hides what it inherits.
void Collector::CollectMethods(DefinitionId, const ClassFacts& facts, const Place& place) {
  std::vector<std::vector<std::string_view>> hidden(facts.mro.size());
  for (size_t i = 1; i < facts.mro.size(); ++i) {
    hidden[i] = hidden[i - 1];
    const Scope& nearer = names_.scope(facts.mro[i - 1]);
    for (const auto& [name, bindings] : nearer.by_name) {
      const FinalBinding final = FinalOf(nearer, bindings);
      if (final.last->kind != BindingKind::kDelete) {
        hidden[i].push_back(name);
      } else if (!final.is_certain && LooksLikeTest(name)) {
        Note(ReasonKind::kConditionalTest, name, final.last->line);
      }
    }
  }
  for (size_t i = facts.mro.size(); i-- > 0;) CollectScope(facts.mro[i], place, hidden[i]);
}

// unittest's own loader: names that begin with test, sorted, whatever the rules say.
void Collector::CollectTestCase(DefinitionId id, const ClassFacts& facts, const Place& place) {
  std::vector<std::string_view> names;
  for (const DefinitionId owner : facts.mro)
    for (const auto& [name, bindings] : names_.scope(owner).by_name)
      if (name.starts_with("test")) names.push_back(name);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const size_t before = facts_.tests.size();
  const size_t reasons_before = facts_.reasons.size();
  const auto collect = [&](std::string_view name) {
    const std::optional<FinalBinding> final = classes_.Find(facts, name);
    if (!final) return;
    const Binding& binding = *final->last;
    if (!IsAscii(name)) return Note(ReasonKind::kName, name, binding.line);
    const bool is_function =
        binding.kind == BindingKind::kDefinition &&
        outline_.definitions[binding.definition].kind != DefinitionKind::kClass;
    if (!is_function) {
      const bool is_data = binding.kind == BindingKind::kValue && final->is_certain &&
                           IsPlainData(ParseExpression(binding.value));
      if (!is_data) Note(ReasonKind::kAssignedTest, name, binding.line);
      return;
    }
    const syntax::Definition& definition = outline_.definitions[binding.definition];
    if (!final->is_certain) return Note(ReasonKind::kConditionalTest, name, definition.first_line);
    const FunctionFacts function = ReadFunction(definition, decorations_);
    if (function.kind == FunctionKind::kNotCallable) return;
    if (function.kind != FunctionKind::kFunction)
      return Note(ReasonKind::kDecorator,
                  function.culprit != nullptr ? function.culprit->origin : "pytest.fixture",
                  definition.decorator_line);
    CheckMentions(name);
    AddTest(binding.definition, function, place);
  };
  for (const std::string_view name : names) collect(name);
  if (facts_.tests.size() == before && facts_.reasons.size() == reasons_before) collect("runTest");
  static_cast<void>(id);
}

}  // namespace dxpy::facts
