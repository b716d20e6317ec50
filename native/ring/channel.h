#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "ring/item_span.h"
#include "ring/ring.h"
#include "ring/shared_memory.h"

namespace dxpy::ring {

/// The page that a controller shares with all of its workers: its doorbell and
/// the state of the run.
class RunControl {
 public:
  static RunControl Create();
  /// @throws Error  not a run control of this version.
  static RunControl Attach(int fd);

  [[nodiscard]] int fd() const { return memory_.fd(); }
  [[nodiscard]] Doorbell controller_bell() const;
  [[nodiscard]] RunState state() const;
  /// Sets the state and wakes every worker that waits in WaitWhilePaused.
  /// kStopped is final: later calls change nothing.
  void SetState(RunState state) const;
  /// Returns kRunning or kStopped, sleeping while the run is paused.
  [[nodiscard]] RunState WaitWhilePaused() const;

 private:
  explicit RunControl(SharedMemory memory) : memory_(std::move(memory)) {}
  [[nodiscard]] RunControlWords& words() const;
  SharedMemory memory_;
};

/// One worker's pair of rings, and the grant word through which an offered unit
/// is either begun by the worker or taken back by the controller, never both.
class Channel {
 public:
  /// @param command_bytes, result_bytes  ring sizes; powers of two, at least 4096.
  static Channel Create(uint32_t command_bytes, uint32_t result_bytes);
  /// @throws Error  not a channel of this version.
  static Channel Attach(int fd);

  [[nodiscard]] int fd() const { return memory_.fd(); }
  [[nodiscard]] Doorbell worker_bell() const;

  // The controller's ends. `control` must outlive them; its bell is the controller's.
  [[nodiscard]] RingWriter CommandWriter(const RunControl& control) const;
  [[nodiscard]] RingReader ResultReader() const;
  // The worker's ends.
  [[nodiscard]] RingReader CommandReader(const RunControl& control) const;
  [[nodiscard]] RingWriter ResultWriter(const RunControl& control) const;

  /// Controller: offers a unit under a ticket that is not 0.
  void Offer(uint64_t ticket) const;
  /// Worker and controller: true for exactly one caller per offered ticket.
  [[nodiscard]] bool Claim(uint64_t ticket) const;
  /// Which items of its unit the worker may still begin.
  [[nodiscard]] ItemSpan item_span() const;

 private:
  Channel(SharedMemory memory, uint32_t command_bytes, uint32_t result_bytes)
      : memory_(std::move(memory)), command_bytes_(command_bytes), result_bytes_(result_bytes) {}
  [[nodiscard]] ChannelWords& words() const;
  [[nodiscard]] std::span<std::byte> command_data() const;
  [[nodiscard]] std::span<std::byte> result_data() const;

  SharedMemory memory_;
  // Copies, since the words in shared memory may be scribbled on.
  uint32_t command_bytes_;
  uint32_t result_bytes_;
};

}  // namespace dxpy::ring
