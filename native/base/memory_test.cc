#include "base/memory.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "testing/temp_folder.h"

namespace dxpy {
namespace {

constexpr const char* kMeminfo = "MemTotal:  9000 kB\nMemFree: 10 kB\nMemAvailable:   4000 kB\n";

TEST_CASE("without a group's limit it is what the kernel says of the machine") {
  const testing::TempFolder folder;
  CHECK(AvailableMemory(kMeminfo, "", folder.path()) == 4000 * 1024);
  CHECK(AvailableMemory(kMeminfo, "0::/a\n", folder.path()) == 4000 * 1024);
  folder.Write("a/memory.max", "max\n");
  folder.Write("a/memory.current", "5000\n");
  CHECK(AvailableMemory(kMeminfo, "0::/a\n", folder.path()) == 4000 * 1024);
  CHECK(AvailableMemory("MemTotal: 9000 kB\n", "0::/a\n", folder.path()) == 0);
}

TEST_CASE("the group counts that has least left") {
  const testing::TempFolder folder;
  folder.Write("a/memory.max", "5000\n");
  folder.Write("a/memory.current", "4000\n");
  folder.Write("a/b/memory.max", "3000\n");
  folder.Write("a/b/memory.current", "1500\n");
  CHECK(AvailableMemory(kMeminfo, "0::/a/b\n", folder.path()) == 1000);
  CHECK(AvailableMemory("", "0::/a/b\n", folder.path()) == 1000);
}

TEST_CASE("files that were not used lately are no burden") {
  const testing::TempFolder folder;
  folder.Write("memory.max", "5000\n");
  folder.Write("memory.current", "4000\n");
  folder.Write("memory.stat", "anon 100\ninactive_file 3500\nactive_file 7\n");
  CHECK(AvailableMemory(kMeminfo, "0::/\n", folder.path()) == 4500);
}

TEST_CASE("a group beyond its limit has next to nothing left") {
  const testing::TempFolder folder;
  folder.Write("memory.max", "5000\n");
  folder.Write("memory.current", "6000\n");
  CHECK(AvailableMemory(kMeminfo, "0::/\n", folder.path()) == 1);
}

TEST_CASE("version 1 names its files otherwise") {
  const testing::TempFolder folder;
  folder.Write("memory/a/memory.limit_in_bytes", "8000\n");
  folder.Write("memory/a/memory.usage_in_bytes", "6000\n");
  folder.Write("memory/a/memory.stat", "inactive_file 1\ntotal_inactive_file 500\n");
  CHECK(AvailableMemory(kMeminfo, "5:memory:/a\n", folder.path()) == 2500);
  CHECK(AvailableMemory(kMeminfo, "5:cpu:/a\n", folder.path()) == 4000 * 1024);
}

TEST_CASE("a process's own memory is its peak without mapped files") {
  CHECK(PeakOwnMemory("VmPeak:\t 9 kB\nVmHWM:\t   900 kB\nRssAnon:\t 500 kB\n"
                      "RssFile:\t 100 kB\nRssShmem:\t 50 kB\n") == 750 * 1024);
  CHECK(PeakOwnMemory("VmHWM: 100 kB\nRssFile: 200 kB\n") == 0);
  CHECK(PeakOwnMemory("") == 0);
}

TEST_CASE("what was taken and given back counts") {
  constexpr size_t kBytes = size_t{64} << 20U;
  const uint64_t before = PeakOwnMemory();
  {
    std::vector<char> taken(kBytes);
    std::memset(taken.data(), 1, taken.size());
    CHECK(taken[kBytes / 2] == 1);
  }
  CHECK(PeakOwnMemory() >= before);
  CHECK(PeakOwnMemory() >= kBytes);
}

}  // namespace
}  // namespace dxpy
