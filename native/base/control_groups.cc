#include "base/control_groups.h"

#include <algorithm>

#include "base/read_text.h"

namespace dxpy {
namespace {

void AddWithThoseAbove(std::vector<std::string>& folders, const std::string& mount,
                       std::string path) {
  if (path.find("..") != std::string::npos) path.clear();  // outside of what is mounted
  folders.push_back(mount);
  for (; path.size() > 1; path.resize(path.rfind('/'))) folders.push_back(mount + path);
}

bool HasName(std::string_view names, std::string_view name) {
  for (size_t begin = 0; begin <= names.size();) {
    const size_t end = std::min(names.find(',', begin), names.size());
    if (names.substr(begin, end - begin) == name) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

std::string OwnGroups() { return ReadText("/proc/self/cgroup"); }

std::vector<std::string> GroupFolders(std::string_view groups, const std::string& mount,
                                      std::string_view controller) {
  std::vector<std::string> folders;
  while (!groups.empty()) {
    const size_t end = std::min(groups.find('\n'), groups.size());
    const std::string_view line = groups.substr(0, end);
    groups.remove_prefix(std::min(end + 1, groups.size()));
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string_view names = line.substr(first + 1, second - first - 1);
    const std::string path(line.substr(second + 1));
    if (!path.starts_with('/')) continue;
    if (names.empty()) {  // version 2 has one folder for all controllers
      AddWithThoseAbove(folders, mount, path);
    } else if (HasName(names, controller)) {
      AddWithThoseAbove(folders, mount + "/" + std::string(names), path);
      AddWithThoseAbove(folders, mount + "/" + std::string(controller), path);
    }
  }
  return folders;
}

}  // namespace dxpy
