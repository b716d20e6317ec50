// facts_bench DIRECTORY [ROUNDS]: reads every test file below a directory into
// memory, then reads their facts on one core and prints the best round, in CPU
// time. It is the cost over a bare scan that shows whether excerpts stay small.
// Then the same of facts that are made bytes and read again.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/bench_support.h"
#include "facts/encoded_facts.h"
#include "facts/file_facts.h"
#include "syntax/outline.h"

namespace dxpy::facts {
namespace {

template <typename Work>
double BestSeconds(int rounds, const Work& work) {
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const double start = bench::CpuSeconds();
    work();
    best = std::min(best, bench::CpuSeconds() - start);
  }
  return best;
}

void Run(const char* directory, int rounds) {
  const std::vector<std::string> sources = bench::ReadSources(directory, "test");
  size_t bytes = 0;
  for (const std::string& source : sources) bytes += source.size();
  size_t definitions = 0;
  const double scan = BestSeconds(rounds, [&] {
    for (const std::string& source : sources)
      definitions += syntax::ScanOutline(source).definitions.size();
  });
  const Rules rules;
  size_t exact = 0;
  size_t tests = 0;
  const double facts = BestSeconds(rounds, [&] {
    exact = tests = 0;
    for (const std::string& source : sources) {
      const FileFacts file = ReadFileFacts(source, rules);
      exact += file.is_exact() ? 1 : 0;
      tests += file.tests.size();
    }
  });
  const auto per_file = [&](double seconds) {
    return seconds * 1e6 / static_cast<double>(std::max<size_t>(sources.size(), 1));
  };
  std::printf("%zu files, %.1f MB, %zu definitions: %zu exact, %zu tests\n", sources.size(),
              static_cast<double>(bytes) / 1e6, definitions / static_cast<size_t>(rounds), exact,
              tests);
  std::printf("scan %.2f ms (%.1f us a file), facts %.2f ms (%.1f us a file), best of %d\n",
              scan * 1e3, per_file(scan), facts * 1e3, per_file(facts), rounds);
  std::vector<FileFacts> files;
  for (const std::string& source : sources) files.push_back(ReadFileFacts(source, rules));
  std::vector<std::string> kept(files.size());
  const double encode = BestSeconds(rounds, [&] {
    for (size_t i = 0; i < files.size(); ++i) kept[i] = EncodeFacts(files[i]);
  });
  size_t kept_bytes = 0;
  for (const std::string& bytes_of_one : kept) kept_bytes += bytes_of_one.size();
  size_t read = 0;
  const double decode = BestSeconds(rounds, [&] {
    for (const std::string& bytes_of_one : kept)
      read += DecodeFacts(bytes_of_one).facts->tests.size();
  });
  std::printf("kept as %.1f MB: encode %.2f ms (%.1f us a file), decode %.2f ms (%.1f us a file)\n",
              static_cast<double>(kept_bytes) / 1e6, encode * 1e3, per_file(encode), decode * 1e3,
              per_file(decode));
  if (read == 0) std::puts("no tests");
}

}  // namespace
}  // namespace dxpy::facts

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: facts_bench DIRECTORY [ROUNDS]\n", stderr);
    return 2;
  }
  dxpy::facts::Run(argv[1], argc > 2 ? std::atoi(argv[2]) : 5);
  return 0;
}
