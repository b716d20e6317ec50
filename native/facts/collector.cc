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

}  // namespace

Collector::Collector(Module& module, const Rules& rules) : module_(module), rules_(rules) {}

FileFacts Collector::Collect() {
  CheckModule();
  AddFixtures();
  const std::optional<FinalBinding> test = module_.classes.FindIn(kNoDefinition, "__test__");
  const Answer answer = TestAttribute(test);
  if (answer == Answer::kUnknown) Note(ReasonKind::kTestAttribute, "__test__", test->last->line);
  if (test && answer == Answer::kFalse) return std::move(facts_);
  AddMarks({&module_, kNoDefinition}, module_marks_);
  CollectScope({&module_, kNoDefinition}, {}, {});
  for (const Passage& constant : parameters_.constants()) {
    uint32_t line = 0;
    if (constant.module->import_time().Mentions(constant.name, false, &line))
      Note(ReasonKind::kMention, constant.name, *constant.module, line);
    if (constant.module == &module_) continue;
    if (constant.module->IsTouched(constant.name))
      Note(ReasonKind::kMention, constant.name, *constant.module, 0);
    CheckMeddlers(*constant.module, constant.name, Hold::kContents);
  }
  return std::move(facts_);
}

void Collector::Note(ReasonKind kind, std::string_view detail, uint32_t line) {
  facts_.reasons.push_back({kind, std::string(detail), line});
}

void Collector::Note(ReasonKind kind, std::string_view detail, const Module& module,
                     uint32_t line) {
  if (&module == &module_) return Note(kind, detail, line);
  Note(kind, std::string(detail) + " (" + module.path() + ")", line_);
}

// What concerns the whole file.
void Collector::CheckModule() {
  facts_.reasons = module_.import_time().reasons();
  for (const syntax::Import& import : module_.outline.imports)
    if (import.kind == syntax::ImportKind::kStar && (import.within & syntax::kInFunction) == 0 &&
        module_.names.TruthOf(import.block) != Truth::kNever)
      Note(ReasonKind::kStarImport, syntax::PlainName(import.module), import.first_line);
  for (const std::string_view name :
       {"pytest_generate_tests", "pytest_plugins", "__getattr__", "__dir__"})
    if (const std::optional<FinalBinding> hook = module_.classes.FindIn(kNoDefinition, name))
      Note(ReasonKind::kHook, name, hook->last->line);
  facts_.hooks = FindHooks(module_.outline, module_.names);
}

bool Collector::LooksLikeTest(std::string_view name) const {
  return rules_.python_functions.Matches(name) || rules_.python_classes.Matches(name);
}

// Names in the order of their first binding, without those in `hidden`.
void Collector::CollectScope(DefinitionRef owner, const Place& place,
                             const std::vector<std::string_view>& hidden) {
  const Scope& scope = owner.module->names.scope(owner.id);
  std::vector<std::pair<std::string_view, FinalBinding>> finals;
  for (const auto& [name, bindings] : scope.by_name) {
    FinalBinding final = FinalOf(*owner.module, scope, bindings);
    if (final.last->kind == BindingKind::kDelete && final.is_certain) continue;
    finals.emplace_back(name, final);
    // Where conditions decide, an earlier binding can be the last one too.
    for (size_t i = bindings.size(); !final.is_certain && --i > 0;) {
      if (scope.bindings[bindings[i]].is_certain) break;
      final.last = &scope.bindings[bindings[i - 1]];
      finals.emplace_back(name, final);
    }
  }
  std::ranges::stable_sort(finals, [](const auto& a, const auto& b) {
    return std::pair(a.second.first_place, a.first) < std::pair(b.second.first_place, b.first);
  });
  for (const auto& [name, final] : finals)
    if (std::ranges::find(hidden, name) == hidden.end()) CollectName(name, final, place);
}

void Collector::CollectName(std::string_view name, const FinalBinding& final, const Place& place) {
  if (final.module == &module_) line_ = final.last->line;
  if (!IsAscii(name)) return Note(ReasonKind::kName, name, *final.module, final.last->line);
  if (name.starts_with("__")) return;
  switch (final.last->kind) {
    case BindingKind::kDefinition:
      return CollectDefinition({name, {final.module, final.last->definition}, final.is_certain},
                               place);
    case BindingKind::kImport:
      return CollectImport(name, final, place);
    case BindingKind::kValue:
      return CheckValue(name, final, place);
    default:
      if (LooksLikeTest(name))
        Note(ReasonKind::kAssignedTest, name, *final.module, final.last->line);
  }
}

void Collector::CollectDefinition(const Candidate& candidate, const Place& place) {
  const syntax::Definition& definition = DefinitionOf(candidate.where);
  if (definition.kind == DefinitionKind::kClass) {
    CollectClass(candidate, place);
  } else if (LooksLikeTest(candidate.name)) {
    CollectFunction(candidate, place);
  }
}

void Collector::CollectFunction(const Candidate& candidate, const Place& place) {
  Module& module = *candidate.where.module;
  const syntax::Definition& definition = DefinitionOf(candidate.where);
  if (!candidate.is_certain)
    return Note(ReasonKind::kConditionalTest, candidate.name, module, definition.first_line);
  const FunctionFacts function = ReadFunction(definition, module.decorations);
  if (function.kind == FunctionKind::kUnknown)
    return Note(ReasonKind::kDecorator, function.culprit->origin, module, function.culprit->line);
  if (function.kind != FunctionKind::kFunction) return;
  // Named as a class is, which only a decorator could have made of it.
  if (!rules_.python_functions.Matches(candidate.name)) return;
  if (definition.kind == DefinitionKind::kFunction && Yields(candidate.where.id, module.outline))
    return Note(ReasonKind::kYield, candidate.name, module, definition.first_line);
  CheckMentions(module, definition.name);
  CheckMentions(candidate.via);
  AddTest(candidate, function, place);
}

void Collector::CheckMentions(Module& module, std::string_view name) {
  uint32_t line = 0;
  if (module.import_time().Mentions(name, true, &line))
    Note(ReasonKind::kMention, name, module, line);
  if (&module == &module_) return;
  if (module.IsTouched(name)) Note(ReasonKind::kMention, name, module, 0);
  CheckMeddlers(module, name, Hold::kAll);
  // An Importer may let writers through that do no harm to what is only looked at.
  for (const Reason& reason : module.import_time().reasons())
    if (reason.kind == ReasonKind::kNamespace && reason.detail != ":=")
      return Note(ReasonKind::kMention, reason.detail, module, reason.line);
}

void Collector::CheckMeddlers(const Module& module, std::string_view name, Hold hold) {
  const std::string meddler = module.names.importer()->FindMeddler(module, name, hold);
  if (!meddler.empty()) Note(ReasonKind::kMention, std::string(name) + " (" + meddler + ")", line_);
}

void Collector::CheckMentions(const std::vector<Passage>& via) {
  for (const Passage& passage : via) CheckMentions(*passage.module, passage.name);
}

// kTrue too where there is none.
Collector::Answer Collector::TestAttribute(const std::optional<FinalBinding>& final) {
  if (!final) return Answer::kTrue;
  const Binding& binding = *final->last;
  if (binding.kind != BindingKind::kValue || !final->is_certain) return Answer::kUnknown;
  const Expression value = ParseExpression(binding.value);
  if (value.kind != ExpressionKind::kConstant) return Answer::kUnknown;
  if (value.value == "True") return Answer::kTrue;
  return value.value == "False" ? Answer::kFalse : Answer::kUnknown;
}

}  // namespace dxpy::facts
