#pragma once

#include <chrono>
#include <optional>

#include "codec/messages.h"

namespace dxpy::dispatch {

/// How long each phase of a worker's test may take, and what is to be done when one takes longer.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  /// For where all threads are to be shown; a worker has room for so much between two steps.
  static constexpr std::chrono::milliseconds kToShowStacks{200};
  /// For handlers of SIGTERM, of the test or of what it uses.
  static constexpr std::chrono::milliseconds kToTerminate{1000};

  enum class Step { kShowStacks, kTerminate, kKill };

  /// A test's setup begins. @param limit_seconds  of each phase; 0 or less: none.
  void Begin(double limit_seconds, Clock::time_point now);
  /// A phase has been reported, and the next one begins. What is no phase of pytest's own does
  /// not count.
  void Follow(codec::Phase phase, codec::Outcome outcome, Clock::time_point now);
  void End() { since_.reset(); }

  /// What is to be done now; each step once, in that order.
  [[nodiscard]] std::optional<Step> Due(Clock::time_point now);

  [[nodiscard]] double limit_seconds() const { return limit_.count(); }
  /// The one that runs.
  [[nodiscard]] codec::Phase phase() const { return phase_; }

 private:
  std::chrono::duration<double> limit_{};
  std::optional<Clock::time_point> since_;  ///< the phase's begin, while one has a limit
  codec::Phase phase_ = codec::Phase::kSetup;
  int done_ = 0;  ///< steps
};

}  // namespace dxpy::dispatch
