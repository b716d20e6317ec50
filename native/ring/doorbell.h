#pragma once

#include <chrono>
#include <cstdint>

#include "ring/ring_format.h"

namespace dxpy::ring {

/// Wakes the one consumer of some rings, through a futex in shared memory; no
/// descriptor is needed, so a test that closes them all does no harm.
///
/// Consumer:  const uint32_t ticket = bell.Ticket();
///            if (<nothing to read>) bell.Wait(ticket);
/// Producer:  <publish>; bell.Ring();          // no system call unless the consumer sleeps
///
/// Thread safety: any number of producers; one consumer.
class Doorbell {
 public:
  /// @param words  must outlive the doorbell.
  explicit Doorbell(DoorbellWords& words) : words_(&words) {}

  [[nodiscard]] uint32_t Ticket() const;
  /// Sleeps until the bell rings after `ticket` was taken, or returns at once if
  /// it has. @returns false at the time-out; a signal handler also ends the wait (true).
  bool Wait(uint32_t ticket,
            std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max()) const;
  void Ring() const;
  /// Producer: whether the consumer sleeps, or is about to. It may be otherwise the next moment.
  [[nodiscard]] bool IsAwaited() const;

 private:
  DoorbellWords* words_;
};

}  // namespace dxpy::ring
