#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "codec/messages.h"
#include "dispatch/deadline.h"
#include "dispatch/event.h"
#include "dispatch/standstill.h"
#include "ring/channel.h"

namespace dxpy::dispatch {

/// Upon it a worker that was told of a deadline shows where its threads are; it is sent to no
/// other.
[[nodiscard]] int StackSignal();

/// The controller's end of one worker: sends commands, reads results, and knows
/// what the worker is doing. Not thread-safe; the dispatcher's lock guards it.
class WorkerLink {
 public:
  /// A unit that the worker was told of and has not begun.
  struct Offer {
    uint32_t unit = codec::kNone;
    uint64_t ticket = 0;
    bool join = false;  ///< another worker has begun it
    bool own = false;   ///< it was pinned to this worker
  };

  /// Which items it has collected of its unit, and whether others have the same.
  struct Collected {
    uint64_t hash = 0;
    uint32_t items = 0;
    bool operator==(const Collected&) const = default;
  };

  /// @param control  must outlive the link.
  WorkerLink(uint32_t id, bool shared, size_t settings_bytes, const ring::RunControl& control);

  [[nodiscard]] uint32_t id() const { return id_; }
  /// Whether it takes part in the common work; else it runs what it is given.
  [[nodiscard]] bool shared() const { return shared_; }
  [[nodiscard]] const ring::Channel& channel() const { return channel_; }

  /// Queues a command; it goes out as soon as the ring has room.
  void Send(codec::CommandKind kind, std::string payload = {});
  void SendUnit(uint32_t unit, const codec::UnitSpec& spec, uint64_t ticket, bool join = false);
  /// Gives it items of its present unit, in answer to a need.
  void SendSpan(ring::Items items);
  /// Writes what fits. @returns whether something was written.
  /// @throws Error  a command is larger than the ring, or the worker has damaged it.
  bool Flush();

  /// The next result with its payload, or nullopt where none has arrived.
  /// The payload stays valid until the next call.
  /// @throws Error  the bytes are not a message.
  struct Result {
    codec::ResultHeader header;
    std::span<const std::byte> payload;
  };
  std::optional<Result> Receive();

  /// Gathers the reports of the running item; the item's event at its end.
  /// @param all_phases  keep the passed setups and teardowns that say nothing more.
  std::optional<Event> Follow(const Result& result, bool all_phases);

  /// The unit that it has begun and not ended; kNone: none.
  [[nodiscard]] uint32_t unit() const { return unit_; }
  [[nodiscard]] bool runs_unit() const { return unit_ != codec::kNone; }
  /// Whether another worker has begun that unit.
  [[nodiscard]] bool joined() const { return joined_; }
  /// What it has collected of that unit, once it has.
  [[nodiscard]] const std::optional<Collected>& collected() const { return collected_; }
  /// Seconds from the beginning of the unit until it was collected.
  [[nodiscard]] double collect_seconds() const { return collect_seconds_; }
  /// Seconds since it began to run items of the unit, and how many have ended.
  [[nodiscard]] double running_seconds() const;
  [[nodiscard]] uint32_t items_done() const { return items_done_; }
  /// The longest setup phase of its life, in seconds: what session fixtures take.
  [[nodiscard]] double longest_setup() const { return longest_setup_; }

  /// Whether it has started an item and not ended it.
  [[nodiscard]] bool runs_item() const { return item_ != codec::kNone; }

  /// The item that it runs, and since when in seconds; nullopt: none.
  [[nodiscard]] std::optional<std::pair<uint32_t, double>> running_item() const;

  /// Whether a report of the running item was a failure.
  [[nodiscard]] bool in_failing_item() const;

  /// Sees to the deadline of the running item. @returns  the event of one that was missed.
  std::optional<Event> Enforce();

  /// Sees to what is no test. @returns  the event of one that says nothing for long, or too long.
  std::optional<Event> Watch(ring::RunState state, const StageLimits& limits);

  /// The event of a running item that takes longer; once.
  /// @param limit_seconds  0: none does.
  std::optional<Event> FindSlow(double limit_seconds);

  /// What it was doing when it died.
  [[nodiscard]] Event LastWords(std::string problem);

  std::optional<Offer> offer;      ///< told of, not begun
  std::optional<bool> need;        ///< waits for an answer; true: it is idle
  std::deque<uint32_t> own_units;  ///< pinned to it; it runs them before any other
  bool released = false;           ///< where not shared: nothing more will come
  bool ordered = false;            ///< knows all that it needs to start its session
  bool ready = false;
  bool discovers = false;       ///< was told to and has not answered
  bool finished = false;        ///< its session has ended
  bool dead = false;            ///< its process has ended, or is given up
  UniqueFd pidfd;               ///< of its process, once that exists
  std::vector<uint32_t> begun;  ///< units that it has begun, in that order

 private:
  Event Make(EventKind kind, const Result& result) const;
  Event MakeTimed(EventKind kind, const Result& result) const;
  Event Begin(const Result& result);
  void StartItem(const codec::ResultHeader& header);
  void NotePhase(const Result& result, bool all_phases);
  Event EndItem(const Result& result);
  [[nodiscard]] Stage FindStage(ring::RunState state) const;
  [[nodiscard]] Event MakeStage(EventKind kind, double seconds) const;
  void TakeStep(Deadline::Step step) const;
  void Signal(int number) const;
  void NoteDuration(const codec::ResultHeader& header);
  void Enqueue(codec::CommandHeader header, std::string payload);

  uint32_t id_;
  bool shared_;
  ring::Channel channel_;
  ring::RingWriter commands_;
  ring::RingReader results_;
  std::deque<std::string> outbox_;
  uint64_t sequence_ = 0;
  uint32_t unit_ = codec::kNone;  ///< begun and not done
  uint32_t item_ = codec::kNone;  ///< started and not done
  std::chrono::steady_clock::time_point item_since_;
  bool item_is_slow_ = false;  ///< and FindSlow has said so
  using Clock = std::chrono::steady_clock;
  Clock::time_point begun_at_;                      ///< when unit_ was; a worker has no clock
  std::optional<Clock::time_point> running_since_;  ///< when the first item of unit_ could run
  bool joined_ = false;
  std::optional<Collected> collected_;
  double collect_seconds_ = 0;
  uint32_t items_done_ = 0;
  double longest_setup_ = 0;
  double item_seconds_ = 0;  ///< all phases of item_, as far as reported
  std::vector<PhaseRecord> phases_;
  Deadline deadline_;  ///< of item_
  Standstill standstill_;
  bool heard_ = false;   ///< since the last Watch
  bool ending_ = false;  ///< it runs no more items
};

}  // namespace dxpy::dispatch
