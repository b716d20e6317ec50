#pragma once

#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>

#include "codec/messages.h"
#include "ring/channel.h"

namespace dxpy::dispatch {

/// The worker's end of its channel. It needs no descriptor after it was made,
/// no clock and no thread, so a test may close, replace or freeze what it likes.
/// In a process that a test has forked nothing is sent.
///
/// Thread safety: one thread.
class WorkerPort {
 public:
  struct Command {
    codec::CommandHeader header;
    codec::UnitSpec unit;  ///< of kRun and kJoin, its parts put together
    std::string payload;   ///< of any other kind
  };

  /// Of this process. The descriptors may be closed afterwards.
  WorkerPort(int channel_fd, int control_fd);

  /// The next command, or nullopt where none has come.
  /// @throws Error  the bytes are not a message.
  std::optional<Command> TryReceive();
  /// Sleeps until a command may have come, or a signal did.
  void WaitForCommand() const;

  /// Wakes the dispatcher, but not for what says no more than that a test has begun,
  /// passed, or ended without a failure: while a unit runs the dispatcher looks by itself.
  void Send(codec::ResultHeader header, std::string_view payload);
  /// Sleeps until the controller has handled all that was sent.
  void WaitUntilHandled() {
    if (!is_in_fork()) results_.WaitDrained();
  }
  /// Whether this is another process than the worker.
  [[nodiscard]] bool is_in_fork() const { return ::getpid() != worker_; }

  /// True where the unit offered under `ticket` is this worker's to begin.
  [[nodiscard]] bool Claim(uint64_t ticket) const { return channel_.Claim(ticket); }
  /// The unit's items are this worker's to begin, up to where the controller cuts.
  void OpenItems(uint32_t unit, uint32_t items) const {
    channel_.item_span().Open(unit, {.next = 0, .limit = items});
  }
  /// The next item of the unit that is this worker's.
  [[nodiscard]] std::optional<uint32_t> ClaimItem(uint32_t unit) const {
    return channel_.item_span().Claim(unit);
  }
  /// What ClaimItem would return now. It may still go to another worker.
  [[nodiscard]] std::optional<uint32_t> NextItem(uint32_t unit) const {
    const auto items = channel_.item_span().Look(unit);
    return items && items->left() > 0 ? std::optional(items->next) : std::nullopt;
  }
  [[nodiscard]] ring::RunState state() const { return control_.state(); }
  /// Returns kRunning or kStopped, sleeping while the run is paused.
  [[nodiscard]] ring::RunState WaitWhilePaused() const { return control_.WaitWhilePaused(); }

 private:
  pid_t worker_ = ::getpid();
  ring::RunControl control_;
  ring::Channel channel_;
  ring::RingReader commands_;
  ring::RingWriter results_;
  uint32_t seen_ = 0;    ///< the bell's ticket when the ring was last found empty
  bool failed_ = false;  ///< a report of the running item was a failure
  codec::UnitSpec parts_;
};

}  // namespace dxpy::dispatch
