// outline_bench DIRECTORY [ROUNDS]: reads every .py file below a directory into
// memory, then scans them on one core and prints the best round, in CPU time.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/bench_support.h"
#include "syntax/outline.h"
#include "syntax/outline_queries.h"

namespace dxpy::syntax {
namespace {

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
  const std::vector<std::string> sources = bench::ReadSources(directory);
  size_t bytes = 0;
  for (const std::string& source : sources) bytes += source.size();

  Totals totals;
  double best_seconds = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const double start = bench::CpuSeconds();
    totals = ScanAll(sources);
    best_seconds = std::min(best_seconds, bench::CpuSeconds() - start);
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
