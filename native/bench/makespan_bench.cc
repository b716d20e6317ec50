// makespan_bench [WORKERS...]: simulates runs of what standard input says was measured, and of
// heavy-tailed suites, and prints makespans as ratios to the least that is possible.
//
// A suite is a line "suite NAME" and a line for each of its files: "file START SIZE SECONDS...".

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "simulation/simulated_run.h"
#include "simulation/xdist.h"

namespace dxpy::simulation {
namespace {

using Suite = std::pair<std::string, std::vector<MeasuredFile>>;

std::vector<Suite> ReadSuites(std::istream& stream) {
  std::vector<Suite> suites;
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "suite") {
      std::string name;
      words >> name;
      suites.emplace_back(name, std::vector<MeasuredFile>());
    } else if (kind == "file" && !suites.empty()) {
      MeasuredFile file;
      words >> file.start >> file.size;
      for (double seconds = 0; words >> seconds;) file.items.push_back(seconds);
      suites.back().second.push_back(std::move(file));
    }
  }
  return suites;
}

// Pareto, so that some tests take as long as thousands of others.
Suite HeavyTailed(double shape, size_t files, size_t most_items) {
  std::mt19937 random(1);  // NOLINT: always the same
  std::uniform_real_distribution<double> uniform(1e-6, 1);
  std::vector<MeasuredFile> made(files);
  for (MeasuredFile& file : made) {
    file.start = 0.02 + 0.2 * uniform(random);
    file.items.resize(1 + random() % most_items);
    for (double& item : file.items)
      item = std::min(0.002 * std::pow(uniform(random), -1 / shape), 60.0);
    file.size = 0.01 * static_cast<double>(file.items.size());
  }
  char name[64];
  std::snprintf(name, sizeof name, "pareto-%.1f", shape);
  return {name, std::move(made)};
}

void Print(const Suite& suite, uint32_t workers) {
  const auto& [name, files] = suite;
  const double bound = MakespanBound(files, workers);
  size_t tests = 0;
  for (const MeasuredFile& file : files) tests += file.items.size();
  std::printf("| %s | %zu | %u | %.3f |", name.c_str(), tests, workers, bound);
  for (const auto order : {schedule::Order::kGiven, schedule::Order::kLongestFirst})
    for (const bool has_history : {true, false})
      std::printf(" %.2f |", SimulatedRun(files, workers, order, has_history).Run() / bound);
  for (const auto each : {Distribution::kLoad, Distribution::kWorkSteal, Distribution::kLoadFile})
    std::printf(" %.2f |", SimulateXdist(files, workers, each) / bound);
  std::printf("\n");
}

int Run(const std::vector<uint32_t>& counts) {
  std::vector<Suite> suites = ReadSuites(std::cin);
  for (const double shape : {1.1, 1.5, 2.5}) suites.push_back(HeavyTailed(shape, 200, 100));
  std::printf(
      "| suite | tests | workers | bound, s | ours | without history | longest first | without "
      "history | xdist load | worksteal | loadfile |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Suite& suite : suites)
    for (const uint32_t workers : counts) Print(suite, workers);
  return 0;
}

}  // namespace
}  // namespace dxpy::simulation

int main(int argc, char** argv) {
  std::vector<uint32_t> counts;
  for (int i = 1; i < argc; ++i) counts.push_back(static_cast<uint32_t>(std::atoi(argv[i])));
  if (counts.empty()) counts = {2, 8, 64, 1024};
  return dxpy::simulation::Run(counts);
}
