// The part of Resolver that knows what star imports bring.

#include <algorithm>
#include <utility>

#include "facts/expression.h"
#include "resolve/resolver.h"

namespace dxpy::resolve {

using Kind = Location::Kind;

Resolver::Exports Resolver::FindStar(File& file, const std::string& name, int depth) {
  Exports found;
  for (const syntax::Import* star : file.module->names.star_imports()) {
    Exports next = Exporting(file, *star, name, depth);
    // Of two that have it the last one counts, but rarely are they two things.
    if (next.kind == Exports::Kind::kPerhaps || (found.has() && next.has()))
      return {Exports::Kind::kPerhaps, {}};
    if (next.has()) found = std::move(next);
  }
  return found;
}

Resolver::Exports Resolver::Exporting(File& from, const syntax::Import& star,
                                      const std::string& name, int depth) {
  const Exports kPerhaps = {Exports::Kind::kPerhaps, {}};
  if (depth > 8 || star.within != 0) return kPerhaps;
  std::string origin(star.level, '.');
  for (const char c : star.module)
    if (c != ' ' && c != '\t') origin += c;
  const Location module = Locate(*from.module, origin);
  if (module.kind != Kind::kSource && module.kind != Kind::kPackage) return kPerhaps;
  File* const file = Load(module.path);
  if (file == nullptr) return kPerhaps;
  from.uses.insert(module.path);
  if (!ProblemOf(*file).empty()) return kPerhaps;
  return {Has(*file, module, name, depth), module};
}

Resolver::Exports::Kind Resolver::Has(File& file, const Location& module, const std::string& name,
                                      int depth) {
  facts::Module& read = *file.module;
  const auto& bound = read.names.scope(facts::kNoDefinition).by_name;
  if (bound.contains("__all__")) {
    const std::optional<bool> listed = IsListed(read, name);
    if (!listed) return Exports::Kind::kPerhaps;
    return *listed ? Exports::Kind::kHas : Exports::Kind::kNot;
  }
  if (name.starts_with('_')) return Exports::Kind::kNot;
  if (bound.contains(name)) return Exports::Kind::kHas;
  const Exports::Kind inner = FindStar(file, name, depth + 1).kind;
  if (inner != Exports::Kind::kNot || module.directory.empty()) return inner;
  // A submodule that somebody has imported is a name of the package too.
  const bool is_submodule = finder_.FindIn(module, name).kind != Kind::kNothing;
  return is_submodule ? Exports::Kind::kPerhaps : Exports::Kind::kNot;
}

// None where what __all__ holds is not known.
std::optional<bool> Resolver::IsListed(facts::Module& module, const std::string& name) {
  const facts::Binding* const all = module.names.Only("__all__", facts::kNoDefinition);
  uint32_t line = 0;
  if (all == nullptr || all->kind != facts::BindingKind::kValue || !all->is_certain ||
      module.import_time().Mentions("__all__", false, &line) || module.IsTouched("__all__"))
    return std::nullopt;
  const facts::Expression list = facts::ParseExpression(all->value);
  if (list.kind != facts::ExpressionKind::kList && list.kind != facts::ExpressionKind::kTuple)
    return std::nullopt;
  for (const facts::Expression& item : list.items)
    if (item.kind != facts::ExpressionKind::kText) return std::nullopt;
  return std::ranges::any_of(list.items,
                             [&](const facts::Expression& item) { return item.value == name; });
}

Location Resolver::Locate(const facts::Module& from, std::string_view origin) {
  const size_t level = std::min(origin.find_first_not_of('.'), origin.size());
  std::string_view rest = origin.substr(level);
  std::string name;
  Location here;
  if (level > 0) {
    here = finder_.PackageOf(from.path(), level);
  } else {
    rest = CutName(rest, name);
    here = finder_.FindTop(name);
  }
  while (!rest.empty() && !here.directory.empty()) {
    rest = CutName(rest, name);
    here = Location(finder_.FindIn(here, name));
  }
  return rest.empty() ? here : Location{};
}

std::string_view CutName(std::string_view dotted, std::string& name) {
  const size_t dot = dotted.find('.');
  name = dotted.substr(0, dot);
  return dot == std::string_view::npos ? std::string_view() : dotted.substr(dot + 1);
}

}  // namespace dxpy::resolve
