#include "facts/decorators.h"

#include <algorithm>
#include <array>
#include <utility>

#include "facts/module.h"

namespace dxpy::facts {
namespace {

constexpr std::string_view kMarkPrefix = "pytest.mark.";

struct Known {
  std::string_view origin;
  DecoratorKind kind;
  bool needs_call;  ///< bare, it would take the function for an argument
};

// What each does to a function was read in its source; see docs/decisions.
constexpr auto kKnown = std::to_array<Known>({
    {"pytest.fixture", DecoratorKind::kFixture, false},
    {"pytest.yield_fixture", DecoratorKind::kFixture, false},
    {"pytest_asyncio.fixture", DecoratorKind::kFixture, false},
    {"builtins.staticmethod", DecoratorKind::kStaticMethod, false},
    {"builtins.classmethod", DecoratorKind::kClassMethod, false},
    {"builtins.property", DecoratorKind::kProperty, false},
    {"unittest.mock.patch", DecoratorKind::kPatch, true},
    {"unittest.mock.patch.object", DecoratorKind::kPatch, true},
    {"unittest.mock.patch.dict", DecoratorKind::kPatch, true},
    {"unittest.skip", DecoratorKind::kKeeps, false},
    {"unittest.skipIf", DecoratorKind::kKeeps, true},
    {"unittest.skipUnless", DecoratorKind::kKeeps, true},
    {"unittest.expectedFailure", DecoratorKind::kKeeps, false},
    {"hypothesis.given", DecoratorKind::kGiven, true},
    {"hypothesis.settings", DecoratorKind::kKeeps, true},
    {"hypothesis.example", DecoratorKind::kKeeps, true},
    {"hypothesis.seed", DecoratorKind::kKeeps, true},
    {"hypothesis.reproduce_failure", DecoratorKind::kKeeps, true},
    {"freezegun.freeze_time", DecoratorKind::kKeeps, true},
    {"typing.no_type_check", DecoratorKind::kKeeps, false},
    {"dataclasses.dataclass", DecoratorKind::kDataclass, false},
});

bool IsOneMark(std::string_view name) {
  return !name.empty() && name.front() != '_' && name.find('.') == std::string_view::npos;
}

// A mark that is called with one class or function, and nothing else, marks that
// and returns it. Of these marks nobody does so.
bool TakesNoCallable(std::string_view mark) {
  for (const std::string_view known : {"parametrize", "skipif", "xfail", "usefixtures",
                                       "filterwarnings", "skip", "timeout", "asyncio", "anyio"})
    if (mark == known) return true;
  return false;
}

bool MayDecorateItsArgument(const Expression& call, std::string_view mark) {
  if (call.kind != ExpressionKind::kCall || call.items.size() != 2) return false;
  const Expression& only = call.items[1];
  if (!only.keyword.empty() || IsPlainData(only) || only.kind == ExpressionKind::kLambda)
    return false;
  return !TakesNoCallable(mark);
}

void ReadOrigin(Decoration& decoration) {
  const bool called = decoration.call.kind == ExpressionKind::kCall;
  if (decoration.origin.starts_with(kMarkPrefix)) {
    decoration.name = decoration.origin.substr(kMarkPrefix.size());
    if (IsOneMark(decoration.name) && !MayDecorateItsArgument(decoration.call, decoration.name))
      decoration.kind = DecoratorKind::kMark;
    return;
  }
  for (const Known& known : kKnown)
    if (decoration.origin == known.origin && (called || !known.needs_call))
      decoration.kind = known.kind;
}

const Expression* CalledName(const Expression& expression) {
  const Expression* name = &expression;
  if (name->kind == ExpressionKind::kCall) name = &name->items[0];
  return name->kind == ExpressionKind::kName ? name : nullptr;
}

void Read(Decoration& decoration, int depth) {
  const Expression* const name = CalledName(decoration.call);
  if (name == nullptr || depth > 4) return;
  decoration.origin = name->value;
  const Resolved resolved =
      decoration.owner.module->names.Resolve(name->value, decoration.owner.id);
  if (resolved.kind == Resolved::Kind::kExternal) {
    decoration.origin = resolved.origin;
    ReadOrigin(decoration);
  } else if (resolved.kind == Resolved::Kind::kValue &&
             decoration.call.kind == ExpressionKind::kName) {
    decoration.call = ParseExpression(resolved.value);
    decoration.owner = resolved.where;
    Read(decoration, depth + 1);
  }
}

}  // namespace

size_t Decoration::CountMocks() const {
  if (kind != DecoratorKind::kPatch || origin.ends_with(".dict")) return 0;
  const size_t before_new = origin.ends_with(".object") ? 2 : 1;
  size_t positional = 0;
  for (size_t i = 1; i < call.items.size(); ++i)
    positional += call.items[i].keyword.empty() ? 1 : 0;
  return positional > before_new || FindKeyword(call, "new") != nullptr ? 0 : 1;
}

Decoration ReadDecoration(std::string_view text, uint32_t line, DefinitionRef owner) {
  Decoration decoration;
  decoration.call = ParseExpression(text);
  decoration.owner = owner;
  decoration.text = text;
  decoration.line = line;
  Read(decoration, 0);
  if (decoration.origin.empty()) decoration.origin = text.substr(0, 40);
  return decoration;
}

bool IsKnownDecorator(std::string_view origin) {
  return std::ranges::find(kKnown, origin, &Known::origin) != kKnown.end();
}

Decorations::Decorations(Module& module)
    : module_(module), read_(module.outline.decorators.size()) {}

const Decoration& Decorations::Get(uint32_t decorator) {
  std::unique_ptr<Decoration>& read = read_[decorator];
  if (read == nullptr) {
    const syntax::Decorator& found = module_.outline.decorators[decorator];
    const DefinitionId owner = module_.outline.definitions[found.definition].enclosing;
    read = std::make_unique<Decoration>(ReadDecoration(found.text, found.line, {&module_, owner}));
  }
  return *read;
}

}  // namespace dxpy::facts
