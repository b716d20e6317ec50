#include "resolve/module_finder.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace dxpy::resolve {

using Kind = Location::Kind;

ModuleFinder::ModuleFinder(SourceFiles& files, SearchPath path)
    : files_(files), path_(std::move(path)) {
  std::vector<std::string>& entries = path_.entries;
  std::ranges::sort(entries);
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
}

const Location& ModuleFinder::FindTop(const std::string& name) {
  const auto [place, is_new] = top_.try_emplace(name);
  Location& found = place->second;
  if (!is_new) return found;
  for (const std::string& entry : path_.entries) {
    // An archive has modules that we do not see.
    const bool is_archive = files_.Look(entry) == FileKind::kFile;
    const Location here = is_archive ? Location{Kind::kNoSource, {}, {}} : Find(entry, name);
    if (here.kind != Kind::kNothing) Merge(found, here);
  }
  return found;
}

const Location& ModuleFinder::FindIn(const Location& package, const std::string& name) {
  const auto [place, is_new] = below_.try_emplace(package.directory + "/" + name);
  Location& found = place->second;
  if (!is_new) return found;
  found = Find(package.directory, name);
  for (const std::string& directory : package.other_directories) {
    const Location other = Find(directory, name);
    if (found.kind != other.kind) {
      found = {Kind::kAmbiguous, {}, {}};
    } else if (found.kind != Kind::kNothing) {
      Merge(found, other);
    }
  }
  return found;
}

std::vector<Location> ModuleFinder::FindEach(const std::string& name) {
  std::vector<Location> found;
  for (const std::string& entry : path_.entries) {
    Location here = Find(entry, name);
    if (here.kind != Kind::kNothing) found.push_back(std::move(here));
  }
  return found;
}

void ModuleFinder::Merge(Location& found, const Location& other) {
  if (found.kind == Kind::kNothing) {
    found = other;
  } else if (found.kind != other.kind || !AreAlike(found.path, other.path)) {
    found = {Kind::kAmbiguous, {}, {}};
  } else if (!other.directory.empty()) {
    found.other_directories.push_back(other.directory);
  }
}

// Notes it for what the files import by dots.
bool ModuleFinder::AreAlike(const std::string& path, const std::string& other) {
  if (path == other) return true;
  const std::optional<std::string> bytes = files_.Read(path);
  if (!bytes || bytes != files_.Read(other)) return false;
  std::vector<std::string>& copies = copies_[path];
  if (std::ranges::find(copies, other) == copies.end()) copies.push_back(other);
  return true;
}

// In the order of importlib's FileFinder: a package before a module, a compiled
// module before one in Python, and a folder without __init__ last.
Location ModuleFinder::Find(const std::string& directory, const std::string& name) {
  const std::string stem = directory + "/" + name;
  const bool is_directory = files_.Look(stem) == FileKind::kDirectory;
  if (is_directory) {
    if (HasExtension(stem + "/__init__")) return {Kind::kNoSource, {}, {}};
    const std::string init = stem + "/__init__.py";
    if (files_.Look(init) == FileKind::kFile) return {Kind::kPackage, init, stem};
    if (files_.Look(stem + "/__init__.pyc") == FileKind::kFile) return {Kind::kNoSource, {}, {}};
  }
  if (HasExtension(stem)) return {Kind::kNoSource, {}, {}};
  if (files_.Look(stem + ".py") == FileKind::kFile) return {Kind::kSource, stem + ".py", {}};
  if (files_.Look(stem + ".pyc") == FileKind::kFile) return {Kind::kNoSource, {}, {}};
  return is_directory ? Location{Kind::kNamespace, {}, stem} : Location{};
}

bool ModuleFinder::HasExtension(const std::string& stem) {
  return std::ranges::any_of(path_.extension_suffixes, [&](const std::string& suffix) {
    return files_.Look(stem + suffix) == FileKind::kFile;
  });
}

Location ModuleFinder::PackageOf(const std::string& path, size_t level) {
  Location found = PackageAt(path, level);
  const auto copies = copies_.find(path);
  if (copies == copies_.end()) return found;
  // Merging may add to them.
  const std::vector<std::string> known = copies->second;
  for (const std::string& copy : known) Merge(found, PackageAt(copy, level));
  return found;
}

Location ModuleFinder::PackageAt(std::string directory, size_t level) {
  for (; level > 0; --level) {
    const size_t slash = directory.rfind('/');
    if (slash == std::string::npos || slash == 0) return {};
    directory.resize(slash);
  }
  const std::string init = directory + "/__init__.py";
  if (files_.Look(init) == FileKind::kFile) return {Kind::kPackage, init, directory};
  return {Kind::kNamespace, {}, directory};
}

}  // namespace dxpy::resolve
