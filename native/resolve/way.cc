#include "resolve/way.h"

#include <algorithm>
#include <utility>

namespace dxpy::resolve {

using facts::Resolved;
using Kind = Location::Kind;

Resolved NotFollowed(std::string_view origin, std::string obstacle) {
  Resolved resolved;
  resolved.kind = Resolved::Kind::kExternal;
  resolved.origin = origin;
  resolved.obstacle = std::move(obstacle);
  return resolved;
}

Resolved Resolver::Way::Go(size_t module_size) {
  Location here = resolver_.Locate(from_, rest_.substr(0, module_size));
  rest_.remove_prefix(std::min(module_size, rest_.size()));
  if (rest_.starts_with('.')) rest_.remove_prefix(1);
  for (;;) {
    if (here.kind == Kind::kNothing) return Stop({});
    if (here.kind == Kind::kAmbiguous) return Stop("found in several places");
    if (here.kind == Kind::kNoSource) return Stop("not in Python");
    if (rest_.empty()) {
      Resolved whole;
      whole.kind = Resolved::Kind::kModule;
      return whole;
    }
    rest_ = CutName(rest_, name_);
    if (here.kind == Kind::kNamespace) {
      here = Location(resolver_.finder_.FindIn(here, name_));
    } else if (std::optional<Resolved> found = LookInto(here)) {
      return std::move(*found);
    }
  }
}

// Looks `name_` up in a module. None: it is to be looked up, or is, in `here` now.
std::optional<Resolved> Resolver::Way::LookInto(Location& here) {
  File* const file = resolver_.Load(here.path);
  if (file == nullptr) return Stop("cannot be read");
  resolver_.loaded_.at(from_.path()).uses.insert(here.path);
  Location below;
  if (!here.directory.empty()) below = resolver_.finder_.FindIn(here, name_);
  const bool is_bound = file->module->names.scope(facts::kNoDefinition).by_name.contains(name_);
  if (below.kind != Kind::kNothing && resolver_.MovesModules(from_, here))
    return Stop("__path__ or sys.modules in " + here.path);
  if (!is_bound) return LookBeyond(*file, below, here);
  bool is_itself = false;
  // Whoever imports the submodule first binds the name anew.
  if (below.kind != Kind::kNothing && !IsBoundTo(*file, below, is_itself))
    return Stop("a name and a module of it in " + here.path);
  if (!is_itself) return Found(*file);
  here = std::move(below);
  return std::nullopt;
}

// A name that the module does not bind by itself.
std::optional<Resolved> Resolver::Way::LookBeyond(File& file, const Location& below,
                                                  Location& here) {
  const std::string& path = file.module->path();
  const Exports star = resolver_.FindStar(file, name_);
  if (star.kind == Exports::Kind::kPerhaps) return Stop("star import in " + path + ": " + star.why);
  if (star.kind == Exports::Kind::kHas) {
    if (below.kind != Kind::kNothing) return Stop("a name and a module of it in " + path);
    here = star.module;
    return LookInto(here);
  }
  if (file.module->classes.FindIn(facts::kNoDefinition, "__getattr__"))
    return Stop("__getattr__ in " + path);
  const std::string& problem = resolver_.ProblemOf(file);
  if (!problem.empty()) return Stop(problem + " in " + path);
  if (below.kind == Kind::kNothing) return Stop("not in " + path);
  here = below;
  return std::nullopt;
}

// Whether what a package binds to the name of a submodule is not undone by who
// imports that: `from . import name`, which is the submodule, and
// `from .name import name`, which is executed when that has been imported.
bool Resolver::Way::IsBoundTo(File& package, const Location& below, bool& is_itself) {
  const facts::Binding* const binding = package.module->names.Agreed(name_);
  if (binding == nullptr || binding->kind != facts::BindingKind::kImport ||
      binding->import->kind != syntax::ImportKind::kNames)
    return false;
  const std::string origin = facts::OriginOf(*binding->import, *binding->imported);
  const Location imported = resolver_.Locate(*package.module, origin);
  is_itself = imported.path == below.path && imported.kind == below.kind;
  if (is_itself) return true;
  const size_t dot = origin.rfind('.');
  const Location module = resolver_.Locate(*package.module, origin.substr(0, dot));
  return module.kind == below.kind && module.path == below.path && !below.path.empty();
}

Resolved Resolver::Way::Found(File& file) {
  Resolved found = resolver_.FindName(file, name_, rest_);
  const bool is_lost = found.kind == Resolved::Kind::kUnknown ||
                       (found.kind == Resolved::Kind::kExternal && !found.obstacle.empty());
  if (is_lost)
    return Stop(found.obstacle.empty() ? name_ + " in " + file.module->path() : found.obstacle);
  // A relative name means nothing to the file that asks.
  if (found.kind == Resolved::Kind::kExternal && found.origin.starts_with('.'))
    return Stop("not found");
  return found;
}

}  // namespace dxpy::resolve
