#include "base/cpus.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace dxpy {
namespace {

std::optional<double> OneQuota(const std::string& folder) {
  std::string quota;
  double period_us = 0;
  if (std::ifstream both(folder + "/cpu.max"); both >> quota >> period_us) {
    // Version 2: "max 100000" where there is none.
  } else if (std::ifstream first(folder + "/cpu.cfs_quota_us"); first >> quota) {
    std::ifstream(folder + "/cpu.cfs_period_us") >> period_us;
  }
  double quota_us = 0;
  if (!(std::istringstream(quota) >> quota_us) || quota_us <= 0 || period_us <= 0)
    return std::nullopt;
  return quota_us / period_us;
}

void TakeLess(std::optional<double>& least, std::optional<double> other) {
  if (other && (!least || *other < *least)) least = other;
}

// Of a group and all that are above it.
std::optional<double> LeastQuota(const std::string& mount, std::string path) {
  if (path.find("..") != std::string::npos) path.clear();  // outside of what is mounted
  std::optional<double> least = OneQuota(mount);
  for (; path.size() > 1; path.resize(path.rfind('/'))) TakeLess(least, OneQuota(mount + path));
  return least;
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

std::optional<double> CpuQuota(std::string_view groups, const std::string& mount) {
  std::optional<double> least;
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
    if (names.empty()) {
      TakeLess(least, LeastQuota(mount, path));
    } else if (HasName(names, "cpu")) {
      TakeLess(least, LeastQuota(mount + "/" + std::string(names), path));
      TakeLess(least, LeastQuota(mount + "/cpu", path));
    }
  }
  return least;
}

int UsableCpus() {
  cpu_set_t may_run_on;
  auto count = static_cast<int>(std::thread::hardware_concurrency());  // of more than 1,024 CPUs
  if (sched_getaffinity(0, sizeof may_run_on, &may_run_on) == 0) count = CPU_COUNT(&may_run_on);
  std::ifstream file("/proc/self/cgroup", std::ios::binary);
  const std::string groups{std::istreambuf_iterator<char>(file), {}};
  if (const auto quota = CpuQuota(groups, "/sys/fs/cgroup"); quota && *quota < count)
    count = static_cast<int>(std::ceil(*quota));
  return std::max(count, 1);
}

}  // namespace dxpy
