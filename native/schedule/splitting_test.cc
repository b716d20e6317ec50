#include "schedule/splitting.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

namespace dxpy::schedule {
namespace {

TEST_CASE("an item costs what it did before, until this run knows better") {
  CHECK(ItemCost{.expected = 0.1}.Seconds() == doctest::Approx(0.1));
  CHECK(ItemCost{.expected = 0.1, .elapsed = 0.8, .done = 8}.Seconds() == doctest::Approx(0.1));
  CHECK(ItemCost{.expected = 0.1, .elapsed = 80, .done = 792}.Seconds() == doctest::Approx(0.101));
}

TEST_CASE("an item that nothing is known of costs what the ones before it did") {
  CHECK(ItemCost{}.Seconds() == 0);
  CHECK(ItemCost{.expected = 0, .elapsed = 2, .done = 0}.Seconds() == doctest::Approx(2));
  CHECK(ItemCost{.expected = 0, .elapsed = 2, .done = 9}.Seconds() == doctest::Approx(0.2));
}

TEST_CASE("a worker that joins gains what the makespan loses") {
  // One worker would take 10 s; two share them.
  CHECK(JoinGain(10, 0, 1) == doctest::Approx(5));
  // The second one starts for 4 s: both are through after 7.
  CHECK(JoinGain(10, 4, 1) == doctest::Approx(3));
  CHECK(JoinGain(10, 10, 1) == doctest::Approx(0));
  CHECK(JoinGain(12, 0, 2) == doctest::Approx(2));
}

TEST_CASE("nobody joins for what nobody notices, or for much work and little gain") {
  CHECK(IsWorthJoining(0.05, 0, 1));
  CHECK_FALSE(IsWorthJoining(0.03, 0, 1));
  CHECK(IsWorthJoining(10, 4, 1));
  CHECK_FALSE(IsWorthJoining(10, 6, 1));
}

TEST_CASE("a span is cut in the middle") {
  CHECK(CutPoint(0, 10, {}) == 5);
  CHECK(CutPoint(3, 8, {}) == 5);
  CHECK(CutPoint(3, 4, {}) == 3);
  CHECK(CutPoint(4, 4, {}) == std::nullopt);
}

TEST_CASE("a span is cut where its unit may be") {
  const std::vector<uint32_t> cuts{2, 3, 9};
  CHECK(CutPoint(0, 10, cuts) == 3);
  CHECK(CutPoint(4, 10, cuts) == 9);
  CHECK(CutPoint(4, 9, cuts) == std::nullopt);
  CHECK(CutPoint(2, 3, cuts) == 2);
  CHECK(CutPoint(0, 2, cuts) == std::nullopt);
}

TEST_CASE("the cut is the one that a look at all of them finds") {
  std::mt19937 random(1);
  for (int round = 0; round < 5000; ++round) {
    std::vector<uint32_t> cuts;
    for (uint32_t position = 1; position < 20; ++position)
      if (random() % 3 == 0) cuts.push_back(position);
    if (cuts.empty()) continue;
    const auto next = static_cast<uint32_t>(random() % 20);
    const auto limit = static_cast<uint32_t>(next + random() % 8);
    const auto middle = static_cast<int>(next + (limit - next) / 2);
    int nearest = 1000;
    for (const uint32_t cut : cuts) {
      if (cut >= next && cut < limit)
        nearest = std::min(nearest, std::abs(static_cast<int>(cut) - middle));
    }
    const auto found = CutPoint(next, limit, cuts);
    REQUIRE(found.has_value() == (nearest < 1000));
    if (found) {
      REQUIRE(std::abs(static_cast<int>(*found) - middle) == nearest);
      REQUIRE((*found >= next && *found < limit));
    }
  }
}

}  // namespace
}  // namespace dxpy::schedule
