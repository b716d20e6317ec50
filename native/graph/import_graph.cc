#include "graph/import_graph.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "scan/scan.h"
#include "syntax/outline_queries.h"

namespace dxpy::graph {
namespace {

using resolve::Location;
using syntax::ImportKind;

/// A module as it is written.
struct Written {
  std::string name;
  size_t level = 0;
};

/// What one name leads to.
struct Target {
  std::vector<std::string> files;
  bool is_found = false;
};

std::string_view FolderOf(std::string_view path) {
  return path.substr(0, std::min(path.rfind('/'), path.size()));
}

// What is in front of the first dot; the rest stays in `name`.
std::string CutFirst(std::string_view& name) {
  const size_t dot = std::min(name.find('.'), name.size());
  std::string first(name.substr(0, dot));
  name.remove_prefix(std::min(dot + 1, name.size()));
  return first;
}

class Finder {
 public:
  Finder(resolve::SourceFiles& disk, const Project& project)
      : disk_(disk), project_(project), modules_(disk, SearchPath()) {}

  const Target& Find(const std::string& from, const Written& module) {
    const std::string folder(FolderOf(from));
    const std::string start = module.level > 0 ? folder : BaseOf(folder);
    const auto [place, is_new] =
        known_.try_emplace(start + '\0' + std::to_string(module.level) + module.name);
    if (is_new) place->second = Search(from, start, module);
    return place->second;
  }

  [[nodiscard]] bool IsStandard(const std::string& name) const {
    return project_.standard.contains(name);
  }

 private:
  resolve::SearchPath SearchPath() {
    resolve::SearchPath path = project_.search_path;
    for (const std::string& file : project_.collected)
      path.entries.push_back(BaseOf(std::string(FolderOf(file))));
    return path;
  }

  // The first folder from there upwards that is no package.
  const std::string& BaseOf(const std::string& folder) {
    const auto [place, is_new] = bases_.try_emplace(folder, folder);
    std::string& base = place->second;
    while (is_new && !base.empty() && disk_.Look(base + "/__init__.py") == resolve::FileKind::kFile)
      base = FolderOf(base);
    return base;
  }

  Target Search(const std::string& from, const std::string& base, const Written& module) {
    std::string_view rest = module.name;
    std::vector<Location> found;
    if (module.level > 0) {
      found.push_back(modules_.PackageOf(from, module.level));
    } else {
      found = FindTop(base, CutFirst(rest));
    }
    Target target;
    target.is_found = !found.empty();
    for (const Location& start : found) AddBelow(start, rest, target);
    return target;
  }

  // What stands beside a file is found before all else. A folder that is no package only
  // counts where nothing else has the name.
  std::vector<Location> FindTop(const std::string& base, const std::string& name) {
    Location own = modules_.FindAt(base, name);
    if (IsModule(own)) return {std::move(own)};
    std::vector<Location> found = modules_.FindEach(name);
    if (own.kind != Location::Kind::kNothing) found.push_back(std::move(own));
    if (std::ranges::any_of(found, IsModule))
      std::erase_if(found, [](const Location& location) { return !IsModule(location); });
    return found;
  }

  static bool IsModule(const Location& location) {
    return location.kind != Location::Kind::kNothing && location.kind != Location::Kind::kNamespace;
  }

  void AddBelow(Location here, std::string_view rest, Target& target) {
    for (;;) {
      if (IsOwn(here.path) && std::ranges::find(target.files, here.path) == target.files.end())
        target.files.push_back(here.path);
      if (rest.empty() || here.directory.empty()) return;
      here = modules_.FindAt(here.directory, CutFirst(rest));
    }
  }

  // What is installed into the project's folder is none of it.
  [[nodiscard]] bool IsOwn(const std::string& path) const {
    const std::string& root = project_.root;
    if (!path.starts_with(root)) return false;
    const std::string_view inside = std::string_view(path).substr(root.size());
    return (root.ends_with('/') || inside.starts_with('/')) &&
           inside.find("-packages/") == std::string_view::npos;
  }

