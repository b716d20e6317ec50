#include "base/cpus.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/control_groups.h"

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

}  // namespace

std::optional<double> CpuQuota(std::string_view groups, const std::string& mount) {
  std::optional<double> least;
  for (const std::string& folder : GroupFolders(groups, mount, "cpu")) {
    const std::optional<double> quota = OneQuota(folder);
    if (quota && (!least || *quota < *least)) least = quota;
  }
  return least;
}

int UsableCpus() {
  cpu_set_t may_run_on;
  auto count = static_cast<int>(std::thread::hardware_concurrency());  // of more than 1,024 CPUs
  if (sched_getaffinity(0, sizeof may_run_on, &may_run_on) == 0) count = CPU_COUNT(&may_run_on);
  if (const auto quota = CpuQuota(OwnGroups(), kGroupMount); quota && *quota < count)
    count = static_cast<int>(std::ceil(*quota));
  return std::max(count, 1);
}

}  // namespace dxpy
