#include "base/memory.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "base/control_groups.h"
#include "base/read_text.h"

namespace dxpy {
namespace {

constexpr uint64_t kKibibyte = 1024;

std::optional<uint64_t> Number(std::string_view text) {
  uint64_t number = 0;
  if (!(std::istringstream(std::string(text)) >> number)) return std::nullopt;
  return number;
}

// What stands after a name at the beginning of a line.
std::optional<uint64_t> Field(std::string_view lines, std::string_view name) {
  for (size_t at = 0; at < lines.size();) {
    const size_t end = std::min(lines.find('\n', at), lines.size());
    const std::string_view line = lines.substr(at, end - at);
    if (line.starts_with(name)) return Number(line.substr(name.size()));
    at = end + 1;
  }
  return std::nullopt;
}

// What a group may still get. Pages of files that were not used lately go where they must.
std::optional<uint64_t> LeftOf(const std::string& folder) {
  std::optional<uint64_t> most = Number(ReadText(folder + "/memory.max"));
  std::optional<uint64_t> used = Number(ReadText(folder + "/memory.current"));
  const char* unused_files = "inactive_file ";
  if (!used) {
    most = Number(ReadText(folder + "/memory.limit_in_bytes"));
    used = Number(ReadText(folder + "/memory.usage_in_bytes"));
    unused_files = "total_inactive_file ";
  }
  if (!most || !used) return std::nullopt;
  const uint64_t may_go = Field(ReadText(folder + "/memory.stat"), unused_files).value_or(0);
  const uint64_t taken = *used > may_go ? *used - may_go : 0;
  return *most > taken ? *most - taken : 1;
}

}  // namespace

uint64_t AvailableMemory(const std::string& meminfo, std::string_view groups,
                         const std::string& mount) {
  uint64_t least = Field(meminfo, "MemAvailable:").value_or(0) * kKibibyte;
  for (const std::string& folder : GroupFolders(groups, mount, "memory")) {
    const std::optional<uint64_t> left = LeftOf(folder);
    if (left && (least == 0 || *left < least)) least = *left;
  }
  return least;
}

uint64_t AvailableMemory() {
  return AvailableMemory(ReadText("/proc/meminfo"), OwnGroups(), kGroupMount);
}

uint64_t PeakOwnMemory(const std::string& status) {
  const uint64_t peak = Field(status, "VmHWM:").value_or(0);
  const uint64_t others =
      Field(status, "RssFile:").value_or(0) + Field(status, "RssShmem:").value_or(0);
  return peak > others ? (peak - others) * kKibibyte : 0;
}

uint64_t PeakOwnMemory() { return PeakOwnMemory(ReadText("/proc/self/status")); }

}  // namespace dxpy
