#include "base/own_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace dxpy {

namespace {

// Of newer kernels than some headers (linux/mman.h, since 5.14).
constexpr int kMadvPopulateWrite = 23;

// Bits of an entry of /proc/PID/pagemap: admin-guide/mm/pagemap.rst.
constexpr uint64_t kPresent = uint64_t{1} << 63;
constexpr uint64_t kOfFile = uint64_t{1} << 61;
constexpr uint64_t kExclusive = uint64_t{1} << 56;

// Nobody's heap. A sanitizer reserves terabytes, whose entries alone are gigabytes.
constexpr uint64_t kMaxMappingBytes = uint64_t{1} << 30;

struct Range {
  uint64_t begin = 0;
  uint64_t end = 0;
};

/// Private mappings that may be written to.
std::vector<Range> WritableMappings() {
  std::vector<Range> found;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    Range range;
    std::array<char, 5> permissions{};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &range.begin, &range.end, permissions.data()) != 3)
      continue;
    if (permissions[0] != 'r' || permissions[1] != 'w' || permissions[3] != 'p') continue;
    if (range.end - range.begin <= kMaxMappingBytes) found.push_back(range);
  }
  return found;
}

bool IsShared(uint64_t entry) {
  return (entry & kPresent) != 0 && (entry & (kOfFile | kExclusive)) == 0;
}

/// Adds the shared pages of a mapping to `found`.
void FindShared(int pagemap, const Range& mapping, uint64_t page, std::vector<Range>& found) {
  std::array<uint64_t, 1024> entries;
  uint64_t at = mapping.begin;
  while (at < mapping.end) {
    const size_t wanted = std::min<uint64_t>((mapping.end - at) / page, entries.size());
    const ssize_t got = pread(pagemap, entries.data(), wanted * sizeof(uint64_t),
                              static_cast<off_t>(at / page * sizeof(uint64_t)));
    const size_t count = got > 0 ? static_cast<size_t>(got) / sizeof(uint64_t) : 0;
    if (count == 0) return;
    for (size_t i = 0; i < count; ++i, at += page) {
      if (!IsShared(entries[i])) continue;
      if (!found.empty() && found.back().end == at) {
        found.back().end = at + page;
      } else {
        found.push_back({at, at + page});
      }
    }
  }
}

}  // namespace

size_t OwnSharedPages(size_t max_bytes) {
  const UniqueFd pagemap(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  if (pagemap.get() < 0) return 0;
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  std::vector<Range> shared;
  for (const Range& mapping : WritableMappings()) FindShared(pagemap.get(), mapping, page, shared);
  size_t bytes = 0;
  for (const Range& range : shared) bytes += range.end - range.begin;
  if (bytes > max_bytes) return 0;
  size_t owned = 0;
  for (const Range& range : shared) {
    const size_t size = range.end - range.begin;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gave it as text
    if (madvise(reinterpret_cast<void*>(range.begin), size, kMadvPopulateWrite) == 0) owned += size;
  }
  return owned;
}

}  // namespace dxpy
