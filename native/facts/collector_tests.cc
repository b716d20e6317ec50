// The part of Collector that makes facts of one test: marks, fixtures, ids.

#include <algorithm>

#include "facts/collector.h"
#include "facts/parameter_ids.h"

namespace dxpy::facts {
namespace {

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> Names(const std::vector<std::string_view>& views) {
  return {views.begin(), views.end()};
}

bool IsInStatement(const syntax::Outline& outline, std::string_view name) {
  return std::ranges::any_of(outline.statements, [&](const syntax::Statement& statement) {
    return statement.text.find(name) != std::string_view::npos;
  });
}

}  // namespace

void Collector::AddTest(const Candidate& candidate, const FunctionFacts& function,
                        const Place& place) {
  TestFacts test;
  test.name = place.prefix + std::string(candidate.name);
  test.line = DefinitionOf(candidate.where).first_line;
  if (candidate.where.module != &module_) {
    test.file = candidate.where.module->path();
    test.line_here = line_;
  }
  Marks marks;
  for (const Decoration* decoration : function.decorations)
    if (decoration->kind == DecoratorKind::kMark) marks.push_back(decoration);
  AddClassMarks(place, marks);
  marks.insert(marks.end(), module_marks_.begin(), module_marks_.end());
  for (const Decoration* mark : marks) test.marks.push_back({mark->name, mark->text});
  AddParameters(candidate, function, marks, place, test);
  facts_.tests.push_back(std::move(test));
}

// From the innermost class to the outermost; in each the bases' marks come first.
void Collector::AddClassMarks(const Place& place, Marks& marks) {
  for (size_t i = place.owners.size(); i-- > 0;) {
    const ClassFacts& facts = place.owners[i].module->classes.Get(place.owners[i].id);
    for (size_t j = facts.mro.size(); j-- > 0;) {
      const syntax::Definition& definition = DefinitionOf(facts.mro[j]);
      AddMarks(facts.mro[j], marks);
      for (uint32_t k = definition.decorators_end; k-- > definition.decorators_begin;) {
        const Decoration& mark = facts.mro[j].module->decorations.Get(k);
        if (mark.kind == DecoratorKind::kMark) marks.push_back(&mark);
      }
    }
  }
}

// The marks in a scope's `pytestmark`.
void Collector::AddMarks(DefinitionRef owner, Marks& marks) {
  Module& module = *owner.module;
  const std::optional<FinalBinding> final = module.classes.FindIn(owner.id, "pytestmark");
  if (!final) return;
  const Binding& binding = *final->last;
  if (binding.kind != BindingKind::kValue || !final->is_certain)
    return Note(ReasonKind::kMark, "pytestmark", module, binding.line);
  uint32_t line = 0;
  if (module.import_time().Mentions("pytestmark", true, &line))
    return Note(ReasonKind::kMark, "pytestmark", module, line);
  const Expression value = ParseExpression(binding.value);
  std::vector<std::string_view> texts = {value.text};
  if (value.kind == ExpressionKind::kList) {
    texts.clear();
    for (const Expression& item : value.items) texts.push_back(item.text);
  }
  for (const std::string_view text : texts) {
    auto mark = std::make_unique<Decoration>(ReadDecoration(text, binding.line, owner));
    if (mark->kind != DecoratorKind::kMark)
      return Note(ReasonKind::kMark, mark->origin, module, binding.line);
    marks.push_back(mark.get());
    assigned_marks_.push_back(std::move(mark));
  }
}

std::vector<std::string> Collector::UsedFixtures(const Marks& marks) {
  std::vector<std::string> used;
  for (const Decoration* mark : marks) {
    if (mark->name != "usefixtures" || mark->call.kind != ExpressionKind::kCall) continue;
    for (size_t i = 1; i < mark->call.items.size(); ++i) {
      const Expression& name = mark->call.items[i];
      if (name.kind != ExpressionKind::kText || !name.keyword.empty()) {
        Note(ReasonKind::kMark, "usefixtures", *mark->owner.module, mark->line);
      } else if (!Contains(used, name.value)) {
        used.push_back(name.value);
      }
    }
  }
  return used;
}

bool Collector::ReadParameters(const Marks& marks, std::vector<Parameters>& parameters) {
  for (const Decoration* mark : marks) {
    if (mark->name != "parametrize") continue;
    std::optional<Parameters> read = parameters_.ReadMark(*mark);
    if (!read) {
      const std::string& culprit = parameters_.culprit();
      Note(ReasonKind::kParameters, culprit.empty() ? mark->origin : culprit, *mark->owner.module,
           mark->line);
      return false;
    }
    if (read->has_scope) {
      Note(ReasonKind::kParameters, "scope", *mark->owner.module, mark->line);
      return false;
    }
    parameters.push_back(std::move(*read));
  }
  return true;
}

void Collector::AddParameters(const Candidate& candidate, const FunctionFacts& function,
                              const Marks& marks, const Place& place, TestFacts& test) {
  const syntax::Definition& definition = DefinitionOf(candidate.where);
  const auto note = [&](std::string_view detail) {
    Note(ReasonKind::kParameters, detail, *candidate.where.module, definition.first_line);
  };
  std::vector<std::string> requested = UsedFixtures(marks);
  if (place.in_test_case) {
    // pytest does not parametrize it, but trips over marks that are not valid.
    std::vector<Parameters> unused;
    static_cast<void>(ReadParameters(marks, unused));
    test.fixtures = module_.fixtures().Close(place.owners, requested, {}).outside;
    return;
  }
  const std::vector<std::string> own = Names(RequestedNames(definition, function));
  for (const std::string& name : own)
    if (!Contains(requested, name)) requested.push_back(name);
  std::vector<Parameters> parameters;
  if (!ReadParameters(marks, parameters)) return;
  std::vector<std::string> direct;
  std::vector<std::string> all;
  for (const Parameters& read : parameters) {
    test.has_case_marks |= read.has_marks;
    for (const std::string& name : read.names) {
      if (Contains(all, name)) return note(name);
      all.push_back(name);
      (Contains(read.indirect, name) ? test.indirect : direct).push_back(name);
    }
  }
  Closure closure = module_.fixtures().Close(place.owners, requested, direct);
  for (const std::string& name : all)
    if (!Contains(closure.names, name)) return note(name);
  // What a parametrize() call gives to a fixture takes the place of its own parameters.
  std::erase_if(closure.parametrized,
                [&](const LocalFixture* fixture) { return Contains(all, fixture->name); });
  std::vector<std::vector<std::string>> ids;
  if (!AddFixtureIds(closure, ids)) return;
  for (Parameters& read : parameters) ids.push_back(std::move(read.ids));
  test.is_parametrized = !ids.empty();
  if (test.is_parametrized) {
    std::optional<std::vector<std::string>> combined = Combine(ids);
    if (!combined) return note("too many");
    test.ids = std::move(*combined);
  }
  std::erase(closure.outside, "request");
  test.fixtures = std::move(closure.outside);
  std::erase_if(test.indirect,
                [&](const std::string& name) { return !Contains(test.fixtures, name); });
}

bool Collector::AddFixtureIds(const Closure& closure, std::vector<std::vector<std::string>>& ids) {
  if (closure.unclear != nullptr) {
    Note(ReasonKind::kFixture, closure.unclear->name, line_);
    return false;
  }
  for (const std::string& name : closure.outside) {
    // A name of this file that no def binds may stand for a fixture all the same.
    const std::optional<FinalBinding> final = module_.classes.FindIn(kNoDefinition, name);
    if (final && final->last->kind != BindingKind::kImport &&
        final->last->kind != BindingKind::kDefinition) {
      Note(ReasonKind::kFixture, name, line_);
      return false;
    }
  }
  for (const LocalFixture* fixture : closure.parametrized) {
    std::optional<Parameters> read = parameters_.ReadFixture(fixture->name, *fixture->decoration);
    if (!read || fixture->scope != "function") {
      Note(ReasonKind::kFixture, fixture->name, *fixture->definition.module,
           DefinitionOf(fixture->definition).first_line);
      return false;
    }
    ids.push_back(std::move(read->ids));
  }
  return true;
}

void Collector::AddFixtures() {
  const syntax::Outline& outline = module_.outline;
  for (uint32_t i = 0; i < outline.decorators.size(); ++i) {
    const syntax::Definition& definition = outline.definitions[outline.decorators[i].definition];
    // pytest trips over a class that was made a fixture.
    if (definition.kind == syntax::DefinitionKind::kClass &&
        (definition.within & syntax::kInFunction) == 0 &&
        module_.decorations.Get(i).kind == DecoratorKind::kFixture)
      Note(ReasonKind::kFixture, definition.name, definition.first_line);
  }
  for (DefinitionId owner = kNoDefinition, next = 0;; owner = next++) {
    for (const LocalFixture& fixture : module_.fixtures().of(owner)) {
      FixtureFacts facts;
      facts.name = fixture.name;
      if (owner != kNoDefinition) facts.owner = outline.definitions[owner].name;
      facts.scope = fixture.scope;
      facts.line = DefinitionOf(fixture.definition).first_line;
      facts.is_autouse = fixture.is_autouse || !fixture.is_understood;
      facts.has_params = fixture.has_params || !fixture.is_understood;
      facts.fixtures = Names(fixture.requests);
      if (fixture.is_broken) Note(ReasonKind::kFixture, "cannot be called", facts.line);
      // Under a second name it is a second fixture.
      if (facts.has_params && IsInStatement(outline, fixture.attribute))
        Note(ReasonKind::kFixture, fixture.name, facts.line);
      facts_.fixtures.push_back(std::move(facts));
    }
    if (next >= outline.definitions.size()) break;
  }
}

}  // namespace dxpy::facts
