#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "dispatch/test_support.h"

// Units that several workers run.

namespace dxpy::dispatch {
namespace {

codec::ItemList Items(uint32_t count, const std::string& prefix = "t") {
  codec::ItemList items;
  for (uint32_t i = 0; i < count; ++i)
    items.push_back(
        {.node_id = prefix + std::to_string(i), .path = "a.py", .line = i, .domain = ""});
  return items;
}

/// Two workers and unit a, which takes 9 s after a start of 1 s by its records;
/// worker 0 has begun and collected it.
class Shared {
 public:
  explicit Shared(uint32_t items = 10, const std::optional<codec::Cuts>& cuts = codec::Cuts{},
                  double cost_seconds = 10)
      : run(With([](Settings& s) { s.split = true; }), 2) {
    run.Add({{"a", cost_seconds, 1}});
    CHECK(run[0].Ask() == "run a");
    CHECK(run[0].Begin() == "begun");
    run[0].Collect(Items(items), cuts);
    (void)run.Heard();
  }

  /// Worker 1 joins, and asks for its share.
  std::string Join(const codec::ItemList& items) {
    const std::string told = run[1].Ask();
    if (told != "join a") return told;
    CHECK(run[1].Begin() == "begun");
    run[1].CollectToo(items);
    return run[1].AskAhead();
  }

