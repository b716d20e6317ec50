#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dxpy {

/// How many bytes of memory processes of this one's kind can still get before something
/// else must give way: what the kernel estimates for the machine, or less where a control
/// group of this process, or one above it, has a limit. Source of the formats: the kernel's
/// filesystems/proc.rst (MemAvailable), admin-guide/cgroup-v2.rst (memory.max) and
/// cgroup-v1/memory.rst (memory.limit_in_bytes). 0: nothing is known.
uint64_t AvailableMemory();

/// The same of what is given.
///
/// @param meminfo  what /proc/meminfo says.
/// @param groups, mount  see GroupFolders().
uint64_t AvailableMemory(const std::string& meminfo, std::string_view groups,
                         const std::string& mount);

/// The most bytes that this process has had for itself at a time; those that it still shares
/// with the one that it was forked from count as its own, mapped files do not. 0: unknown.
uint64_t PeakOwnMemory();

/// The same of what is given: what /proc/PID/status says.
uint64_t PeakOwnMemory(const std::string& status);

}  // namespace dxpy
