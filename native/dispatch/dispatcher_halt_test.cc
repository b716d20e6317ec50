#include <doctest/doctest.h>

#include <thread>

#include "dispatch/test_support.h"

// How a dispatcher halts a run, and lets it go on.

namespace dxpy::dispatch {
namespace {

TEST_CASE("the last failure that is allowed halts before its worker hears that it was read") {
  Run run(With([](Settings& s) {
            s.max_failures = 2;
            s.halt = RunState::kPaused;
          }),
          1);
  for (int round = 0; round < 500; ++round) {
    CAPTURE(round);
    run[0].Report(0, Phase::kCall, Outcome::kFailed);
    run[0].WaitUntilHandled();
    REQUIRE(run[0].port().state() == RunState::kRunning);
    run[0].Report(1, Phase::kCall, Outcome::kFailed);
    run[0].WaitUntilHandled();
    REQUIRE(run[0].port().state() == RunState::kPaused);
    REQUIRE(run.dispatcher.Resume(0));
  }
  CHECK(run.dispatcher.Resume(1));
  run[0].Report(0, Phase::kCall, Outcome::kFailed);
  run[0].WaitUntilHandled();
  CHECK(run[0].port().state() == RunState::kPaused);
}

TEST_CASE("only failures of shared workers count, and no other outcome") {
  Run run(With([](Settings& s) { s.max_failures = 1; }), 1);
  FakeWorker& own = run.Open(false);
  own.Report(0, Phase::kCall, Outcome::kFailed);
  own.Settle();
  for (const Outcome outcome : {Outcome::kPassed, Outcome::kSkipped, Outcome::kOther})
    run[0].Report(0, Phase::kCall, outcome);
  run[0].Settle();
  CHECK(run.dispatcher.state() == RunState::kRunning);
  run[0].Tell("error", Outcome::kFailed);
  run[0].WaitUntilHandled();
  CHECK(run.dispatcher.state() == RunState::kStopped);
}

TEST_CASE("an error of collection halts where it shall") {
  for (const bool halts : {false, true}) {
    Run run({.barrier = 0, .discover = false, .halt_on_collect_error = halts}, 1);
    run[0].Report(0, Phase::kCall, Outcome::kFailed);
    run[0].Tell("skipped", Outcome::kSkipped);
    run[0].Settle();
    CHECK(run.dispatcher.state() == RunState::kRunning);
    run[0].Tell("error", Outcome::kFailed);
    run[0].WaitUntilHandled();
    CHECK(run.dispatcher.state() == (halts ? RunState::kStopped : RunState::kRunning));
  }
}

TEST_CASE("paused workers go on when the run is resumed") {
  Run run(With([](Settings& s) {
            s.max_failures = 1;
            s.halt = RunState::kPaused;
          }),
          2);
  run.Add({{"a"}});
  run[0].Report(0, Phase::kCall, Outcome::kFailed);
  run[0].Settle();
  std::thread worker([&] { CHECK(run[1].port().WaitWhilePaused() == RunState::kRunning); });
  CHECK(run.dispatcher.Resume(0));
  worker.join();
  CHECK(run[1].Ask() == "run a");
}

TEST_CASE("a run is not resumed before the failure that halted it was taken") {
  Run run(With([](Settings& s) {
            s.max_failures = 1;
            s.halt = RunState::kPaused;
          }),
          1);
  run.Add({{"a"}});
  CHECK(run[0].Ask() == "run a");
  CHECK(run[0].Begin() == "begun");
  CHECK(run.Heard() == "0 begun a");
  run[0].Send(ResultKind::kStarted, 0);
  run[0].Report(0, Phase::kCall, Outcome::kFailed);
  run[0].Settle();
  CHECK_FALSE(run.dispatcher.Resume(0));  // it is still in its teardown
  run[0].Send(ResultKind::kDone, 0);
  run[0].Settle();
  CHECK_FALSE(run.dispatcher.Resume(0));
  CHECK(run.dispatcher.state() == RunState::kPaused);
  CHECK(run.Heard() == "0 item a.0 [call failed]");
  CHECK(run.dispatcher.Resume(0));
  CHECK(run.dispatcher.state() == RunState::kRunning);
}

TEST_CASE("a run is resumed where the worker has died in the test that halted it") {
  Run run(With([](Settings& s) {
            s.max_failures = 1;
            s.halt = RunState::kPaused;
          }),
          1);
  run[0].Send(ResultKind::kStarted, 0);
  run[0].Report(0, Phase::kCall, Outcome::kFailed);
  run[0].Settle();
  run[0].Kill();
  CHECK(run.Hear() == "0 lost.0 [call failed]");
  CHECK(run.dispatcher.Resume(0));
}

TEST_CASE("a stop finishes everybody, who waits and who asks later, and is final") {
  Run run({.order = schedule::Order::kGiven, .barrier = 3, .discover = true}, 3);
  FakeWorker& own = run.Open(false);
  run.Add({{"a"}, {"b"}});
  CHECK(run[0].Ask() == "discover");
  CHECK(run[1].Ask() == "nothing");
  CHECK(own.Ask() == "nothing");
  run.dispatcher.Stop();
  CHECK(run[1].Await() == "finish");
  CHECK(own.Await() == "finish");
  CHECK(run[0].AskAhead() == "finish");
  run.dispatcher.Resume(0);
  CHECK(run[2].Ask() == "finish");
  CHECK(run[2].port().WaitWhilePaused() == RunState::kStopped);
}

}  // namespace
}  // namespace dxpy::dispatch
