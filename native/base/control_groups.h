#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dxpy {

/// What /proc/self/cgroup says of this process; empty where there is none.
std::string OwnGroups();

/// Where control groups are mounted.
inline constexpr const char* kGroupMount = "/sys/fs/cgroup";

/// The folders of a process's control groups for a controller, and of the groups above
/// them: each may have a limit of its own. They need not exist. Source of the layout: the
/// kernel's admin-guide/cgroup-v2.rst and cgroup-v1/cgroups.rst.
///
/// @param groups  what /proc/self/cgroup says; in a container its paths need not be below `mount`.
/// @param mount   without a slash at the end.
/// @param controller  as version 1 names it: cpu, memory.
std::vector<std::string> GroupFolders(std::string_view groups, const std::string& mount,
                                      std::string_view controller);

}  // namespace dxpy
