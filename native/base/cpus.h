#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dxpy {

/// How many CPUs this process may use at a time, at least 1: those that it may run on, or fewer
/// where a quota of its control groups grants less. A part of a CPU counts as one.
int UsableCpus();

/// The least quota of the groups of a process, and of those above them, in CPUs. Source of the
/// formats: the kernel's admin-guide/cgroup-v2.rst (cpu.max) and scheduler/sched-bwc.rst
/// (cpu.cfs_quota_us).
///
/// @param groups  what /proc/self/cgroup says; in a container its paths need not be below `mount`.
/// @param mount   where control groups are mounted, without a slash at the end.
/// @returns  nullopt: there is no limit.
std::optional<double> CpuQuota(std::string_view groups, const std::string& mount);

}  // namespace dxpy
