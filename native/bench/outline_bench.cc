// outline_bench DIRECTORY [ROUNDS]: reads every .py file below a directory into
// memory, then scans them on one core and prints the best round, in CPU time.

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "syntax/outline.h"
#include "syntax/outline_queries.h"

namespace dxpy::syntax {
namespace {

std::vector<std::string> ReadSources(const std::filesystem::path& directory) {
  std::vector<std::string> sources;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.path().extension() != ".py" || !entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    sources.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return sources;
}

// Not wall time: the figure is for a core of our own, on a busy machine too.
double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Totals {
  size_t definitions = 0;
  size_t imports = 0;
  size_t tests = 0;
  size_t problems = 0;
};

Totals ScanAll(const std::vector<std::string>& sources) {
  Totals totals;
  for (const std::string& source : sources) {
    const Outline outline = ScanOutline(source);
    totals.definitions += outline.definitions.size();
    totals.imports += outline.imports.size();
    totals.tests += CountTests(outline);
    totals.problems += outline.problem == Problem::kNone ? 0 : 1;
  }
  return totals;
}

int Run(const char* directory, int rounds) {
  const std::vector<std::string> sources = ReadSources(directory);
  size_t bytes = 0;
  for (const std::string& source : sources) bytes += source.size();

  Totals totals;
  double best_seconds = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const double start = CpuSeconds();
    totals = ScanAll(sources);
    best_seconds = std::min(best_seconds, CpuSeconds() - start);
  }
  std::printf("%zu files, %.1f MB: %zu definitions, %zu imports, %zu tests, %zu problems\n",
              sources.size(), static_cast<double>(bytes) / 1e6, totals.definitions, totals.imports,
              totals.tests, totals.problems);
  std::printf("%.2f ms, %.0f MB/s on one core, best of %d\n", best_seconds * 1e3,
              static_cast<double>(bytes) / 1e6 / best_seconds, rounds);
  return 0;
}

}  // namespace
}  // namespace dxpy::syntax

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: outline_bench DIRECTORY [ROUNDS]\n", stderr);
    return 2;
  }
  return dxpy::syntax::Run(argv[1], argc > 2 ? std::atoi(argv[2]) : 10);
}
