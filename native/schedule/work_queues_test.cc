#include "schedule/work_queues.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <string>

namespace dxpy::schedule {
namespace {

std::vector<Unit> Costs(const std::vector<double>& costs) {
  std::vector<Unit> units;
  for (const double cost : costs) {
    const auto id = static_cast<uint32_t>(units.size());
    units.push_back({.id = id, .cost_seconds = cost, .position = id, .recorded = true});
  }
  return units;
}

WorkQueues Queues(const std::vector<double>& costs, uint32_t workers,
                  Order order = Order::kLongestFirst) {
  WorkQueues queues(order);
  for (uint32_t worker = 0; worker < workers; ++worker) queues.AddWorker(worker);
  queues.Add(Costs(costs));
  return queues;
}

// What `worker` gets when it alone asks, as a line.
std::string Drain(WorkQueues& queues, uint32_t worker) {
  std::string line;
  while (const auto unit = queues.Next(worker)) line += std::to_string(*unit) + " ";
  if (!line.empty()) line.pop_back();
  return line;
}

struct Simulation {
  double makespan = 0;
  std::multiset<uint32_t> ran;
};

// The slow, obvious machine: whoever is free first asks next.
Simulation Simulate(WorkQueues queues, const std::vector<double>& costs, uint32_t workers) {
  Simulation simulation;
  std::vector<double> free_at(workers, 0.0);
  std::vector<bool> done(workers, false);
  for (;;) {
    uint32_t next = workers;
    for (uint32_t w = 0; w < workers; ++w)
      if (!done[w] && (next == workers || free_at[w] < free_at[next])) next = w;
    if (next == workers) return simulation;
    const auto unit = queues.Next(next);
    if (!unit) {
      done[next] = true;
      continue;
    }
    simulation.ran.insert(*unit);
    free_at[next] += costs[*unit];
    simulation.makespan = std::max(simulation.makespan, free_at[next]);
  }
}

TEST_CASE("the longest unit is begun first") {
  WorkQueues queues = Queues({1, 5, 3}, 1);
  CHECK(Drain(queues, 0) == "1 2 0");
}

TEST_CASE("equal costs keep the order in which they were added") {
  WorkQueues queues = Queues({1, 1, 1}, 1);
  CHECK(Drain(queues, 0) == "0 1 2");
}

// The order in which ArrangeGiven puts units of such costs, as a line.
std::string Arranged(const std::vector<double>& costs, size_t workers, bool recorded = true) {
  std::vector<Unit> units = Costs(costs);
  for (Unit& unit : units) unit.recorded = recorded;
  ArrangeGiven(units, workers);
  std::string line;
  for (const Unit& unit : units) line += std::to_string(unit.id) + " ";
  line.pop_back();
  return line;
}

TEST_CASE("a unit that would end long after the others goes first") {
  CHECK(Arranged({1, 1, 1, 1, 1, 1, 6}, 2) == "6 0 1 2 3 4 5");
  CHECK(Arranged({2, 2, 2, 9, 2, 9}, 2) == "5 3 0 1 2 4");
}

TEST_CASE("the given order stays where it costs nothing, or where costs are guesses") {
  CHECK(Arranged({6, 1, 1, 1, 1, 1, 1}, 2) == "0 1 2 3 4 5 6");
  CHECK(Arranged({1, 1, 1, 1, 1, 1, 6}, 1) == "0 1 2 3 4 5 6");
  CHECK(Arranged({1, 1, 1, 1, 1, 1, 6}, 2, false) == "0 1 2 3 4 5 6");
}

TEST_CASE("positions can be given anew") {
  WorkQueues queues = Queues({1, 1, 1, 1}, 1, Order::kGiven);
  queues.SetPositions(std::vector<uint32_t>{2, 0, 3, 1});
  CHECK(Drain(queues, 0) == "2 0 3 1");
}

TEST_CASE("under the given order each worker's units stand in that order") {
  std::mt19937 random(3);  // NOLINT: reproducible on purpose
  WorkQueues queues = Queues(std::vector<double>(50, 1.0), 3, Order::kGiven);
  std::vector<int64_t> last(3, -1);
  for (;;) {
    const uint32_t worker = static_cast<uint32_t>(random() % 3);
    const auto unit = queues.Next(worker);
    if (!unit) break;
    CHECK(last[worker] < int64_t{*unit});
    last[worker] = *unit;
  }
}

TEST_CASE("the given order is kept across workers") {
  WorkQueues queues = Queues({3, 5, 1}, 2, Order::kGiven);
  CHECK(queues.Next(1) == 0U);
  CHECK(queues.Next(0) == 1U);
  CHECK(queues.Next(1) == 2U);
  CHECK(queues.empty());
}

TEST_CASE("an idle worker steals half of the richest deque by cost, from its back") {
  WorkQueues queues = Queues({}, 2);
  queues.Add(Costs({8, 4, 2, 2}));  // 0: 8 | 1: 4 2 2
  CHECK(queues.Next(0) == 0U);
  CHECK(queues.QueuedSeconds(1) == 8);
  CHECK(queues.Next(0) == 2U);  // stole 2 and 3: half of 8
  CHECK(queues.QueuedSeconds(0) == 2);
  CHECK(queues.QueuedSeconds(1) == 4);
}

TEST_CASE("a deque of one unit can be stolen from a busy worker") {
  WorkQueues queues = Queues({3, 2}, 2);
  CHECK(Drain(queues, 0) == "0 1");
  CHECK(queues.Next(1) == std::nullopt);
}

TEST_CASE("the units of a removed worker go to the others") {
  WorkQueues queues = Queues({4, 3, 2, 1}, 2);
  queues.RemoveWorker(0);
  CHECK(Drain(queues, 1) == "0 1 2 3");
}

TEST_CASE("units wait where no worker is left, for the one that replaces it") {
  WorkQueues queues = Queues({4, 3}, 1);
  queues.RemoveWorker(0);
  CHECK_FALSE(queues.empty());
  queues.AddWorker(7);
  CHECK(Drain(queues, 7) == "0 1");
}

TEST_CASE("a unit that was removed is not handed out") {
  WorkQueues queues = Queues({4, 3, 2}, 2);
  CHECK(queues.Remove(1));
  CHECK_FALSE(queues.Remove(1));
  CHECK(Drain(queues, 0) == "0 2");
}

// Units of one second each, of which these are exclusive, for two workers.
WorkQueues WithExclusive(size_t count, const std::set<uint32_t>& exclusive, Order order) {
  WorkQueues queues = Queues({}, 2, order);
  std::vector<Unit> units = Costs(std::vector<double>(count, 1.0));
  for (Unit& unit : units) {
    unit.recorded = false;  // so that none is moved to the front
    unit.exclusive = exclusive.count(unit.id) != 0;
  }
  queues.Add(units);
  return queues;
}

TEST_CASE("the others pass exclusive units over") {
  for (const Order order : {Order::kGiven, Order::kLongestFirst}) {
    WorkQueues queues = WithExclusive(5, {0, 1, 4}, order);
    CHECK(queues.Next(0) == 0U);
    std::set<std::string> lines{Drain(queues, 1), Drain(queues, 0)};
    CHECK(lines.count("1 4") + lines.count("4 1") == 1);
    CHECK(lines.count("2 3") + lines.count("3 2") == 1);
    CHECK(queues.empty());
  }
}

TEST_CASE("who has exclusive units takes all units in the given order") {
  WorkQueues queues = WithExclusive(5, {0, 1, 4}, Order::kGiven);
  CHECK(queues.Next(1) == 0U);
  CHECK(queues.Next(0) == 2U);
  CHECK(Drain(queues, 1) == "1 3 4");
}

TEST_CASE("exclusive units find another worker when theirs is gone") {
  for (const Order order : {Order::kGiven, Order::kLongestFirst}) {
    WorkQueues queues = WithExclusive(3, {0, 1, 2}, order);
    CHECK(queues.Next(0) == 0U);
    CHECK(queues.Next(1) == std::nullopt);
    CHECK_FALSE(queues.empty());
    queues.RemoveWorker(0);
    CHECK(Drain(queues, 1) == "1 2");
  }
}

TEST_CASE("no two workers run exclusive units, whoever asks when and whoever goes") {
  std::mt19937 random(11);  // NOLINT: reproducible on purpose
  for (int round = 0; round < 200; ++round) {
    const Order order = round % 2 == 0 ? Order::kGiven : Order::kLongestFirst;
    WorkQueues queues = WithExclusive(30, {1, 5, 6, 7, 20, 22, 28, 29}, order);
    std::optional<uint32_t> home;
    std::set<uint32_t> ran;
    for (uint32_t next = 2, living[] = {0, 1}; !queues.empty();) {
      uint32_t& worker = living[random() % 2];
      if (random() % 10 == 0) {
        queues.RemoveWorker(worker);
        if (home == worker) home.reset();
        queues.AddWorker(worker = next++);
      }
      const auto unit = queues.Next(worker);
      if (!unit) continue;
      CHECK(ran.insert(*unit).second);
      if (!std::set<uint32_t>{1, 5, 6, 7, 20, 22, 28, 29}.count(*unit)) continue;
      CHECK(home.value_or(worker) == worker);
      home = worker;
    }
    CHECK(ran.size() == 30);
  }
}

TEST_CASE("a worker that was never added gets nothing") {
  WorkQueues queues = Queues({1}, 1);
  CHECK(queues.Next(9) == std::nullopt);
}

TEST_CASE("every unit runs once and the makespan stays within the LPT bound, 2 to 1024 workers") {
  std::mt19937 random(20261121);  // NOLINT: reproducible on purpose
  std::lognormal_distribution<double> duration(0.0, 1.5);
  for (const uint32_t workers : {2U, 3U, 8U, 64U, 1024U}) {
    std::vector<double> costs(workers * 5 + 3);
    std::generate(costs.begin(), costs.end(), [&] { return duration(random); });
    const Simulation run = Simulate(Queues(costs, workers), costs, workers);
    CHECK(run.ran.size() == costs.size());
    CHECK(std::set<uint32_t>(run.ran.begin(), run.ran.end()).size() == costs.size());
    double sum = 0;
    for (const double cost : costs) sum += cost;
    const double best = std::max(sum / workers, *std::max_element(costs.begin(), costs.end()));
    // Graham's bound for list schedules holds for any stealing order that never idles.
    CHECK(run.makespan <= best * (2.0 - 1.0 / workers) + 1e-9);
  }
}

TEST_CASE("stealing makes up for wrong costs: no worker idles while units are queued") {
  std::mt19937 random(7);  // NOLINT: reproducible on purpose
  std::uniform_real_distribution<double> factor(0.1, 10.0);
  std::vector<double> expected(200);
  std::vector<double> real(200);
  for (size_t i = 0; i < expected.size(); ++i) {
    expected[i] = 1.0;
    real[i] = factor(random);
  }
  const Simulation run = Simulate(Queues(expected, 4), real, 4);
  double sum = 0;
  for (const double cost : real) sum += cost;
  CHECK(run.makespan <= sum / 4 + 10.0);
}

}  // namespace
}  // namespace dxpy::schedule
