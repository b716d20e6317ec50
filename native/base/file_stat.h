#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <ctime>

namespace dxpy {

/// What tells without reading it that a file is the one seen before. All 0: not looked at.
///
/// Size and mtime can be made equal by hand (touch -r, cp -p, an archive); ctime
/// is the kernel's own, and a file moved into another's place has another inode.
struct FileStat {
  int64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  int64_t ctime_ns = 0;
  uint64_t inode = 0;

  bool operator==(const FileStat&) const = default;
};

FileStat ToFileStat(const struct stat& status);

/// Nanoseconds since 1970 by the clock that a file system dates changes with
/// (CLOCK_REALTIME_COARSE), so that a change from now on has no earlier mtime.
inline int64_t FileClockNs() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace dxpy
