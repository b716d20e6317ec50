// store_bench [ENTRIES] [BYTES] [ROUNDS]: makes a store of so many entries with values of so many
// bytes, opens it again and again, and prints the best time of opening it, of looking up each
// key, and of appending ten entries.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/stopwatch.h"
#include "store/store.h"
#include "testing/temp_folder.h"

namespace dxpy::store {
namespace {

std::vector<Store::Entry> MakeEntries(size_t count, size_t bytes, const std::string& prefix) {
  std::vector<Store::Entry> entries;
  for (size_t i = 0; i < count; ++i)
    entries.push_back({1, prefix + std::to_string(i), std::string(bytes, 'v')});
  return entries;
}

int Run(size_t count, size_t bytes, int rounds) {
  const testing::TempFolder folder;
  const std::string path = folder.At("store");
  const std::vector<Store::Entry> entries = MakeEntries(count, bytes, "key");
  std::string problem = Store::Open(path, {}, nullptr).Append(entries);
  double open_ms = 1e9;
  double find_ms = 1e9;
  double append_ms = 1e9;
  size_t found = 0;
  for (int round = 0; round < rounds && problem.empty(); ++round) {
    Stopwatch stopwatch;
    Store store = Store::Open(path, {}, &problem);
    open_ms = std::min(open_ms, stopwatch.Lap());
    for (const Store::Entry& entry : entries) found += store.FindNewest(1, entry.key).size();
    find_ms = std::min(find_ms, stopwatch.Lap());
    const std::vector<Store::Entry> more = MakeEntries(10, bytes, "more");
    stopwatch.Lap();
    problem = store.Append(more);
    append_ms = std::min(append_ms, stopwatch.Lap());
  }
  if (problem.empty() && found != count * bytes * static_cast<size_t>(rounds))
    problem = "entries are missing";
  std::printf("%zu entries of %zu bytes: open %.2f ms, find all %.2f ms, append 10 %.3f ms%s%s\n",
              count, bytes, open_ms, find_ms, append_ms, problem.empty() ? "" : ": ",
              problem.c_str());
  return problem.empty() ? 0 : 1;
}

}  // namespace
}  // namespace dxpy::store

int main(int argc, char** argv) {
  const auto argument = [&](int i, int otherwise) {
    return argc > i ? std::atoi(argv[i]) : otherwise;
  };
  return dxpy::store::Run(static_cast<size_t>(argument(1, 20'000)),
                          static_cast<size_t>(argument(2, 200)), argument(3, 20));
}