  Run run;
};

TEST_CASE("an idle worker joins a long unit and gets the half that is not begun") {
  Shared shared;
  CHECK(shared.run[0].RunItems(2) == "0 1");
  CHECK(shared.Join(Items(10)) == "span");
  CHECK(shared.run[1].RunItems() == "6 7 8 9");
  CHECK(shared.run[0].RunItems() == "2 3 4 5");
  CHECK(shared.run.Heard() ==
        "0 item a.0; 0 item a.1; 1 joined a; 1 cut a.6; 1 item a.6; 1 item a.7; 1 item a.8; "
        "1 item a.9; 0 item a.2; 0 item a.3; 0 item a.4; 0 item a.5");
}

TEST_CASE("who is through takes half of the rest again, and is taken from") {
  Shared shared;
  CHECK(shared.Join(Items(10)) == "span");
  CHECK(shared.run[1].RunItems() == "5 6 7 8 9");
  CHECK(shared.run[1].AskAhead() == "span");
  CHECK(shared.run[1].RunItems(1) == "2");
  CHECK(shared.run[0].RunItems() == "0 1");
  CHECK(shared.run[0].AskAhead() == "span");
  CHECK(shared.run[0].RunItems() == "4");
  CHECK(shared.run[1].RunItems() == "3");
}

TEST_CASE("a unit is over when all of its workers are through") {
  Shared shared;
  CHECK(shared.Join(Items(10)) == "span");
  shared.run[1].RunItems();
  shared.run[0].RunItems();
  (void)shared.run.Heard();
  CHECK(shared.run[0].AskAhead() == "finish");
  shared.run[0].EndUnit();
  CHECK(shared.run[1].AskAhead() == "finish");
  shared.run[1].EndUnit();
  CHECK(shared.run.Heard() == "0 divisible a; 0 done a; 1 done a");
}

TEST_CASE("a unit that is known to be long is joined before it is collected") {
  Run run(With([](Settings& s) { s.split = true; }), 2);
  run.Add({{"a", 10, 1}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[0].Begin() == "begun");
  CHECK(run[1].Ask() == "join a");
  CHECK(run[1].Begin() == "begun");
  run[1].CollectToo(Items(4));
  CHECK(run[1].AskAhead() == "nothing");
  run[0].Collect(Items(4), codec::Cuts{});
  CHECK(run[1].Await() == "span");
  CHECK(run[1].RunItems() == "2 3");
}

TEST_CASE("the last item is taken only from a worker that is busy with another") {
  Shared shared(3);
  CHECK(shared.run[0].RunItems(2) == "0 1");
  CHECK(shared.Join(Items(3)) == "finish");
  Shared busy(3);
  CHECK(busy.run[0].RunItems(1) == "0");
  CHECK(busy.run[0].port().ClaimItem(0) == 1);
  busy.run[0].Send(ResultKind::kStarted, 1);
  busy.run[0].Settle();
  CHECK(busy.Join(Items(3)) == "span");
  CHECK(busy.run[1].RunItems() == "2");
}

TEST_CASE("a unit is cut where half of its time lies by its records") {
  Run run(With([](Settings& s) { s.split = true; }), 2);
  run.Add({{"a", 10, 1, {{8, 4}, {9, 4}}}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[0].Begin() == "begun");
  run[0].Collect(Items(10), codec::Cuts{});
  CHECK(run[1].Ask() == "join a");
  CHECK(run[1].Begin() == "begun");
  run[1].CollectToo(Items(10));
  CHECK(run[1].AskAhead() == "span");
  CHECK(run[1].RunItems() == "9");
}

TEST_CASE("a unit is cut only where it may be") {
  Shared shared(10, codec::Cuts{8});
  CHECK(shared.Join(Items(10)) == "span");
  CHECK(shared.run[1].RunItems() == "8 9");
  CHECK(shared.run[1].AskAhead() == "finish");
  CHECK(shared.run[0].RunItems() == "0 1 2 3 4 5 6 7");
}

TEST_CASE("nobody joins what may not be shared") {
  Shared whole(10, std::nullopt);
  CHECK(whole.Join(Items(10)) == "finish");
  Shared brief(10, codec::Cuts{}, 1.03);
  CHECK(brief.Join(Items(10)) != "join a");
  Run off(Plain(), 2);
  off.Add({{"a", 10, 1}});
  CHECK(off[0].Ask() == "run a");
  off[0].Begin();
  off[0].Collect(Items(10), codec::Cuts{});
  CHECK(off[1].Ask() == "finish");
}

TEST_CASE("a worker with other items gets none of them, and does not come back") {
  Shared shared;
  CHECK(shared.Join(Items(10, "other")) == "finish");
  shared.run[1].EndUnit();
  CHECK(shared.run.Heard() == "1 joined a; 1 differs a; 1 done a");
  CHECK(shared.run[1].Ask() == "finish");
  CHECK(shared.run[0].RunItems() == "0 1 2 3 4 5 6 7 8 9");
}

TEST_CASE("what waits in the queue comes before what may be shared") {
  Shared shared;
  shared.run.Add({{"b", 100}});
  CHECK(shared.run[1].Ask() == "run b");
}

TEST_CASE("a unit that is longer than all that is queued is joined first") {
  Shared shared;
  shared.run.Add({{"b", 5, 0}});
  CHECK(shared.run[1].Ask() == "join a");
  Shared brief;
  brief.run.Add({{"b", 20, 0}});
  CHECK(brief.run[1].Ask() == "run b");
}

TEST_CASE("who could join a unit that is about to begin waits for that") {
  Run run(With([](Settings& s) { s.split = true; }), 2);
  run.Add({{"a", 10, 1}, {"b", 0.1, 0.01}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[1].Ask() == "nothing");
  CHECK(run[0].Begin() == "begun");
  CHECK(run[1].Await() == "join a");
}

TEST_CASE("who waits for a unit to begin gets it where its worker dies") {
  Run run(With([](Settings& s) { s.split = true; }), 2);
  run.Add({{"a", 10, 1}, {"b", 0.1, 0.01}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[1].Ask() == "nothing");
  run[0].Kill();
  CHECK(run[1].Await() == "run a");
}

TEST_CASE("nobody waits for a unit to begin whose worker is busy, or that is short") {
  Run run(With([](Settings& s) { s.split = true; }), 3);
  run.Add({{"a", 0.1, 0.01}, {"b", 10, 1}, {"c", 5, 1}, {"d", 20, 1}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[0].Begin() == "begun");
  CHECK(run[0].AskAhead() == "run b");
  CHECK(run[1].Ask() == "run c");
  CHECK(run[2].Ask() == "run d");
}

TEST_CASE("in pytest's order nobody joins what stands before a unit that it has begun") {
  Run run(With([](Settings& s) { s.split = true; }), 2);
  run.Add({{"a", 10, 1}, {"b", 20, -1}});
  CHECK(run[0].Ask() == "run a");
  run[0].Begin();
  run[0].Collect(Items(10), codec::Cuts{});
  CHECK(run[1].Ask() == "run b");
  run[1].Begin();
  run[1].Collect({});
  run[1].EndUnit();
  CHECK(run[1].Ask() == "finish");
}

TEST_CASE("a worker that dies with its share leaves the others theirs") {
  Shared shared;
  CHECK(shared.Join(Items(10)) == "span");
  CHECK(shared.run[1].RunItems(1) == "5");
  (void)shared.run.Heard();
  shared.run[1].Kill();
  CHECK(shared.run.Hear() == "1 lost a");
  CHECK(shared.run[0].RunItems() == "0 1 2 3 4");
  CHECK(shared.run[0].AskAhead() == "finish");
}

TEST_CASE("a worker that dies before it has joined leaves nothing to be queued again") {
  Shared shared;
  CHECK(shared.run[1].Ask() == "join a");
  shared.run[1].Kill();
  CHECK(shared.run.Hear() == "1 lost");
  CHECK_FALSE(shared.run.dispatcher.HasQueuedUnits());
}

TEST_CASE("who waits for a unit to be collected goes on where that fails") {
  Run run(With([](Settings& s) { s.split = true; }), 2);
  run.Add({{"a", 10, 1}});
  CHECK(run[0].Ask() == "run a");
  run[0].Begin();
  CHECK(run[1].Ask() == "join a");
  run[1].Begin();
  run[1].CollectToo(Items(4));
  CHECK(run[1].AskAhead() == "nothing");
  run[0].Kill();
  CHECK(run[1].Await() == "finish");
}

TEST_CASE("a cut that is none is no message") {
  Shared shared;
  Run run(With([](Settings& s) { s.split = true; }), 1);
  run.Add({{"a", 10, 1}});
  CHECK(run[0].Ask() == "run a");
  run[0].Begin();
  (void)run.Heard();
  run[0].Send(ResultKind::kDivisible, 3, codec::EncodeCuts({2, 3}));
  CHECK(run.Hear() == "0 lost a 'cuts: entry 1: position: 3 is not above 2 and below 3'");
}

TEST_CASE("each item of a unit runs once, however many workers share it") {
  constexpr uint32_t kWorkers = 5;
  constexpr uint32_t kItems = 500;
  Run run(With([](Settings& s) { s.split = true; }), kWorkers);
  run.Add({{"a", 1000, 1}});
  CHECK(run[0].Ask() == "run a");
  run[0].Begin();
  run[0].Collect(Items(kItems), codec::Cuts{});
  for (uint32_t worker = 1; worker < kWorkers; ++worker) {
    CHECK(run[worker].Ask() == "join a");
    run[worker].Begin();
    run[worker].CollectToo(Items(kItems));
  }
  std::vector<bool> through(kWorkers);
  for (uint32_t turn = 0; turn < 10'000; ++turn) {
    FakeWorker& worker = run[turn % kWorkers];
    if (through[turn % kWorkers]) continue;
    if (worker.RunItems(turn % 7).empty() && turn % 7 != 0)
      through[turn % kWorkers] = worker.AskAhead() != "span";
  }
  std::vector<uint32_t> times(kItems);
  for (const Event& event : run.dispatcher.TakeEvents())
    if (event.kind == EventKind::kItem) ++times[event.item];
  CHECK(std::count(times.begin(), times.end(), 1) == kItems);
}

}  // namespace
}  // namespace dxpy::dispatch
