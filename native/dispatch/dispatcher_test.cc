#include "dispatch/dispatcher.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "dispatch/test_support.h"

namespace dxpy::dispatch {
namespace {

// The beginning of a run.

TEST_CASE("nobody gets a unit before as many workers are ready as the barrier says") {
  Run run(With([](Settings& s) { s.barrier = 2; }), 2);
  run.Add({{"a"}, {"b"}});
  run[0].BeReady();
  CHECK(run[0].Ask() == "nothing");
  run[1].BeReady();
  CHECK(run[0].Await() == "run a");
  CHECK(run[1].Ask() == "run b");
}

TEST_CASE("a worker that dies before it is ready lowers the barrier") {
  Run run(With([](Settings& s) { s.barrier = 2; }), 2);
  run.Add({{"a"}});
  run[0].BeReady();
  CHECK(run[0].Ask() == "nothing");
  run[1].Kill();
  CHECK(run[0].Await() == "run a");
}

TEST_CASE("a worker that is not shared is not counted at the barrier") {
  Run run(With([](Settings& s) { s.barrier = 2; }), 2);
  FakeWorker& own = run.Open(false);
  run.Add({{"a"}});
  run[0].BeReady();
  own.BeReady();
  CHECK(run[0].Ask() == "nothing");
  CHECK(run.Heard() == "0 ready; 2 ready");
  own.Kill();
  CHECK(run.Hear() == "2 lost");
  CHECK(run[0].Told() == "nothing");
  run[1].BeReady();
  CHECK(run[0].Await() == "run a");
}

TEST_CASE("what runs is known from its beginning to its end") {
  Run run(Plain(), 2);
  const std::vector<uint32_t> units = run.Add({{"a"}});
  REQUIRE(run[0].Ask() == "run a");
  REQUIRE(run[0].Begin() == "begun");
  run[0].Collect({{"a.py::a", "a.py", 1, "a"}});
  CHECK(run.dispatcher.RunningItems().empty());
  run[0].Send(ResultKind::kStarted, 0);
  run[0].Settle();
  const std::vector<RunningItem> running = run.dispatcher.RunningItems();
  REQUIRE(running.size() == 1);
  CHECK(running[0].worker == 0);
  CHECK(running[0].unit == units[0]);
  CHECK(running[0].item == 0);
  CHECK(running[0].seconds >= 0);
  run[0].Send(ResultKind::kDone, 0);
  run[0].Settle();
  CHECK(run.dispatcher.RunningItems().empty());
}

TEST_CASE("the first that asks discovers, the others get what is queued or wait") {
  Run run(With([](Settings& s) { s.discover = true; }), 3);
  run.Add({{"a"}});
  CHECK(run[1].Ask() == "discover");
  CHECK(run[0].Ask() == "run a");
  CHECK(run[2].Ask() == "nothing");
  run[1].Send(ResultKind::kDiscovered, codec::kNone, "a b");
  run[1].Settle();
  CHECK(run.Heard() == "1 discovered 'a b'");
  CHECK(run[1].Ask() == "nothing");
  run.Add({{"b"}});
  CHECK(run[1].Await() == "run b");
  CHECK(run[2].Told() == "nothing");
}

TEST_CASE("the end of discovery finishes who waited for units") {
  Run run(With([](Settings& s) { s.discover = true; }), 2);
  CHECK(run[0].Ask() == "discover");
  CHECK(run[1].Ask() == "nothing");
  run.dispatcher.EndDiscovery();
  CHECK(run[1].Await() == "finish");
  CHECK(run[0].Ask() == "finish");
}

TEST_CASE("discovery is begun anew where its worker dies in it") {
  Run run(With([](Settings& s) { s.discover = true; }), 2);
  CHECK(run[0].Ask() == "discover");
  CHECK(run[1].Ask() == "nothing");
  run[0].Kill();
  CHECK(run[1].Await() == "discover");
}

TEST_CASE("discovery that has answered is not begun anew by a death") {
  Run run(With([](Settings& s) { s.discover = true; }), 2);
  CHECK(run[0].Ask() == "discover");
  run[0].Send(ResultKind::kDiscovered, codec::kNone, "a");
  run[0].Settle();
  CHECK(run.Heard() == "0 discovered 'a'");
  CHECK(run[1].Ask() == "nothing");
  run[0].Kill();
  CHECK(run.Hear() == "0 lost");
  CHECK(run[1].Told() == "nothing");
}

TEST_CASE("a worker is told its settings first, however large they are") {
  Run run;
  const std::string settings = ring::Frame(1, 1 << 20);
  CHECK(run.Open(true, settings).configured() == "configure '" + settings + "'");
  FakeWorker& worker = run.Open(true, "");
  CHECK(worker.configured() == "configure");
  run.dispatcher.SendOrders(1, "orders");
  CHECK(worker.Await() == "configure 'orders'");
}

// Which unit.

TEST_CASE("units are given in their order, or the longest first") {
  Run given(Plain(), 1);
  given.Add({{"a", 1}, {"b", 5}, {"c", 3}});
  CHECK(given[0].Ask() == "run a");
  CHECK(given[0].Ask() == "run b");
  CHECK(given[0].Ask() == "run c");

  Run longest(With([](Settings& s) { s.order = schedule::Order::kLongestFirst; }), 1);
  longest.Add({{"a", 1}, {"b", 5}, {"c", 3}});
  CHECK(longest[0].Ask() == "run b");
  CHECK(longest[0].Ask() == "run c");
  CHECK(longest[0].Ask() == "run a");
}

TEST_CASE("new positions change the order of what is queued") {
  Run run(Plain(), 1);
  const auto units = run.Add({{"a"}, {"b"}, {"c"}});
  run.dispatcher.SetPositions(std::vector{units[2], units[0], units[1]});
  CHECK(run[0].Ask() == "run c");
  CHECK(run[0].Ask() == "run a");
}

TEST_CASE("an offered unit that comes back has its new position") {
  Run run(Plain(), 2);
  const auto units = run.Add({{"a"}, {"b"}, {"c"}});
  CHECK(run[0].Ask() == "run a");
  run.dispatcher.SetPositions(std::vector{units[1], units[2], units[0]});
  run[0].Kill();
  CHECK(run.Hear() == "0 lost");
  CHECK(run[1].Ask() == "run b");
  CHECK(run[1].Ask() == "run c");
  CHECK(run[1].Ask() == "run a");
}

TEST_CASE("dropped units are not given, nor left with who was only told of them") {
  Run run(Plain(), 2);
  const auto units = run.Add({{"a"}, {"b"}, {"c"}, {"d"}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[0].Begin() == "begun");
  CHECK(run[1].Ask() == "run b");
  run.dispatcher.DropUnits(std::vector{units[0], units[1], units[2]});
  CHECK(run[1].Begin() == "taken");
  CHECK(run[1].Ask() == "run d");
  CHECK_FALSE(run.dispatcher.HasQueuedUnits());
}

// The end of the queue.

TEST_CASE("who asks ahead waits while another's offer is open, and gets it when idle") {
  Run run(Plain(), 2);
  run.Add({{"a"}, {"b"}, {"c"}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[0].Begin() == "begun");
  CHECK(run[1].Ask() == "run b");
  CHECK(run[1].Begin() == "begun");
  CHECK(run[1].AskAhead() == "run c");
  CHECK(run[0].AskAhead() == "wait");
  CHECK(run[0].Ask() == "run c");
  CHECK(run[1].Begin() == "taken");
  CHECK(run[0].Begin() == "begun");
  CHECK(run[1].Ask() == "finish");
}

TEST_CASE("who asks ahead is finished where no unit can come any more") {
  Run run(Plain(), 2);
  run.Add({{"a"}, {"b"}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[0].Begin() == "begun");
  CHECK(run[1].Ask() == "run b");
  CHECK(run[1].Begin() == "begun");
  CHECK(run[0].AskAhead() == "finish");
  CHECK(run[1].Ask() == "finish");
}

TEST_CASE("who has the exclusive units stays while another may find one more of them") {
  Run run(Plain(), 2);
  run.Add({{.name = "a", .exclusive = true}, {"b"}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[0].Begin() == "begun");
  CHECK(run[1].Ask() == "run b");
  CHECK(run[1].Claim());  // and has not said so yet
  CHECK(run[0].AskAhead() == "wait");
  run[0].EndUnit();
  CHECK(run[0].Ask() == "nothing");
  run[1].Send(ResultKind::kBegun);
  run.Add({{.name = "c", .exclusive = true}});  // b, handed on
  CHECK(run[0].Await() == "run c");
  CHECK(run[0].Begin() == "begun");
  run[0].EndUnit();
  CHECK(run[0].Ask() == "nothing");
  run[1].Collect({});
  CHECK(run[0].Await() == "finish");
}

TEST_CASE("an idle worker takes the most expensive offer that is not being begun") {
  Run run(Plain(), 4);
  run.Add({{"a", 9}, {"b", 1}, {"c", 3}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[1].Ask() == "run b");
  CHECK(run[2].Ask() == "run c");
  CHECK(run[0].Claim());  // and has not said so yet
  CHECK(run[3].Ask() == "run c");
  CHECK(run[3].Begin() == "begun");
  CHECK(run[2].Begin() == "taken");
  CHECK(run[2].Ask() == "run b");
  CHECK(run[1].Begin() == "taken");
}

TEST_CASE("of a worker that begins and a dispatcher that revokes exactly one wins") {
  Run run(Plain(), 2);
  std::minstd_rand random(1);
  int revoked = 0;
  for (int round = 0; round < 2000; ++round) {
    CAPTURE(round);
    run.Add({{"a"}});
    REQUIRE(run[0].AskAhead() == "run a");
    run[1].SendNeed(true);
    for (auto spins = random() % 4000; spins > 0; --spins)
      std::atomic_signal_fence(std::memory_order_seq_cst);
    const bool claimed = run[0].Claim();
    const std::string answer = run[1].Await();
    REQUIRE(answer == (claimed ? "finish" : "run a"));
    FakeWorker& owner = run[claimed ? 0 : 1];
    if (!claimed) {
      REQUIRE(owner.Claim());
      ++revoked;
    }
    owner.Send(ResultKind::kBegun);
    owner.EndUnit();
    REQUIRE(run.Heard() == (claimed ? "0 begun a; 0 done a" : "1 begun a; 1 done a"));
  }
  MESSAGE("revoked: " << revoked);
}

// Workers with work of their own.

// Deaths.

TEST_CASE("a unit that was offered to a dead worker is given to another") {
  Run run(Plain(), 2);
  run.Add({{"a"}, {"b"}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[0].Claim());  // dies between the claim and kBegun
  run[0].Kill();
  CHECK(run.Hear() == "0 lost");
  CHECK(run[1].Ask() == "run a");
  CHECK(run[1].Begin() == "begun");
}

TEST_CASE("a worker that dies in an item is lost with its unit, item and reports") {
  Run run(Plain(), 2);
  run.Add({{"a"}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[0].Begin() == "begun");
  run[0].Send(ResultKind::kCollected, 3, "items");
  run[0].Send(ResultKind::kStarted, 2);
  run[0].Report(2, Phase::kSetup, Outcome::kPassed, "captured");
  run[0].Settle();
  CHECK(run.Heard() == "0 begun a; 0 collected a 3 'items'");
  run[0].Kill();
  CHECK(run.Hear() == "0 lost a.2 [setup passed 'captured']");
  CHECK_FALSE(run.dispatcher.HasQueuedUnits());
  CHECK(run[1].Ask() == "finish");
}

TEST_CASE("what a worker sent before it died is heard before its death") {
  for (int round = 0; round < 50; ++round) {
    Run run(Plain(), 1);
    for (int i = 0; i < 20; ++i) run[0].Tell("x");
    run[0].Kill();
    std::vector<std::string> heard;
    while (heard.empty() || !heard.back().ends_with("0 lost")) heard.push_back(run.Hear());
    const std::string all = Text(heard, "; ");
    CHECK(std::count(all.begin(), all.end(), 'x') == 20);
  }
}

TEST_CASE("a worker exits after it has finished, and is lost before") {
  Run run(Plain(), 2);
  run[0].Finish("output");
  CHECK(run.Heard() == "0 finished 'output'");
  run[0].Kill();
  CHECK(run.Hear() == "0 exited");
  run[1].Kill();
  CHECK(run.Hear() == "1 lost");
}

TEST_CASE("a worker that sends no message is given up while its process lives") {
  Run run(Plain(), 2);
  run.Add({{"a"}});
  CHECK(run[0].Ask() == "run a");
  run[0].SendRaw("abc");
  CHECK(run.Hear() == "0 lost 'result header: 3 bytes are not the 40 of a header'");
  CHECK(run[0].IsAlive());
  CHECK(run[0].Begin() == "taken");
  CHECK(run[1].Ask() == "run a");
  run[0].Kill();
  run[1].Kill();
  CHECK(run.Hear() == "1 lost");
}

TEST_CASE("a worker that finished and then sends no message is lost, not exited") {
  Run run(Plain(), 1);
  run[0].Finish();
  CHECK(run.Heard() == "0 finished");
  run[0].SendRaw("");
  CHECK(run.Hear() == "0 lost 'result header: 0 bytes are not the 40 of a header'");
}

// Events.

TEST_CASE("the descriptor is readable exactly while events wait") {
  Run run(Plain(), 1);
  CHECK_FALSE(run.EventsWait());
  run[0].BeReady();
  CHECK(run.EventsWait());
  CHECK(run.Heard() == "0 ready");
  CHECK_FALSE(run.EventsWait());
  CHECK(run.Heard().empty());
  run[0].SendNeed(true);  // no event
  run[0].Settle();
  CHECK_FALSE(run.EventsWait());
  run[0].Tell("x");
  run[0].Tell("y");
  run[0].Settle();
  CHECK(run.Heard() == "0 event 'x'; 0 event 'y'");
  CHECK_FALSE(run.EventsWait());
}

TEST_CASE("a test that has passed is heard of while the next one runs") {
  Run run(Plain(), 1);
  run.Add({{"a"}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[0].Begin() == "begun");
  CHECK(run.Heard() == "0 begun a");
  run[0].Send(ResultKind::kStarted, 0);
  run[0].Report(0, Phase::kCall, Outcome::kPassed);
  run[0].Send(ResultKind::kDone, 0);
  run[0].Send(ResultKind::kStarted, 1);  // and nobody rings
  CHECK(run.Hear() == "0 item a.0 [call passed]");
}

TEST_CASE("passed setups and teardowns are told where all phases are wanted") {
  for (const bool all : {false, true}) {
    Run run(Plain(), 1);
    if (all) run.dispatcher.ReportAllPhases();
    run.Add({{"a"}});
    CHECK(run[0].Ask() == "run a");
    run[0].Send(ResultKind::kStarted, 0);
    for (const Phase phase : {Phase::kSetup, Phase::kCall, Phase::kTeardown})
      run[0].Report(0, phase, Outcome::kPassed);
    run[0].Send(ResultKind::kDone, 0);
    run[0].Settle();
    CHECK(run.Heard() == (all ? "0 item a.0 [setup passed, call passed, teardown passed]"
                              : "0 item a.0 [call passed]"));
  }
}

// Commands of any size.

TEST_CASE("lists of 5 MB arrive complete and in order") {
  Run run(Plain(), 1);
  codec::UnitSpec spec{.key = "a", .argument = 3, .only = {}, .skip = {}};
  for (uint64_t i = 0; i < 50'000; ++i) {
    spec.only.push_back(ring::Frame(i, i % 100));
    spec.skip.push_back(ring::Frame(i + 1, 50 + i % 3));
  }
  run.dispatcher.AddUnits({{.spec = spec}});
  run.Add({{"b"}});
  run[0].SendNeed(true);
  run[0].Await();
  CHECK(run[0].command().unit == spec);
  CHECK(run[0].Ask() == "run b");
}

TEST_CASE("a node id may be long") {
  Run run(Plain(), 1);
  const std::string id = ring::Frame(1, 500'000);
  run.dispatcher.AddUnits({{.spec = {.key = "a", .argument = 0, .only = {}, .skip = {"x", id}}}});
  CHECK(run[0].Ask() == "run a skip x " + id);
}

TEST_CASE("a command that no ring can take loses its worker and not the run") {
  Run run(Plain(), 2);
  run.dispatcher.AddUnits({{.spec = {.key = std::string(1 << 20, 'k')}}});
  CHECK(run[0].Ask() == "nothing");
  CHECK(run.Heard() ==
        "0 lost 'command ring: frame of 1048637 bytes does not fit into the "
        "1048576 of the ring'");
  CHECK(run.dispatcher.HasQueuedUnits());
}

// The end.

TEST_CASE("a dispatcher ends at any moment of its thread") {
  const Watchdog watchdog;
  for (int round = 0; round < 3000; ++round) {
    const Dispatcher dispatcher(Plain());
    if (round % 3 == 1) (void)dispatcher.HasQueuedUnits();
    if (round % 3 == 2) std::this_thread::yield();
  }
}

TEST_CASE("a dispatcher ends while workers ask and talk") {
  for (int round = 0; round < 20; ++round) {
    std::optional<Run> run(std::in_place, With([](Settings& s) { s.discover = true; }), 2);
    WorkerPort port((*run).dispatcher.ChannelFd(0), (*run).dispatcher.ControlFd());
    CHECK((*run)[1].Ask() == "discover");
    std::thread worker([&] {
      for (int i = 0; i < 1000; ++i) port.Send({.kind = ResultKind::kNeed, .item = 1}, {});
    });
    run.reset();
    worker.join();
  }
}

}  // namespace
}  // namespace dxpy::dispatch
