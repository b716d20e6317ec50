#include "impact/import_map.h"

namespace dxpy::impact {
namespace {

/// The package in which a relative import of a module starts.
std::string PackageOf(const std::string& module, std::string_view path, uint32_t level) {
  std::string package = module;
  uint32_t up = path.ends_with("/__init__.py") ? level - 1 : level;
  for (; up > 0; --up) {
    const size_t dot = package.rfind('.');
    package.resize(dot == std::string::npos ? 0 : dot);
  }
  return package;
}

std::string Joined(const std::string& package, const std::string& module) {
  if (package.empty() || module.empty()) return package + module;
  return package + "." + module;
}

}  // namespace

std::string ImportMap::SourceOf(const std::string& module) const {
  const TracedModule* found = trace_.Module(module);
  return found != nullptr && sources_.IsFirstParty(found->path) ? found->path : std::string();
}

void ImportMap::AddModule(const std::string& module, Found& found) const {
  for (size_t end = module.find('.');; end = module.find('.', end + 1)) {
    const std::string prefix = module.substr(0, end);
    const bool is_top = prefix.find('.') == std::string::npos;
    if (const TracedModule* known = trace_.Module(prefix); known != nullptr) {
      const std::string& path = known->path;
      if (sources_.IsFirstParty(path)) {
        found.sources.insert(path);
      } else if (sources_.IsInProject(path)) {
        found.compiled.insert(path);
      } else if (is_top) {
        found.outside.insert(prefix);
      }
    }
    if (end == std::string::npos) return;
  }
}

void ImportMap::AddSeen(const std::string& path, Found& found) const {
  const std::optional<uint32_t> import = trace_.ImportOf(path);
  if (!import) return;
  const TracedContext& context = trace_.contexts()[*import];
  for (const AskedModule& asked : context.asked) {
    if (asked.found) AddModule(asked.name, found);
  }
  for (const uint32_t code : context.codes) found.sources.insert(trace_.code(code).path);
  for (const uint32_t used : context.uses) {
    const TracedContext& other = trace_.contexts()[used];
    if (other.kind == ContextKind::kModule) found.sources.insert(other.name);
  }
}

const ImportMap::Needs& ImportMap::Of(const std::string& path) {
  const auto [known, is_new] = needs_.try_emplace(path);
  if (!is_new) return known->second;
  Found found;
  const std::string& own = trace_.NameOf(path);
  AddModule(own, found);  // a package is imported before what is in it
  for (const PartImport& import : sources_.At(path).parts.imports) {
    const std::string package = import.level > 0 ? PackageOf(own, path, import.level) : "";
    const std::string module = Joined(package, import.module);
    if (import.level == 0) found.tops.insert(module.substr(0, module.find('.')));
    AddModule(module, found);
    for (const std::string& name : import.names) {
      const std::string inner = Joined(module, name);
      if (trace_.Module(inner) != nullptr) AddModule(inner, found);
    }
  }
  AddSeen(path, found);
  found.sources.erase(path);
  known->second = {{found.sources.begin(), found.sources.end()},
                   {found.outside.begin(), found.outside.end()},
                   {found.compiled.begin(), found.compiled.end()},
                   {found.tops.begin(), found.tops.end()}};
  return known->second;
}

std::string ImportMap::RootOf(const std::string& module) const {
  std::string place = SourceOf(module);
  if (place.ends_with("/__init__.py")) place.resize(place.rfind('/'));
  return place.substr(0, place.empty() ? 0 : place.rfind('/'));
}

const std::vector<std::string>& ImportMap::roots() {
  if (roots_) return *roots_;
  std::set<std::string> found = trace_.folders();
  for (const auto& [name, module] : trace_.modules()) {
    if (name.find('.') != std::string::npos) continue;
    if (std::string root = RootOf(name); !root.empty()) found.insert(std::move(root));
  }
  return roots_.emplace(found.begin(), found.end());
}

const std::vector<std::string>& ImportMap::ClosureOf(const std::string& path) {
  if (const auto known = closures_.find(path); known != closures_.end()) return known->second;
  std::set<std::string> closure{path};
  std::vector<std::string> pending{path};
  while (!pending.empty()) {
    const std::string next = std::move(pending.back());
    pending.pop_back();
    for (const std::string& needed : Of(next).sources) {
      if (closure.insert(needed).second) pending.push_back(needed);
    }
  }
  return closures_[path] = {closure.begin(), closure.end()};
}

}  // namespace dxpy::impact
