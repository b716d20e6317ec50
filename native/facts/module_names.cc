#include "facts/module_names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "facts/expression.h"
#include "facts/known_types.h"
#include "facts/statement_bindings.h"
#include "facts/tokens.h"
#include "syntax/outline_queries.h"

namespace dxpy::facts {
namespace {

using syntax::BlockId;
using syntax::kNoBlock;

Truth Not(Truth truth) {
  if (truth == Truth::kMaybe) return truth;
  return truth == Truth::kAlways ? Truth::kNever : Truth::kAlways;
}

Truth And(Truth a, Truth b) { return std::min(a, b); }

// `sys.version_info >= (3, 9)`: with all of its tokens behind the name.
Truth CompareVersion(std::string_view comparison, std::pair<int, int> version) {
  TokenReader reader(comparison);
  const std::string_view sign = reader.token().text;
  reader.Advance();
  const char* const begin = reader.token().text.data();
  const Expression tuple =
      ParseExpression({begin, static_cast<size_t>(comparison.data() + comparison.size() - begin)});
  if (tuple.kind != ExpressionKind::kTuple || tuple.items.size() != 2) return Truth::kMaybe;
  for (const Expression& item : tuple.items)
    if (item.kind != ExpressionKind::kInteger || item.value.size() > 4) return Truth::kMaybe;
  const std::pair<int, int> other = {std::stoi(tuple.items[0].value),
                                     std::stoi(tuple.items[1].value)};
  // version_info is longer, so it is never equal to a pair.
  if (sign == ">=" || sign == ">") return version >= other ? Truth::kAlways : Truth::kNever;
  if (sign == "<" || sign == "<=") return version < other ? Truth::kAlways : Truth::kNever;
  return Truth::kMaybe;
}

std::string WithoutLayout(std::string_view text) { return syntax::PlainName(text); }

Truth Evaluate(std::string_view condition, std::pair<int, int> version) {
  if (condition.size() > 80) return Truth::kMaybe;
  const std::string plain = WithoutLayout(condition);
  constexpr std::array<std::string_view, 4> kFalse = {"TYPE_CHECKING", "typing.TYPE_CHECKING",
                                                      "False", "0"};
  constexpr std::array<std::string_view, 4> kMain = {
      "__name__==\"__main__\"", "__name__=='__main__'", "\"__main__\"==__name__",
      "'__main__'==__name__"};
  if (std::ranges::find(kFalse, plain) != kFalse.end()) return Truth::kNever;
  if (std::ranges::find(kMain, plain) != kMain.end()) return Truth::kNever;
  if (plain == "True" || plain == "1") return Truth::kAlways;
  if (condition.starts_with("not ")) return Not(Evaluate(condition.substr(4), version));
  constexpr std::string_view kVersion = "sys.version_info";
  if (plain.starts_with(kVersion) && condition.starts_with(kVersion))
    return CompareVersion(condition.substr(kVersion.size()), version);
  return Truth::kMaybe;
}

std::string_view AfterWord(std::string_view header, std::string_view word) {
  header.remove_prefix(word.size());
  while (!header.empty() && header.front() == ' ') header.remove_prefix(1);
  return header;
}

// The backport of unittest.mock is the same thing.
std::string Canonical(std::string origin) {
  if (origin == "mock" || origin.starts_with("mock.")) return "unittest." + origin;
  return origin;
}

Resolved External(std::string origin) {
  Resolved resolved;
  resolved.kind = Resolved::Kind::kExternal;
  resolved.origin = std::move(origin);
  return resolved;
}

std::string Join(std::string origin, std::string_view rest) {
  return rest.empty() ? origin : origin.append(".").append(rest);
}

}  // namespace

std::string OriginOf(const syntax::Import& import, const syntax::ImportedName& imported) {
  const std::string name = syntax::PlainName(imported.name);
  if (import.kind == syntax::ImportKind::kModules) {
    // `import a.b` binds a.
    return imported.alias.empty() ? name.substr(0, name.find('.')) : name;
  }
  std::string origin(import.level, '.');
  origin += syntax::PlainName(import.module);
  if (!import.module.empty()) origin += '.';
  return origin + name;
}

size_t ModuleSizeOf(const syntax::Import& import, std::string_view origin) {
  if (import.kind == syntax::ImportKind::kModules) return origin.size();
  return import.module.empty() ? import.level : origin.rfind('.');
}

ModuleNames::ModuleNames(const syntax::Outline& outline, const Rules& rules, Module& module,
                         Importer* importer)
    : outline_(outline), module_(module), importer_(importer) {
  EvaluateBlocks(rules);
  AddDefinitions();
  AddImports();
  AddStatements();
  Sort();
}

const Scope& ModuleNames::scope(DefinitionId owner) const {
  static const Scope kEmpty;
  const auto found = scopes_.find(owner);
  return found == scopes_.end() ? kEmpty : found->second;
}

Truth ModuleNames::TruthOf(const syntax::Definition& definition) const {
  Truth truth = TruthOf(definition.block);
  for (DefinitionId id = definition.enclosing; id != kNoDefinition;
       id = outline_.definitions[id].enclosing)
    truth = And(truth, TruthOf(outline_.definitions[id].block));
  return truth;
}

void ModuleNames::EvaluateBlocks(const Rules& rules) {
  std::vector<Truth> open(outline_.blocks.size());  // whether the parts so far were not executed
  for (BlockId id = 0; id < outline_.blocks.size(); ++id) {
    const syntax::Block& block = outline_.blocks[id];
    const Truth before = block.previous == kNoBlock ? Truth::kAlways : open[block.previous];
    Truth own = Truth::kMaybe;
    if (block.header.starts_with("if") && block.kind == syntax::kInIf) {
      own = Evaluate(AfterWord(block.header, "if"), rules.python_version);
    } else if (block.header.starts_with("elif")) {
      own = Evaluate(AfterWord(block.header, "elif"), rules.python_version);
    } else if (block.kind == syntax::kInIf) {
      own = Truth::kAlways;
    }
    open[id] = And(before, Not(own));
    truths_.push_back(And(TruthOf(block.outer), And(before, own)));
  }
}

void ModuleNames::Add(DefinitionId owner, Binding binding) {
  scopes_[owner].bindings.push_back(binding);
}

void ModuleNames::AddDefinitions() {
  for (DefinitionId id = 0; id < outline_.definitions.size(); ++id) {
    const syntax::Definition& definition = outline_.definitions[id];
    if ((definition.within & syntax::kInFunction) != 0) continue;
    const Truth truth = TruthOf(definition.block);
    if (truth == Truth::kNever) continue;
    Binding binding;
    binding.name = definition.name;
    binding.kind = BindingKind::kDefinition;
    binding.is_certain = truth == Truth::kAlways;
    binding.line = definition.first_line;
    binding.place = definition.name.data();
    binding.definition = id;
    Add(definition.enclosing, binding);
  }
}

void ModuleNames::AddImports() {
  for (const syntax::Import& import : outline_.imports) {
    if ((import.within & syntax::kInFunction) != 0) continue;
    const Truth truth = TruthOf(import.block);
    if (truth == Truth::kNever) continue;
    if (import.kind == syntax::ImportKind::kStar) star_imports_.push_back(&import);
    for (uint32_t i = import.names_begin; i < import.names_end; ++i) {
      const syntax::ImportedName& imported = outline_.names[i];
      Binding binding;
      binding.name = imported.alias.empty() ? imported.name : imported.alias;
      if (import.kind == syntax::ImportKind::kModules && imported.alias.empty())
        binding.name = imported.name.substr(0, imported.name.find_first_of(". \t\\"));
      binding.kind = BindingKind::kImport;
      binding.is_certain = truth == Truth::kAlways;
      binding.line = import.first_line;
      binding.place = imported.name.data();
      binding.import = &import;
      binding.imported = &imported;
      Add(import.enclosing, binding);
    }
  }
}

void ModuleNames::AddStatements() {
  for (const syntax::Statement& statement : outline_.statements)
    bound_.push_back(
        AddEffects(statement.text, statement.line, statement.enclosing, TruthOf(statement.block)));
  for (const syntax::Block& block : outline_.blocks) {
    // Whether a header is executed depends on the blocks around it; its names
    // are bound under conditions anyway.
    if (TruthOf(block.outer) != Truth::kNever)
      AddEffects(block.header, block.line, block.enclosing, Truth::kMaybe);
  }
}

std::string_view ModuleNames::AddEffects(std::string_view text, uint32_t line, DefinitionId owner,
                                         Truth truth) {
  if (truth == Truth::kNever) return {};
  const std::vector<NameEffect> effects = FindNameEffects(text);
  for (const NameEffect& effect : effects) {
    Binding binding;
    binding.name = effect.name;
    binding.is_certain = truth == Truth::kAlways;
    binding.line = line;
    binding.place = text.data();
    if (effect.effect == Effect::kDeletes) binding.kind = BindingKind::kDelete;
    if (effect.effect == Effect::kAssigns) {
      binding.kind = BindingKind::kValue;
      binding.value = effect.value;
    }
    Add(owner, binding);
  }
  return effects.size() == 1 ? effects[0].name : std::string_view{};
}

void ModuleNames::Sort() {
  for (auto& [owner, scope] : scopes_) {
    std::ranges::stable_sort(scope.bindings, {}, &Binding::place);
    for (uint32_t i = 0; i < scope.bindings.size(); ++i)
      scope.by_name[scope.bindings[i].name].push_back(i);
  }
}

const Binding* ModuleNames::Only(std::string_view name, DefinitionId owner) const {
  const Scope& names = scope(owner);
  const auto found = names.by_name.find(name);
  if (found == names.by_name.end() || found->second.size() != 1) return nullptr;
  return &names.bindings[found->second[0]];
}

// Several imports may bind a name if all of them mean the same thing.
const Binding* ModuleNames::FindAgreed(const std::vector<uint32_t>& indices,
                                       const Scope& scope) const {
  const Binding& first = scope.bindings[indices[0]];
  if (indices.size() == 1) return &first;
  for (const uint32_t index : indices) {
    const Binding& binding = scope.bindings[index];
    if (binding.kind != BindingKind::kImport ||
        Canonical(OriginOf(*binding.import, *binding.imported)) !=
            (first.kind == BindingKind::kImport
                 ? Canonical(OriginOf(*first.import, *first.imported))
                 : std::string()))
      return nullptr;
  }
  return &first;
}

Resolved ModuleNames::Resolve(std::string_view name, DefinitionId owner, int depth) const {
  if (depth > 8) return {};
  const size_t dot = name.find('.');
  const std::string_view root = name.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? "" : name.substr(dot + 1);
  // A class body sees its own names and the module's, and no others.
  for (const DefinitionId where : {owner, kNoDefinition}) {
    const Scope& names = scope(where);
    const auto found = names.by_name.find(root);
    if (found == names.by_name.end()) {
      if (where == kNoDefinition) break;
      continue;
    }
    const Binding* const binding = FindAgreed(found->second, names);
    if (binding == nullptr) return {};
    // A name that may not be bound here can mean the one further out.
    const bool hides = where != kNoDefinition || IsBuiltin(root);
    if (!binding->is_certain && hides && binding->kind != BindingKind::kImport) return {};
    return ResolveBinding(*binding, rest, where, depth);
  }
  if (!star_imports_.empty() || !IsBuiltin(root)) return {};
  return External(Join("builtins." + std::string(root), rest));
}

Resolved ModuleNames::ResolveBinding(const Binding& binding, std::string_view rest,
                                     DefinitionId owner, int depth) const {
  Resolved resolved;
  switch (binding.kind) {
    case BindingKind::kImport: {
      const std::string written = OriginOf(*binding.import, *binding.imported);
      std::string origin = Join(Canonical(written), rest);
      if (importer_ == nullptr) return External(std::move(origin));
      resolved = importer_->Follow(module_, origin, ModuleSizeOf(*binding.import, written));
      break;
    }
    case BindingKind::kDefinition:
      if (!rest.empty()) return {};
      resolved.kind = Resolved::Kind::kDefinition;
      resolved.where = {&module_, binding.definition};
      return resolved;
    case BindingKind::kValue: {
      const Expression value = ParseExpression(binding.value);
      if (value.kind == ExpressionKind::kName) {
        resolved = Resolve(Join(value.value, rest), owner, depth + 1);
        if (resolved.kind != Resolved::Kind::kValue) break;
      } else {
        if (!rest.empty()) return {};
        resolved.kind = Resolved::Kind::kValue;
        resolved.where = {&module_, owner};
        resolved.value = binding.value;
      }
      resolved.via.push_back({&module_, binding.name});
      return resolved;
    }
    default:
      return {};
  }
  if (resolved.where.module != nullptr && resolved.where.module != &module_)
    resolved.via.push_back({&module_, binding.name});
  return resolved;
}

const Binding* ModuleNames::Agreed(std::string_view name) const {
  const Scope& names = scope(kNoDefinition);
  const auto found = names.by_name.find(name);
  return found == names.by_name.end() ? nullptr : FindAgreed(found->second, names);
}

}  // namespace dxpy::facts
