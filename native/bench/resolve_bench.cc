// resolve_bench DIRECTORY [ROUNDS]: reads the facts of every test file below a
// directory with the help of what they import from there, on one core, and prints
// the best round in CPU time. Files come from memory after the first round.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/bench_support.h"
#include "resolve/resolver.h"

namespace dxpy::resolve {
namespace {

/// The file system, looked at once.
class KeptFiles final : public SourceFiles {
 public:
  FileKind Look(const std::string& path) override {
    const auto [place, is_new] = kinds_.try_emplace(path);
    if (is_new) place->second = disk_.Look(path);
    return place->second;
  }
  std::optional<std::string> Read(const std::string& path) override {
    const auto [place, is_new] = sources_.try_emplace(path);
    if (is_new) place->second = disk_.Read(path);
    return place->second;
  }

 private:
  DiskFiles disk_;
  std::unordered_map<std::string, FileKind> kinds_;
  std::unordered_map<std::string, std::optional<std::string>> sources_;
};

void Run(const char* directory, int rounds) {
  std::vector<std::string> paths;
  for (const std::filesystem::path& path : bench::FindSources(directory, "test"))
    paths.push_back(std::filesystem::absolute(path).lexically_normal().string());
  KeptFiles files;
  const facts::Rules rules;
  double best = 1e9;
  size_t exact = 0;
  for (int round = 0; round <= rounds; ++round) {
    const double start = bench::CpuSeconds();
    Resolver resolver(files, {{std::filesystem::absolute(directory).string()}, {".so"}}, rules);
    exact = 0;
    for (const std::string& path : paths) exact += resolver.Read(path).is_exact() ? 1 : 0;
    if (round > 0) best = std::min(best, bench::CpuSeconds() - start);
  }
  std::printf("%zu files: %zu exact, %.2f ms (%.1f us a file), best of %d\n", paths.size(), exact,
              best * 1e3, best * 1e6 / static_cast<double>(std::max<size_t>(paths.size(), 1)),
              rounds);
}

}  // namespace
}  // namespace dxpy::resolve

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: resolve_bench DIRECTORY [ROUNDS]\n", stderr);
    return 2;
  }
  dxpy::resolve::Run(argv[1], argc > 2 ? std::atoi(argv[2]) : 5);
  return 0;
}
