// walk_bench DIRECTORY: how long a walk with pytest's default rules takes.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "discovery/file_walk.h"

namespace {

constexpr int kRuns = 21;

dxpy::discovery::WalkRules DefaultRules() {
  dxpy::discovery::WalkRules rules;
  rules.python_files = {"test_*.py", "*_test.py"};
  rules.norecursedirs = {"*.egg", ".*",           "_darcs", "build", "CVS",
                         "dist",  "node_modules", "venv",   "{arch}"};
  rules.doctest_globs = {"test*.txt"};
  return rules;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: walk_bench DIRECTORY\n");
    return 2;
  }
  const std::vector<std::string> roots = {std::filesystem::absolute(argv[1]).string()};
  const dxpy::discovery::WalkRules rules = DefaultRules();
  std::vector<double> milliseconds;
  size_t files = 0;
  for (int run = 0; run < kRuns; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    files = dxpy::discovery::Walk(roots, rules).files.size();
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - begin;
    milliseconds.push_back(taken.count());
  }
  std::ranges::sort(milliseconds);
  std::printf("files %zu\nms median %.3f min %.3f max %.3f (n=%d)\n", files,
              milliseconds[kRuns / 2], milliseconds.front(), milliseconds.back(), kRuns);
  return 0;
}
