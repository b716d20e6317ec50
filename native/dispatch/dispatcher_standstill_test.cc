#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "dispatch/test_support.h"

// Workers that stand still where no test runs.

namespace dxpy::dispatch {
namespace {

/// All that is heard until a worker is lost.
std::string HearUntilLost(Run& run) {
  std::string heard;
  while (heard.find("lost") == std::string::npos) heard += run.Hear() + "; ";
  return heard;
}

void LimitAll(Settings& settings) {
  settings.limits = {.start = 0.3, .collect = 0.3, .end = 0.3, .exit = 0.3};
}

TEST_CASE("a worker that does not start its session, or end it, is ended") {
  for (const bool starts : {true, false}) {
    Run run(With(LimitAll), 1);
    if (starts) run[0].BeReady();
    if (starts) run[0].SendHeader({.kind = ResultKind::kEnding});
    run.dispatcher.SendOrders(0, "orders");
    const std::string heard = HearUntilLost(run);
    CHECK(heard.find(starts ? "0 stuck.3" : "0 stuck.1") != std::string::npos);
    CHECK(heard.ends_with("0 lost; "));
  }
}

TEST_CASE("a worker that collects for too long is ended, in its unit") {
  Run run(With(LimitAll), 1);
  run.Add({{"a"}});
  run.dispatcher.SendOrders(0, "orders");
  run[0].BeReady();
  REQUIRE(run[0].Await() == "configure 'orders'");
  REQUIRE(run[0].Ask() == "run a");
  REQUIRE(run[0].Begin() == "begun");
  CHECK(HearUntilLost(run).find("0 stuck a.2") != std::string::npos);
}

TEST_CASE("a process that does not follow its session is ended") {
  Run run(With(LimitAll), 1);
  run[0].Finish();
  std::string heard;
  while (heard.find("exited") == std::string::npos) heard += run.Hear() + "; ";
  CHECK(heard.find("0 stuck.4") != std::string::npos);
}

TEST_CASE("who has no orders, sleeps until a command comes, or runs a test is left alone") {
  Run run(With(LimitAll), 1);
  FakeWorker& waits = run.Open();
  FakeWorker& runs = run.Open();
  for (const uint32_t number : {1, 2}) run.dispatcher.SendOrders(number, "orders");
  waits.BeReady();
  runs.BeReady();
  REQUIRE(waits.Await() == "configure 'orders'");
  REQUIRE(runs.Await() == "configure 'orders'");
  runs.Send(ResultKind::kStarted, 0);
  std::thread sleeper([&waits] { waits.Await(); });
  // Another one is ended meanwhile, and twice its time is over.
  for (int round = 0; round < 2; ++round) {
    const uint32_t number = 3 + static_cast<uint32_t>(round);
    run.Open();
    run.dispatcher.SendOrders(number, "orders");
    const std::string heard = HearUntilLost(run);
    for (const char* worker : {"0 stuck", "1 stuck", "2 stuck"})
      CHECK(heard.find(worker) == std::string::npos);
  }
  run.dispatcher.SendOrders(1, "wake up");
  sleeper.join();
}

}  // namespace
}  // namespace dxpy::dispatch
