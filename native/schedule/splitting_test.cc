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

const ItemCosts kAlike(1, {});

TEST_CASE("items cost the same, but for the slow ones") {
  const std::vector<SlowItem> slow{{2, 5}, {4, 7}};
  const ItemCosts costs(0.5, slow);
  CHECK(costs.Seconds(0, 2) == doctest::Approx(1));
  CHECK(costs.Seconds(0, 3) == doctest::Approx(6));
  CHECK(costs.Seconds(2, 5) == doctest::Approx(12.5));
  CHECK(costs.Seconds(3, 3) == doctest::Approx(0));
  CHECK(ItemCosts(0, {}).Seconds(0, 3) > ItemCosts(0, {}).Seconds(0, 2));
}

TEST_CASE("a span is cut in the middle") {
  CHECK(CutPoint(0, 10, {}, kAlike) == 5);
  CHECK(CutPoint(3, 8, {}, kAlike) == 5);
  CHECK(CutPoint(3, 4, {}, kAlike) == 3);
  CHECK(CutPoint(4, 4, {}, kAlike) == std::nullopt);
}

TEST_CASE("a span is cut where its unit may be") {
  const std::vector<uint32_t> cuts{2, 3, 9};
  CHECK(CutPoint(0, 10, cuts, kAlike) == 3);
  CHECK(CutPoint(4, 10, cuts, kAlike) == 9);
  CHECK(CutPoint(4, 9, cuts, kAlike) == std::nullopt);
  CHECK(CutPoint(2, 3, cuts, kAlike) == 2);
  CHECK(CutPoint(0, 2, cuts, kAlike) == std::nullopt);
}

TEST_CASE("a span with slow items is cut where half of its time lies") {
  const std::vector<SlowItem> slow{{7, 20}, {8, 20}};
  const ItemCosts costs(1, slow);
  CHECK(CutPoint(0, 10, {}, costs) == 8);
  CHECK(CutPoint(8, 10, {}, costs) == 9);
  CHECK(CutPoint(0, 7, {}, costs) == 3);
}

TEST_CASE("the cut is the one that a look at all of them finds") {
  std::mt19937 random(1);
  for (int round = 0; round < 5000; ++round) {
    std::vector<uint32_t> cuts;
    std::vector<SlowItem> slow;
    for (uint32_t position = 0; position < 20; ++position) {
      if (position > 0 && random() % 3 == 0) cuts.push_back(position);
      if (random() % 5 == 0) slow.push_back({position, static_cast<double>(random() % 30)});
    }
    if (cuts.empty()) continue;
    const ItemCosts costs(1, slow);
    const auto next = static_cast<uint32_t>(random() % 20);
    const auto limit = static_cast<uint32_t>(next + random() % 8);
    const auto difference = [&](uint32_t cut) {
      return std::abs(costs.Seconds(next, cut) - costs.Seconds(cut, limit));
    };
    double least = 1e9;
    for (const uint32_t cut : cuts)
      if (cut >= next && cut < limit) least = std::min(least, difference(cut));
    const auto found = CutPoint(next, limit, cuts, costs);
    REQUIRE(found.has_value() == (least < 1e9));
    if (found) {
      REQUIRE(difference(*found) == doctest::Approx(least));
      REQUIRE((*found >= next && *found < limit));
    }
  }
}

}  // namespace
}  // namespace dxpy::schedule
