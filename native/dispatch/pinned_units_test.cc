#include "dispatch/dispatcher.h"

#include <doctest/doctest.h>

#include "dispatch/test_support.h"

namespace dxpy::dispatch {
namespace {

TEST_CASE("a worker that is not shared runs what is pinned to it, waits, and is released") {
  Run run(Plain(), 1);
  FakeWorker& own = run.Open(false);
  run.Add({{"a"}});
  CHECK(own.AskAhead() == "wait");
  CHECK(own.Ask() == "nothing");
  run.Pin(1, "p", {"p::x"});
  CHECK(own.Await() == "run p only p::x");
  run.Pin(1, "q");
  CHECK(own.Begin() == "begun");
  CHECK(own.AskAhead() == "run q");
  CHECK(own.Ask() == "nothing");
  run.dispatcher.Release(1);
  CHECK(own.Await() == "finish");
  CHECK(run[0].Ask() == "run a");
}

TEST_CASE("what is offered to a worker that is not shared is nobody else's") {
  Run run(Plain(), 2);
  FakeWorker& own = run.Open(false);
  run.Pin(2, "p");
  CHECK(own.Ask() == "run p");
  CHECK(run[0].AskAhead() == "finish");
  CHECK(run[1].Ask() == "finish");
  own.Kill();
  CHECK(run.Hear() == "2 lost");
  CHECK_FALSE(run.dispatcher.HasQueuedUnits());
}

TEST_CASE("pinned units run before the barrier and while discovery is open") {
  Run run({.order = schedule::Order::kGiven, .barrier = 3, .discover = true});
  FakeWorker& own = run.Open(false);
  run.Pin(0, "p");
  CHECK(own.Ask() == "run p");
}

TEST_CASE("a shared worker runs what is pinned to it first, and nobody steals that") {
  Run run(Plain(), 2);
  run.Add({{"a"}});
  run.Pin(0, "p", {"p::x"});
  run.Pin(0, "q");
  CHECK(run[0].Ask() == "run p only p::x");
  CHECK(run[1].Ask() == "run a");
  CHECK(run[0].Begin() == "begun");
  CHECK(run[0].AskAhead() == "run q");
  CHECK(run[1].Begin() == "begun");
  run[1].EndUnit();
  CHECK(run[1].Ask() == "finish");
}

TEST_CASE("what is pinned to a shared worker that dies goes to the others, in its order") {
  Run run(With([](Settings& s) { s.discover = true; }), 2);
  CHECK(run[1].Ask() == "discover");
  run.Pin(0, "p");
  run.Pin(0, "q", {"q::x"});
  run.Pin(0, "r");
  CHECK(run[0].Ask() == "run p");
  run[0].Kill();
  CHECK(run.Hear() == "0 lost");
  CHECK(run[1].Ask() == "run p");
  CHECK(run[1].Begin() == "begun");
  CHECK(run[1].AskAhead() == "run q only q::x");
  CHECK(run[1].Begin() == "begun");
  CHECK(run[1].AskAhead() == "run r");
}

TEST_CASE("what is pinned to a worker whose session ends goes to the others") {
  Run run(Plain(), 2);
  run.Pin(0, "p");
  run.Pin(0, "q");
  CHECK(run[0].Ask() == "run p");
  CHECK(run[0].Begin() == "begun");
  run[0].Send(ResultKind::kFinished);
  run[0].Settle();
  CHECK(run[1].Ask() == "run q");
}

TEST_CASE("with pinned units nobody's last item waits for the end of discovery") {
  Run run(With([](Settings& s) { s.discover = true; }), 2);
  CHECK(run[1].Ask() == "discover");
  run.Pin(0, "p");
  CHECK(run[0].Ask() == "run p");
  CHECK(run[0].Begin() == "begun");
  CHECK(run[0].AskAhead() == "wait");
  CHECK(run[0].Ask() == "nothing");
  run.dispatcher.EndDiscovery();
  CHECK(run[0].Await() == "finish");
}

}  // namespace
}  // namespace dxpy::dispatch
