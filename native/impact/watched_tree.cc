#include "impact/watched_tree.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

namespace dxpy::impact {
namespace {

// Folders that tools keep in a project.
constexpr std::array<std::string_view, 9> kToolFolders = {
    ".git", ".hg", ".svn", "__pycache__", ".hypothesis", ".tox", ".nox", "site-packages", ".venv"};

std::string WithSlash(std::string_view folder) {
  while (folder.ends_with('/')) folder.remove_suffix(1);
  return std::string(folder) + "/";
}

bool IsBelow(std::string_view path, const std::string& folder) {
  return path.starts_with(folder) || path == std::string_view(folder).substr(0, folder.size() - 1);
}

bool IsToolFolder(std::string_view name) {
  if (name.empty() || (name[0] != '.' && name[0] != '_' && name[0] != 's')) return false;
  return std::find(kToolFolders.begin(), kToolFolders.end(), name) != kToolFolders.end();
}

bool HasToolFolder(std::string_view path) {
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    if (IsToolFolder(path.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

// Whether nothing has to be done to an absolute path.
bool IsPlain(std::string_view path) {
  return path.starts_with('/') && path.size() > 1 && !path.ends_with('/') &&
         path.find("/.") == std::string_view::npos && path.find("//") == std::string_view::npos;
}

}  // namespace

WatchedTree::WatchedTree(const std::vector<std::string>& roots,
                         const std::vector<std::string>& excluded) {
  for (const std::string& root : roots) roots_.push_back(WithSlash(root));
  for (const std::string& folder : excluded) Exclude(folder);
}

void WatchedTree::Exclude(std::string_view folder) {
  if (!folder.empty()) excluded_.push_back(WithSlash(folder));
}

std::string_view WatchedTree::Absolute(std::string_view path) {
  if (IsPlain(path)) return path;
  absolute_.clear();
  if (!path.starts_with('/')) {
    std::array<char, PATH_MAX> buffer;
    const char* const here = ::getcwd(buffer.data(), buffer.size());
    if (here == nullptr || here[0] != '/') return {};
    if (here[1] != '\0') absolute_ = here;
  }
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      absolute_.resize(std::min(absolute_.size(), absolute_.rfind('/')));
    } else {
      absolute_.append("/").append(name);
    }
  }
  if (absolute_.empty()) absolute_ = "/";
  return absolute_;
}

bool WatchedTree::Counts(std::string_view absolute) const {
  if (!IsBelowRoot(absolute) || IsExcluded(absolute)) return false;
  // Coverage's own data, beside the settings of its name.
  const std::string_view name = absolute.substr(absolute.rfind('/') + 1);
  return name != ".coverage" && !name.starts_with(".coverage.");
}

bool WatchedTree::IsBelowRoot(std::string_view absolute) const {
  return std::any_of(roots_.begin(), roots_.end(),
                     [&](const std::string& root) { return IsBelow(absolute, root); });
}

bool WatchedTree::IsExcluded(std::string_view absolute) const {
  return std::any_of(excluded_.begin(), excluded_.end(),
                     [&](const std::string& folder) { return IsBelow(absolute, folder); }) ||
         HasToolFolder(absolute);
}

}  // namespace dxpy::impact
