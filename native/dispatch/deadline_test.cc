#include "dispatch/deadline.h"

#include <doctest/doctest.h>

#include <limits>

namespace dxpy::dispatch {
namespace {

using codec::Outcome;
using codec::Phase;
using Step = Deadline::Step;
using std::chrono::milliseconds;

const Deadline::Clock::time_point kStart{std::chrono::hours(1)};

TEST_CASE("a phase that takes too long is shown, asked to end, and ended") {
  Deadline deadline;
  deadline.Begin(2, kStart);
  CHECK(!deadline.Due(kStart + milliseconds(1999)));
  CHECK(deadline.Due(kStart + milliseconds(2000)) == Step::kShowStacks);
  CHECK(!deadline.Due(kStart + milliseconds(2199)));
  CHECK(deadline.Due(kStart + milliseconds(2200)) == Step::kTerminate);
  CHECK(!deadline.Due(kStart + milliseconds(3199)));
  CHECK(deadline.Due(kStart + milliseconds(3200)) == Step::kKill);
  CHECK(!deadline.Due(kStart + milliseconds(99'999)));
}

TEST_CASE("each phase has the whole time") {
  Deadline deadline;
  deadline.Begin(2, kStart);
  deadline.Follow(Phase::kSetup, Outcome::kPassed, kStart + milliseconds(1900));
  CHECK(deadline.phase() == Phase::kCall);
  CHECK(!deadline.Due(kStart + milliseconds(3800)));
  CHECK(deadline.Due(kStart + milliseconds(3900)) == Step::kShowStacks);
  deadline.Follow(Phase::kOther, Outcome::kPassed, kStart + milliseconds(4000));
  deadline.Follow(Phase::kCall, Outcome::kFailed, kStart + milliseconds(4050));
  CHECK(deadline.phase() == Phase::kTeardown);
  CHECK(!deadline.Due(kStart + milliseconds(6000)));
  CHECK(deadline.Due(kStart + milliseconds(6050)) == Step::kShowStacks);
  deadline.Follow(Phase::kTeardown, Outcome::kPassed, kStart + milliseconds(6100));
  CHECK(!deadline.Due(kStart + milliseconds(99'999)));
}

TEST_CASE("after a setup that did not pass the teardown follows") {
  Deadline deadline;
  deadline.Begin(2, kStart);
  deadline.Follow(Phase::kSetup, Outcome::kSkipped, kStart);
  CHECK(deadline.phase() == Phase::kTeardown);
}

TEST_CASE("without a limit nothing is ever due") {
  for (const double limit : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    Deadline deadline;
    deadline.Begin(1, kStart);
    deadline.Begin(limit, kStart);
    deadline.Follow(Phase::kSetup, Outcome::kPassed, kStart);
    CHECK(!deadline.Due(kStart + milliseconds(99'999)));
  }
}

}  // namespace
}  // namespace dxpy::dispatch
