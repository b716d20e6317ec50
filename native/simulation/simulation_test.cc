#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "simulation/simulated_run.h"
#include "simulation/xdist.h"

namespace dxpy::simulation {
namespace {

using schedule::Order;

std::vector<MeasuredFile> Alike(size_t files, size_t items, double start = 0) {
  const MeasuredFile file{.start = start, .items = std::vector<double>(items, 1), .size = 1};
  return std::vector<MeasuredFile>(files, file);
}

double Ours(const std::vector<MeasuredFile>& files, uint32_t workers, bool has_history = true) {
  return SimulatedRun(files, workers, Order::kGiven, has_history).Run();
}

TEST_CASE("one worker takes as long as all of it") {
  const auto files = Alike(3, 4, 0.5);
  CHECK(MakespanBound(files, 1) == doctest::Approx(13.5));
  CHECK(Ours(files, 1) == doctest::Approx(13.5));
  CHECK(Ours(files, 1, false) == doctest::Approx(13.5));
  for (const auto each : {Distribution::kLoad, Distribution::kWorkSteal, Distribution::kLoadFile})
    CHECK(SimulateXdist(files, 1, each) == doctest::Approx(13.5));
}

TEST_CASE("what can be shared evenly is") {
  const auto files = Alike(8, 4);
  CHECK(MakespanBound(files, 4) == 8);
  CHECK(Ours(files, 4) == doctest::Approx(8));
  CHECK(Ours(Alike(1, 32), 4) == doctest::Approx(8));
  for (const auto each : {Distribution::kWorkSteal, Distribution::kLoadFile})
    CHECK(SimulateXdist(files, 4, each) == doctest::Approx(8));
}

TEST_CASE("the bound knows the longest test and its file's start") {
  std::vector<MeasuredFile> files = Alike(1, 2, 0.25);
  files[0].items[1] = 5;
  CHECK(MakespanBound(files, 8) == doctest::Approx(5.25));
  CHECK(Ours(files, 8) == doctest::Approx(5.25));
}

TEST_CASE("without tests there is nothing to wait for") {
  CHECK(Ours({}, 3) == 0);
  CHECK(Ours(Alike(2, 0), 3) == 0);
  CHECK(SimulateXdist({}, 3, Distribution::kLoad) == 0);
}

TEST_CASE("no schedule beats the bound, or takes longer than one worker") {
  std::mt19937 random(7);  // NOLINT: always the same
  for (int round = 0; round < 200; ++round) {
    std::vector<MeasuredFile> files(1 + random() % 12);
    double total = 0;
    size_t items = 0;
    for (MeasuredFile& file : files) {
      file.start = std::exponential_distribution(5.0)(random);
      file.items.resize(random() % 30);
      for (double& item : file.items) item = std::lognormal_distribution(-3.0, 2.0)(random);
      file.size = static_cast<double>(file.items.size());
      total += file.Total();
      items += file.items.size();
    }
    const auto workers = static_cast<uint32_t>(1 + random() % 20);
    const double least = MakespanBound(files, workers) * (1 - 1e-9);
    CAPTURE(round);
    for (const Order order : {Order::kGiven, Order::kLongestFirst}) {
      for (const bool has_history : {true, false}) {
        SimulatedRun run(files, workers, order, has_history);
        const double seconds = run.Run();
        CHECK(run.items_run() == items);
        CHECK(seconds >= least);
        CHECK(seconds <= total * (1 + 1e-9));
      }
    }
  }
}

}  // namespace
}  // namespace dxpy::simulation
