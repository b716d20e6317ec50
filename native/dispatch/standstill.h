#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "dispatch/deadline.h"

namespace dxpy::dispatch {

/// Where a worker is outside of its tests.
enum class Stage : uint32_t {
  kNone = 0,     ///< it runs a test, or waits for the controller
  kStart = 1,    ///< from its orders until its session has started
  kCollect = 2,  ///< it collects, or tears down what the next test does not need
  kEnd = 3,      ///< it runs no more tests, and its session ends
  kExit = 4,     ///< its session is over, and its process ends
};

/// For how long a worker may say nothing in a stage, in seconds; 0: for ever.
struct StageLimits {
  double start = 0;
  double collect = 0;
  double end = 0;
  double exit = 0;

  [[nodiscard]] double of(Stage stage) const;
};

/// For how long a worker has been in a stage without a word, and what is to be done about it.
class Standstill {
 public:
  using Clock = Deadline::Clock;

  /// After it the user is told, or after half of a shorter limit.
  static constexpr std::chrono::seconds kToNotice{10};
  static constexpr std::chrono::seconds kToNoticeCollecting{60};
  /// Who has not looked for so long was stopped, and so the worker may have been.
  static constexpr std::chrono::seconds kLongestGap{5};

  /// It is in this stage now. Time counts from its beginning, or from the last word.
  /// @param heard  whether it has sent something since the last call.
  void Follow(Stage stage, bool heard, const StageLimits& limits, Clock::time_point now);

  /// Whether the user is to be told now; once.
  [[nodiscard]] bool IsNoticed(Clock::time_point now);
  /// What is to be done now; each step once, in their order.
  [[nodiscard]] std::optional<Deadline::Step> Due(Clock::time_point now);

  [[nodiscard]] Stage stage() const { return stage_; }
  [[nodiscard]] double limit_seconds() const { return limit_seconds_; }
  [[nodiscard]] double seconds(Clock::time_point now) const;

 private:
  Stage stage_ = Stage::kNone;
  double limit_seconds_ = 0;
  bool noticed_ = false;
  Clock::time_point since_;
  Clock::time_point looked_;
  Deadline deadline_;
};

}  // namespace dxpy::dispatch
