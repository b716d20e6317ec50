#include "dispatch/standstill.h"

#include <algorithm>

namespace dxpy::dispatch {

double StageLimits::of(Stage stage) const {
  switch (stage) {
    case Stage::kNone:
      return 0;
    case Stage::kStart:
      return start;
    case Stage::kCollect:
      return collect;
    case Stage::kEnd:
      return end;
    case Stage::kExit:
      return exit;
  }
  return 0;
}

void Standstill::Follow(Stage stage, bool heard, const StageLimits& limits, Clock::time_point now) {
  const bool was_stopped = now - looked_ > kLongestGap;
  looked_ = now;
  if (stage == stage_ && !heard && !was_stopped) return;
  stage_ = stage;
  limit_seconds_ = limits.of(stage);
  since_ = now;
  noticed_ = false;
  deadline_.Begin(limit_seconds_, now);
}

bool Standstill::IsNoticed(Clock::time_point now) {
  if (stage_ == Stage::kNone || noticed_) return false;
  std::chrono::duration<double> wait = stage_ == Stage::kCollect ? kToNoticeCollecting : kToNotice;
  if (limit_seconds_ > 0) wait = std::min(wait, std::chrono::duration<double>(limit_seconds_ / 2));
  noticed_ = now - since_ >= wait;
  return noticed_;
}

std::optional<Deadline::Step> Standstill::Due(Clock::time_point now) {
  const std::optional<Deadline::Step> due = deadline_.Due(now);
  if (due) noticed_ = true;  // there is more to tell
  return due;
}

double Standstill::seconds(Clock::time_point now) const {
  return std::chrono::duration<double>(now - since_).count();
}

}  // namespace dxpy::dispatch
