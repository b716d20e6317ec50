#include "resolve/hazards.h"

#include <algorithm>
#include <cstring>

namespace dxpy::resolve {

size_t Find(std::string_view text, std::string_view word, size_t from) {
  if (from >= text.size()) return std::string_view::npos;
  const void* const found =
      memmem(text.data() + from, text.size() - from, word.data(), word.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

namespace {

// Whether each `setattr(` and the like, by that name, is given a name that the
// module itself does not bind: a parameter or a variable of a function.
bool WritesToLocals(const facts::Module& module, std::string_view writer) {
  const std::string_view source = module.source();
  const auto& bound = module.names.scope(facts::kNoDefinition).by_name;
  for (size_t at = Find(source, writer); at != std::string_view::npos;
       at = Find(source, writer, at + 1)) {
    std::string_view rest = source.substr(at + writer.size());
    if (!rest.starts_with('(')) return false;
    rest.remove_prefix(1);
    const size_t end = rest.find(',');
    const std::string_view target = rest.substr(0, end);
    const bool is_name = !target.empty() && std::ranges::all_of(target, [](char c) {
      return (c >= 'a' && c <= 'z') || c == '_';
    });
    if (!is_name || end == std::string_view::npos || bound.contains(target)) return false;
  }
  return true;
}

// The same of each `name.__dict__`.
bool ReadsDictOfLocals(const facts::Module& module) {
  constexpr std::string_view kDict = ".__dict__";
  const std::string_view source = module.source();
  const auto& bound = module.names.scope(facts::kNoDefinition).by_name;
  for (size_t at = Find(source, "__dict__"); at != std::string_view::npos;
       at = Find(source, "__dict__", at + 1)) {
    if (at == 0 || source.substr(at - 1, kDict.size()) != kDict) return false;
    const std::string_view before = source.substr(0, at - 1);
    const size_t end = before.find_last_not_of("abcdefghijklmnopqrstuvwxyz_");
    const std::string_view name = before.substr(end == std::string_view::npos ? 0 : end + 1);
    const bool is_whole = end == std::string_view::npos || before[end] == ' ' ||
                          before[end] == '(' || before[end] == '\n';
    if (name.empty() || !is_whole || bound.contains(name)) return false;
  }
  return true;
}

// A := that is no statement's is looked for by name, and what is written to an
// object by name can only be a class: see Collector::CheckMentions.
bool IsHarmless(const facts::Module& module, const facts::Reason& reason) {
  if (reason.detail == ":=") return true;
  if (reason.detail == "__dict__") return ReadsDictOfLocals(module);
  const bool is_writer =
      reason.detail == "setattr" || reason.detail == "delattr" || reason.detail == "__setattr__";
  return is_writer && Find(module.source(), "__test__") == std::string_view::npos &&
         WritesToLocals(module, reason.detail);
}

bool ChangesPath(const facts::Module& module) {
  if (!MentionsPath(module.source())) return false;
  if (ChangesPathOnImport(module)) return true;
  return std::ranges::any_of(module.outline.definitions, [](const syntax::Definition& definition) {
    return (definition.within & syntax::kInFunction) == 0 &&
           definition.kind != syntax::DefinitionKind::kClass && MentionsPath(definition.text);
  });
}

}  // namespace

bool MentionsPath(std::string_view text) {
  if (Find(text, "sys.path") == std::string_view::npos) return false;
  for (const std::string_view words : {"sys.path.insert", "sys.path =", "sys.path[", "sys.path="})
    if (Find(text, words) != std::string_view::npos) return true;
  return false;
}

bool ChangesPathOnImport(const facts::Module& module) {
  return std::ranges::any_of(module.outline.statements, [&](const syntax::Statement& statement) {
    return MentionsPath(statement.text) &&
           module.names.TruthOf(statement.block) != facts::Truth::kNever;
  });
}

bool AssignsModule(std::string_view source) {
  constexpr std::string_view kModules = "sys.modules";
  for (size_t at = Find(source, kModules); at != std::string_view::npos;
       at = Find(source, kModules, at + 1)) {
    const std::string_view rest = source.substr(at + kModules.size());
    if (rest.starts_with(".update") || rest.starts_with(".setdefault")) return true;
    if (!rest.starts_with("[")) continue;
    const size_t end = rest.find(']');
    const size_t next = rest.find_first_not_of(" \t", std::min(end, rest.size() - 1) + 1);
    if (next == std::string_view::npos || rest[next] == ']') return true;
    if (rest[next] == '=' && rest.substr(next, 2) != "==") return true;
  }
  return false;
}

std::string ProblemOfNames(facts::Module& module) {
  if (module.outline.problem != syntax::Problem::kNone) return "a syntax problem";
  if (module.IsForeign()) return "an encoding";
  if (AssignsModule(module.source())) return "sys.modules";
  for (const facts::Reason& reason : module.import_time().reasons())
    if ((reason.kind == facts::ReasonKind::kNamespace && !IsHarmless(module, reason)) ||
        reason.kind == facts::ReasonKind::kTestAttribute ||
        reason.kind == facts::ReasonKind::kSyntax)
      return reason.detail;
  return {};
}

Hazards FindHazards(const facts::Module& module) {
  const std::string_view source = module.source();
  Hazards found;
  found.assigns_module = AssignsModule(source);
  found.moves_modules = found.assigns_module || Find(source, "__path__") != std::string_view::npos;
  found.changes_path = ChangesPath(module);
  found.has_walrus = Find(source, ":=") != std::string_view::npos;
  return found;
}

bool IsBoundByWalrus(std::string_view source, std::string_view name) {
  for (size_t at = Find(source, ":="); at != std::string_view::npos;
       at = Find(source, ":=", at + 1)) {
    const size_t end = at == 0 ? std::string_view::npos : source.find_last_not_of(" \t", at - 1);
    if (end != std::string_view::npos && source.substr(0, end + 1).ends_with(name)) return true;
  }
  return false;
}

}  // namespace dxpy::resolve
