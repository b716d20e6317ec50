// The part of Resolver that knows what star imports bring.

#include <algorithm>
#include <utility>

#include "facts/expression.h"
#include "resolve/resolver.h"

namespace dxpy::resolve {

using Kind = Location::Kind;

Resolver::Exports Resolver::Perhaps(std::string why) {
  return {Exports::Kind::kPerhaps, {}, std::move(why)};
}

Resolver::Exports Resolver::FindStar(File& file, const std::string& name, int depth) {
  Exports found;
  for (const syntax::Import* star : file.module->names.star_imports()) {
    Exports next = Exporting(file, *star, name, depth);
    // Of two that have it the last one counts, but rarely are they two things.
    if (next.kind == Exports::Kind::kPerhaps) return next;
    if (found.has() && next.has()) return Perhaps("two star imports in " + file.module->path());
    if (next.has()) found = std::move(next);
  }
  return found;
}

Resolver::Exports Resolver::Exporting(File& from, const syntax::Import& star,
                                      const std::string& name, int depth) {
  if (depth > 8 || star.within != 0) return Perhaps("star import in " + from.module->path());
  std::string origin(star.level, '.');
  for (const char c : star.module)
    if (c != ' ' && c != '\t') origin += c;
  const Location module = Locate(*from.module, origin);
  File* const file = module.path.empty() ? nullptr : Load(module.path);
  if (file == nullptr) return Perhaps("star import of " + origin);
  from.uses.insert(module.path);
  const std::string& problem = ProblemOf(*file);
  if (!problem.empty()) return Perhaps(problem + " in " + module.path);
  return Has(*file, module, name, depth);
}

Resolver::Exports Resolver::Has(File& file, const Location& module, const std::string& name,
                                int depth) {
  facts::Module& read = *file.module;
  const auto& bound = read.names.scope(facts::kNoDefinition).by_name;
  if (bound.contains("__all__")) {
    const std::optional<bool> listed = IsListed(read, name);
    if (!listed) return Perhaps("__all__ in " + module.path);
    return {*listed ? Exports::Kind::kHas : Exports::Kind::kNot, module};
  }
  if (name.starts_with('_')) return {};
  if (bound.contains(name)) return {Exports::Kind::kHas, module};
  Exports inner = FindStar(file, name, depth + 1);
  // The name is looked up in the module that was asked, and from there again.
  if (inner.has()) inner.module = module;
  if (inner.kind != Exports::Kind::kNot || module.directory.empty()) return inner;
  // A submodule that somebody has imported is a name of the package too.
  const bool is_submodule = finder_.FindIn(module, name).kind != Kind::kNothing;
  return is_submodule ? Perhaps("a module of that name in " + module.directory) : Exports{};
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
    if (here.kind == Kind::kPackage && MovesModules(from, here)) return {Kind::kAmbiguous, {}, {}};
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