  resolve::SourceFiles& disk_;
  const Project& project_;
  std::unordered_map<std::string, std::string> bases_;  // before what is made of them
  resolve::ModuleFinder modules_;
  std::unordered_map<std::string, Target> known_;
};

/// Gathers what one file imports.
class Gatherer {
 public:
  Gatherer(Finder& finder, const std::string& path) : finder_(finder), path_(path) {}

  FileImports Take(const scan::FileScan& file) {
    found_.is_readable = file.readable;
    if (file.outline.problem != syntax::Problem::kNone) {
      found_.problem = syntax::ProblemName(file.outline.problem);
      found_.problem_line = file.outline.problem_line;
    }
    for (const syntax::Import& import : file.outline.imports) Add(import, file.outline);
    return std::move(found_);
  }

 private:
  void Add(const syntax::Import& import, const syntax::Outline& outline) {
    const std::string module = syntax::PlainName(import.module);
    const uint32_t line = import.first_line;
    if (import.kind != ImportKind::kModules) Add({module, import.level}, line);
    for (uint32_t i = import.names_begin; i < import.names_end; ++i) {
      const std::string name = syntax::PlainName(outline.names[i].name);
      if (import.kind == ImportKind::kModules) {
        Add({name, 0}, line);
      } else {  // perhaps a submodule
        Add({module.empty() ? name : module + "." + name, import.level}, line);
      }
    }
  }

  void Add(const Written& module, uint32_t line) {
    if (module.name.empty() && module.level == 0) return;
    std::string_view rest = module.name;
    std::string top = module.level == 0 ? CutFirst(rest) : std::string();
    if (finder_.IsStandard(top)) return AddOther({std::move(top), line, true});
    const Target& target = finder_.Find(path_, module);
    for (const std::string& path : target.files)
      if (path != path_ && files_.insert(path).second) found_.files.push_back({path, line});
    if (target.files.empty() && module.level == 0)
      AddOther({std::move(top), line, target.is_found});
  }

  void AddOther(OtherModule module) {
    if (others_.insert(module.name).second) found_.others.push_back(std::move(module));
  }

  Finder& finder_;
  const std::string& path_;
  FileImports found_;
  std::unordered_set<std::string> files_;
  std::unordered_set<std::string> others_;
};

}  // namespace

std::vector<FileImports> ReadImports(resolve::SourceFiles& disk, const Project& project) {
  const std::vector<scan::FileScan> scans = scan::ScanFiles(project.files, scan::Keep::kOutlines);
  Finder finder(disk, project);
  std::vector<FileImports> imports;
  imports.reserve(scans.size());
  for (size_t i = 0; i < scans.size(); ++i)
    imports.push_back(Gatherer(finder, project.files[i]).Take(scans[i]));
  return imports;
}

Importers FindImporters(const Project& project, const std::vector<FileImports>& imports,
                        const std::string& path) {
  std::unordered_map<std::string_view, std::vector<std::pair<size_t, uint32_t>>> users;
  for (size_t i = 0; i < imports.size(); ++i)
    for (const Link& link : imports[i].files) users[link.path].emplace_back(i, link.line);
  Importers found;
  std::set<size_t> indirect;
  std::unordered_set<std::string_view> seen = {path};
  std::vector<std::string_view> open;
  for (const auto& [user, line] : users[path]) {
    found.direct.push_back({project.files[user], line});
    seen.insert(project.files[user]);
    open.emplace_back(project.files[user]);
  }
  while (!open.empty()) {
    const std::string_view next = open.back();
    open.pop_back();
    for (const auto& [user, line] : users[next]) {
      if (!seen.insert(project.files[user]).second) continue;
      indirect.insert(user);
      open.emplace_back(project.files[user]);
    }
  }
  for (const size_t user : indirect) found.indirect.push_back(project.files[user]);
  return found;
}

}  // namespace dxpy::graph
