// The part of Collector that looks at names for things of other files.

#include <algorithm>

#include "facts/collector.h"
#include "facts/expression.h"
#include "facts/known_types.h"
#include "syntax/outline_queries.h"

namespace dxpy::facts {
namespace {

// Whether a value of that module, whatever it is called, is no test, but that it
// can perhaps be called.
bool IsNoClass(const Expression& value, const DefinitionRef& where) {
  if (IsPlainData(value)) return true;
  if (value.kind == ExpressionKind::kLambda) return true;
  if (value.kind != ExpressionKind::kCall || value.items[0].kind != ExpressionKind::kName)
    return ReadDecoration(value.text, 0, where).kind == DecoratorKind::kMark;
  const Resolved called = where.module->names.Resolve(value.items[0].value, where.id);
  if (MakesPlainInstances(called.origin)) return true;
  return ReadDecoration(value.text, 0, where).kind == DecoratorKind::kMark;
}

// Whether what a call makes can itself not be called.
bool IsNotCallable(const Expression& value, const DefinitionRef& where) {
  if (IsPlainData(value)) return true;
  if (value.kind != ExpressionKind::kCall || value.items[0].kind != ExpressionKind::kName)
    return false;
  const Resolved called = where.module->names.Resolve(value.items[0].value, where.id);
  return MakesPlainInstances(called.origin) && called.origin != "functools.partial";
}

}  // namespace

void Collector::CollectImport(std::string_view name, const FinalBinding& final,
                              const Place& place) {
  const Binding& binding = *final.last;
  // A module is neither a class nor can it be called.
  if (binding.import->kind == syntax::ImportKind::kModules) return;
  if (IsPlainImport(OriginOf(*binding.import, *binding.imported))) return;
  CollectResolved(name, final, final.module->names.ResolveBinding(binding, {}, kNoDefinition),
                  place);
}

void Collector::CollectResolved(std::string_view name, const FinalBinding& final,
                                const Resolved& resolved, const Place& place) {
  switch (resolved.kind) {
    case Resolved::Kind::kModule:
      return;
    case Resolved::Kind::kDefinition:
      // In a class a function is a method, which its own file does not say.
      if (IsPlainOrTest(resolved.where) && (place.owners.empty() || !LooksLikeTest(name)))
        return CollectDefinition({name, resolved.where, final.is_certain, resolved.via}, place);
      break;
    case Resolved::Kind::kValue: {
      const Expression value = ParseExpression(resolved.value);
      if (IsNotCallable(value, resolved.where)) return;
      if (!LooksLikeTest(name) && IsNoClass(value, resolved.where)) return;
      break;
    }
    default:
      break;
  }
  CheckExternal(name, final, resolved);
}

// Whether a definition of another file is left alone by decorators that could make
// anything of it, and is no fixture.
bool Collector::IsPlainOrTest(const DefinitionRef& where) {
  const syntax::Definition& definition = DefinitionOf(where);
  if (definition.kind == syntax::DefinitionKind::kClass) return true;
  const FunctionKind kind = ReadFunction(definition, where.module->decorations).kind;
  return kind == FunctionKind::kFunction || kind == FunctionKind::kNotCallable;
}

void Collector::CheckExternal(std::string_view name, const FinalBinding& final,
                              const Resolved& resolved) {
  const Binding& binding = *final.last;
  const std::string& origin = resolved.origin;
  const std::string_view module = std::string_view(origin).substr(0, origin.rfind('.'));
  // The base classes of unittest have no tests of their own, whatever they are called.
  if (origin == "unittest.TestCase" || origin == "unittest.IsolatedAsyncioTestCase") return;
  const bool is_import = binding.kind == BindingKind::kImport;
  std::string written =
      is_import ? OriginOf(*binding.import, *binding.imported) : std::string(binding.value);
  // Even a plain function is a test where its name says so.
  if (LooksLikeTest(name)) {
    if (!resolved.obstacle.empty()) written += " (" + resolved.obstacle + ")";
    return Note(is_import ? ReasonKind::kImportedTest : ReasonKind::kAssignedTest, written,
                *final.module, binding.line);
  }
  if (module == "unittest.mock" || origin == "unittest.mock" || HoldsNoTests(module)) return;
  // Nothing that these two modules hold is a TestCase; hypothesis.stateful is another matter.
  if (module == "hypothesis" || module == "hypothesis.strategies") return;
  if (!is_import || IsKnownDecorator(origin)) return;
  if (IsNoTest(*final.module, OriginOf(*binding.import, *binding.imported))) return;
  facts_.imported.push_back(
      {std::string(name),
       std::string(binding.import->level, '.') + syntax::PlainName(binding.import->module),
       syntax::PlainName(binding.imported->name), line_, FileOf(*final.module), resolved.obstacle});
}

void Collector::CheckValue(std::string_view name, const FinalBinding& final, const Place& place) {
  const Binding& binding = *final.last;
  const Expression value = ParseExpression(binding.value);
  if (value.kind == ExpressionKind::kName && place.owners.empty()) {
    // Another name for something of another file.
    const Resolved resolved = final.module->names.Resolve(value.value, kNoDefinition);
    if (resolved.where.module != nullptr && resolved.where.module != final.module)
      return CollectResolved(name, final, resolved, place);
  }
  if (!LooksLikeTest(name) || IsNotCallable(value, {final.module, kNoDefinition})) return;
  Note(ReasonKind::kAssignedTest, name, *final.module, binding.line);
}

std::string Collector::FileOf(const Module& module) const {
  return &module == &module_ ? std::string() : module.path();
}

bool Collector::IsNoTest(const Module& from, std::string_view origin) {
  Importer* const importer = from.names.importer();
  return importer != nullptr && importer->IsNoTest(from, origin);
}

bool Collector::IsPlainImport(std::string_view origin) const {
  return std::ranges::find(rules_.plain_imports, origin) != rules_.plain_imports.end();
}

}  // namespace dxpy::facts
