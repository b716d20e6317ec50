#include "base/cpus.h"

#include <doctest/doctest.h>

#include <string>

#include "testing/temp_folder.h"

namespace dxpy {
namespace {

TEST_CASE("without a quota there is none") {
  const testing::TempFolder folder;
  CHECK_FALSE(CpuQuota("", folder.path()));
  CHECK_FALSE(CpuQuota("0::/\n", folder.path()));
  folder.Write("cpu.max", "max 100000\n");
  folder.Write("cpu/cpu.cfs_quota_us", "-1\n");
  folder.Write("cpu/cpu.cfs_period_us", "100000\n");
  CHECK_FALSE(CpuQuota("1:cpu:/\n0::/\n", folder.path()));
}

TEST_CASE("the least quota of a group and of those above it counts") {
  const testing::TempFolder folder;
  folder.Write("cpu.max", "max 100000\n");
  folder.Write("a/cpu.max", "150000 100000\n");
  folder.Write("a/b/cpu.max", "400000 100000\n");
  folder.Write("c/cpu.max", "50000 100000\n");
  CHECK(CpuQuota("0::/a/b\n", folder.path()) == 1.5);
  CHECK(CpuQuota("0::/a", folder.path()) == 1.5);
  CHECK(CpuQuota("0::/c\n", folder.path()) == 0.5);
  CHECK_FALSE(CpuQuota("0::/d\n", folder.path()));
}

TEST_CASE("version 1 has a folder for each set of controllers") {
  const testing::TempFolder folder;
  folder.Write("cpu,cpuacct/a/cpu.cfs_quota_us", "200000\n");
  folder.Write("cpu,cpuacct/a/cpu.cfs_period_us", "50000\n");
  folder.Write("cpuset/a/cpu.max", "1 1\n");
  CHECK(CpuQuota("4:cpu,cpuacct:/a\n3:cpuset:/a\n", folder.path()) == 4);
  CHECK_FALSE(CpuQuota("3:cpuset:/a\n2:cpuacct:/a\n", folder.path()));
}

TEST_CASE("in a container the mount is the group, whatever its path outside is") {
  const testing::TempFolder folder;
  folder.Write("cpu.max", "300000 100000\n");
  CHECK(CpuQuota("0::/docker/0123\n", folder.path()) == 3);
  CHECK(CpuQuota("0::/../other\n", folder.path()) == 3);
}

TEST_CASE("what is no quota is none") {
  const testing::TempFolder folder;
  for (const std::string text : {"", "\n", "100000", "100000 0", "-5 100000", "0 100000", "x y"}) {
    CAPTURE(text);
    folder.Write("cpu.max", text);
    CHECK_FALSE(CpuQuota("0::/\n", folder.path()));
  }
  folder.Write("cpu.max", "100000 100000");
  for (const std::string groups : {"\n\n", "0:", "0:/", "::", "0::a", "x"}) {
    CAPTURE(groups);
    CHECK_FALSE(CpuQuota(groups, folder.path()));
  }
}

TEST_CASE("there is always a CPU") { CHECK(UsableCpus() >= 1); }

}  // namespace
}  // namespace dxpy
