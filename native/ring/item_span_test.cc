#include "ring/item_span.h"

#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "ring/test_support.h"

namespace dxpy::ring {
namespace {

TEST_CASE("items are claimed one by one, up to the limit") {
  std::atomic<uint64_t> word{0};
  const ItemSpan span(word);
  span.Open(7, {.next = 2, .limit = 4});
  CHECK(span.Look(7) == Items{2, 4});
  CHECK(span.Claim(7) == 2);
  CHECK(span.Claim(7) == 3);
  CHECK(span.Claim(7) == std::nullopt);
  CHECK(span.Look(7)->left() == 0);
}

TEST_CASE("a span that was never opened has no items") {
  std::atomic<uint64_t> word{0};
  const ItemSpan span(word);
  CHECK(span.Claim(0) == std::nullopt);
  CHECK(span.Look(0) == Items{0, 0});
  CHECK(span.Look(1) == std::nullopt);
}

TEST_CASE("the tail that is cut off is the worker's no more") {
  std::atomic<uint64_t> word{0};
  const ItemSpan span(word);
  span.Open(1, {.next = 0, .limit = 10});
  CHECK(span.Claim(1) == 0);
  CHECK(span.Cut(1, {.next = 1, .limit = 10}, 2));
  CHECK(span.Claim(1) == 1);
  CHECK(span.Claim(1) == std::nullopt);
}

TEST_CASE("nothing is cut where the worker has gone on") {
  std::atomic<uint64_t> word{0};
  const ItemSpan span(word);
  span.Open(1, {.next = 0, .limit = 10});
  const Items seen = *span.Look(1);
  CHECK(span.Claim(1) == 0);
  CHECK_FALSE(span.Cut(1, seen, 5));
  CHECK(span.Look(1) == Items{1, 10});
}

TEST_CASE("nothing of another unit is claimed, seen or cut") {
  std::atomic<uint64_t> word{0};
  const ItemSpan span(word);
  span.Open(2, {.next = 0, .limit = 3});
  CHECK(span.Claim(1) == std::nullopt);
  CHECK(span.Look(3) == std::nullopt);
  CHECK_FALSE(span.Cut(1, {.next = 0, .limit = 3}, 1));
  CHECK(span.Look(2) == Items{0, 3});
}

TEST_CASE("a unit has at most as many items as the word can count") {
  std::atomic<uint64_t> word{0};
  const ItemSpan span(word);
  span.Open(65'535, {.next = 0, .limit = ItemSpan::kMaxItems});
  CHECK(span.Look(65'535) == Items{0, ItemSpan::kMaxItems});
  CHECK(Thrown([&] { span.Open(0, {.next = 0, .limit = ItemSpan::kMaxItems + 1}); }) ==
        "a unit has 16777216 tests; at most 16777215 can be told apart");
}

TEST_CASE("each item goes to exactly one side, however they race") {
  std::mt19937 random(1);
  for (uint32_t unit = 0; unit < 300; ++unit) {
    constexpr uint32_t kItems = 200;
    std::atomic<uint64_t> word{0};
    const ItemSpan span(word);
    span.Open(unit, {.next = 0, .limit = kItems});
    std::vector<uint32_t> claimed;
    std::thread worker([&] {
      while (const auto item = span.Claim(unit)) claimed.push_back(*item);
    });
    std::vector<uint32_t> cut;
    for (;;) {
      const Items seen = *span.Look(unit);
      if (seen.left() == 0) break;
      const uint32_t at = seen.next + random() % seen.left();
      if (!span.Cut(unit, seen, at)) continue;
      for (uint32_t item = at; item < seen.limit; ++item) cut.push_back(item);
    }
    worker.join();
    std::vector<uint32_t> times(kItems);
    for (const uint32_t item : claimed) ++times[item];
    for (const uint32_t item : cut) ++times[item];
    REQUIRE(times == std::vector<uint32_t>(kItems, 1));
  }
}

}  // namespace
}  // namespace dxpy::ring
