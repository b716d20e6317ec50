#include "dispatch/deadline.h"

namespace dxpy::dispatch {

using codec::Phase;

void Deadline::Begin(double limit_seconds, Clock::time_point now) {
  since_.reset();
  done_ = 0;
  if (!(limit_seconds > 0)) return;
  limit_ = std::chrono::duration<double>(limit_seconds);
  since_ = now;
  phase_ = Phase::kSetup;
}

void Deadline::Follow(Phase phase, codec::Outcome outcome, Clock::time_point now) {
  const bool is_phase =
      phase == Phase::kSetup || phase == Phase::kCall || phase == Phase::kTeardown;
  if (!since_ || !is_phase) return;
  if (phase == Phase::kTeardown) return End();
  const bool runs = phase == Phase::kSetup && outcome == codec::Outcome::kPassed;
  phase_ = runs ? Phase::kCall : Phase::kTeardown;
  since_ = now;
  done_ = 0;
}

std::optional<Deadline::Step> Deadline::Due(Clock::time_point now) {
  if (!since_ || done_ > 2) return std::nullopt;
  std::chrono::duration<double> wait = limit_;
  if (done_ > 0) wait += kToShowStacks;
  if (done_ > 1) wait += kToTerminate;
  if (now - *since_ < wait) return std::nullopt;
  return static_cast<Step>(done_++);
}

}  // namespace dxpy::dispatch
