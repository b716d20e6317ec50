#include "dispatch/standstill.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace dxpy::dispatch {
namespace {

using Step = Deadline::Step;
using std::chrono::milliseconds;

constexpr StageLimits kLimits{.start = 4, .collect = 600, .end = 8, .exit = 0};

/// A worker that somebody looks at, and a clock that only the test moves.
struct Watched {
  explicit Watched(Stage stage = Stage::kStart) : stage(stage) { Look(); }

  void Look(bool heard = false) { standstill.Follow(stage, heard, kLimits, now); }
  /// Somebody looks often, as the dispatcher does.
  void Pass(milliseconds time) {
    for (; time.count() > 0; time -= std::min(time, milliseconds(1000))) {
      now += std::min(time, milliseconds(1000));
      Look();
    }
  }
  [[nodiscard]] auto Due() { return standstill.Due(now); }
  [[nodiscard]] bool IsNoticed() { return standstill.IsNoticed(now); }

  Stage stage;
  Deadline::Clock::time_point now{std::chrono::hours(1)};
  Standstill standstill;
};

TEST_CASE("who says nothing for too long is told of, shown, asked to end, and ended") {
  Watched worker;
  worker.Pass(milliseconds(1999));
  CHECK(!worker.IsNoticed());
  worker.Pass(milliseconds(1));
  CHECK(worker.IsNoticed());
  CHECK(!worker.IsNoticed());
  CHECK(worker.standstill.seconds(worker.now) == 2);
  CHECK(!worker.Due());
  worker.Pass(milliseconds(2000));
  CHECK(worker.Due() == Step::kShowStacks);
  CHECK(worker.standstill.stage() == Stage::kStart);
  CHECK(worker.standstill.limit_seconds() == 4);
  worker.Pass(Deadline::kToShowStacks);
  CHECK(worker.Due() == Step::kTerminate);
  worker.Pass(Deadline::kToTerminate);
  CHECK(worker.Due() == Step::kKill);
  worker.Pass(milliseconds(9000));
  CHECK(!worker.Due());
}

TEST_CASE("a word, or another stage, begins anew") {
  Watched worker;
  worker.Pass(milliseconds(3999));
  worker.Look(true);
  worker.Pass(milliseconds(3999));
  CHECK(!worker.Due());
  worker.stage = Stage::kEnd;
  worker.Pass(milliseconds(1000));
  worker.Pass(milliseconds(7000 - 1));
  CHECK(!worker.Due());
  worker.Pass(milliseconds(1001));
  CHECK(worker.Due() == Step::kShowStacks);
}

TEST_CASE("who runs a test, or waits for the controller, does not stand still") {
  Watched worker(Stage::kNone);
  worker.Pass(milliseconds(99'000));
  CHECK(!worker.IsNoticed());
  CHECK(!worker.Due());
}

TEST_CASE("without a limit the user is told, and nothing is ended") {
  Watched worker(Stage::kExit);
  worker.Pass(Standstill::kToNotice);
  CHECK(worker.IsNoticed());
  worker.Pass(milliseconds(99'000));
  CHECK(!worker.Due());
}

TEST_CASE("to collect takes longer than all else") {
  Watched worker(Stage::kCollect);
  worker.Pass(Standstill::kToNoticeCollecting - milliseconds(1));
  CHECK(!worker.IsNoticed());
  worker.Pass(milliseconds(1));
  CHECK(worker.IsNoticed());
}

TEST_CASE("time in which nobody looked does not count: all were stopped") {
  Watched worker;
  worker.now += std::chrono::hours(9);
  worker.Look();
  CHECK(!worker.IsNoticed());
  CHECK(!worker.Due());
  worker.Pass(milliseconds(4000));
  CHECK(worker.Due() == Step::kShowStacks);
  CHECK(!worker.IsNoticed());
}

}  // namespace
}  // namespace dxpy::dispatch
