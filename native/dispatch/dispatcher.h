#pragma once

#include <atomic>
#include <csignal>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "codec/messages.h"
#include "dispatch/event.h"
#include "dispatch/output_pipe.h"
#include "dispatch/standstill.h"
#include "dispatch/worker_link.h"
#include "ring/channel.h"
#include "ring/death_watch.h"
#include "schedule/splitting.h"
#include "schedule/work_queues.h"

namespace dxpy::dispatch {

/// Signals are the main thread's: it must see Ctrl-C.
template <typename Function>
std::thread StartWithoutSignals(Function function) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(function));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

/// How a run behaves; fixed from its beginning.
struct Settings {
  schedule::Order order = schedule::Order::kLongestFirst;
  uint32_t barrier = 1;       ///< no unit is given before so many workers are ready or lost
  bool discover = true;       ///< the first worker that asks lists the units
  bool split = false;         ///< an idle worker may get the tail of a unit that runs
  uint32_t max_failures = 0;  ///< halt at so many failed reports; 0: never
  bool halt_on_collect_error = false;
  double slow_seconds = 0;  ///< an item that runs longer is told of, once; 0: none
  StageLimits limits;       ///< of what is no test
  ring::RunState halt = ring::RunState::kStopped;  ///< what halting means
};

/// An item that runs.
struct RunningItem {
  uint32_t worker = 0;
  uint32_t unit = 0;
  uint32_t item = 0;
  double seconds = 0;  ///< since it began
};

/// One piece of work as the controller adds it.
struct NewUnit {
  codec::UnitSpec spec;
  double cost_seconds = 0;
  uint32_t position = 0;
  bool recorded = false;
  double start_seconds = -1;  ///< recorded: of `cost_seconds`, what each worker needs that runs a
                              ///< share of it; -1: not known
  bool whole = true;          ///< never to be shared
  bool exclusive = false;     ///< for the one worker that runs all such units, and whole
  std::vector<schedule::SlowItem> slow;  ///< recorded: items of which `cost_seconds` is much
};

/// Drives the workers of one run: answers their requests for work from the
/// queues, gathers their results into events, sees them die.
///
/// All of that happens on a thread of its own that knows nothing of Python, so a
/// worker never waits for the controller's interpreter. Public functions may be
/// called from any thread.
class Dispatcher {
 public:
  /// Starts two threads, FollowOutput another one: fork no process from here on.
  explicit Dispatcher(const Settings& settings);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// Opens a worker's channel, with room for settings of that size. @returns its
  /// number, from 0 up.
  uint32_t OpenWorker(bool shared, size_t settings_bytes);
  /// The descriptors to hand to the worker's process; owned by the dispatcher.
  [[nodiscard]] int ChannelFd(uint32_t worker) const;
  [[nodiscard]] int ControlFd() const { return control_.fd(); }
  /// The worker's process exists: sends its settings and watches for its death.
  void StartWorker(uint32_t worker, UniqueFd pidfd, std::string settings);
  /// What the worker writes to the other end of this pipe becomes events, line by line.
  /// @param stream  1 or 2, as the worker's descriptor.
  void FollowOutput(uint32_t worker, uint32_t stream, UniqueFd fd);
  /// More settings, for a worker that waits for them.
  void SendOrders(uint32_t worker, std::string orders);
  /// Reports the passed setups and teardowns from now on, too.
  void ReportAllPhases();

  /// Queues units for all shared workers. @returns the number of the first; they count up.
  uint32_t AddUnits(std::vector<NewUnit> units);
  /// Takes units back that turned out not to exist, offered ones too; those begun stay.
  void DropUnits(std::span<const uint32_t> units);
  /// Gives units that are not begun their places anew, in the order of `units`.
  void SetPositions(std::span<const uint32_t> units);
  /// No unit is to come of discovery any more.
  void EndDiscovery();
  /// A unit for one worker, which runs it before those of the queues, and after what was
  /// pinned to it before. A shared worker that dies leaves its units to the others.
  /// @returns its number.
  uint32_t Pin(uint32_t worker, codec::UnitSpec spec);
  /// A worker that is not shared may end its session when it is through.
  void Release(uint32_t worker);

  [[nodiscard]] ring::RunState state() const { return control_.state(); }
  void Stop();
  /// After a halt: goes on, with so many failures counted. @returns false, and the run
  /// stays halted, while a failure is on its way that TakeEvents has not returned.
  bool Resume(uint32_t failures);

  /// Readable while events wait to be taken.
  [[nodiscard]] int EventFd() const { return event_fd_.get(); }
  std::vector<Event> TakeEvents();
  /// When the first unit was offered to a worker, by FileClockNs(); 0 where none was.
  [[nodiscard]] int64_t FirstOfferNs() const {
    const std::lock_guard lock(mutex_);
    return first_offer_ns_;
  }
  /// What each worker runs now that runs something, by number.
  [[nodiscard]] std::vector<RunningItem> RunningItems() const;
  /// Whether units wait in the queues, or nobody has listed them yet.
  [[nodiscard]] bool HasQueuedUnits() const;

 private:
  struct UnitRecord {
    codec::UnitSpec spec;
    schedule::Unit unit;
    double start_seconds = -1;
    bool whole = true;
    std::vector<schedule::SlowItem> slow;
    std::optional<codec::Cuts> cuts;  ///< it may be cut there; told before it is collected
    std::optional<WorkerLink::Collected> collected;  ///< by the worker that began it
  };

  /// The workers of one unit, and what they have left to begin.
  struct Sharing {
    uint32_t workers = 0;
    schedule::ItemCosts costs;
    double left_seconds = 0;     ///< of items that nobody has begun
    double collect_seconds = 0;  ///< of the worker that began it
    double longest_setup = 0;
    WorkerLink* richest = nullptr;  ///< of those with items that may be cut off
    ring::Items items;              ///< its items
    uint32_t cut = 0;               ///< where
    [[nodiscard]] double tail_seconds() const { return costs.Seconds(cut, items.limit); }
  };

  void Loop();
  bool Step();
  bool StepOrGiveUp();
  [[nodiscard]] bool SomeUnitRuns() const;
  [[nodiscard]] bool SomeWorkerLives() const;
  bool ReadResults(WorkerLink& link);
  bool WriteCommands(WorkerLink& link);
  void OnResult(WorkerLink& link, const WorkerLink::Result& result);
  void CountFailure(const WorkerLink& link, const codec::ResultHeader& header);
  void Bury(WorkerLink& link, std::string problem);
  void ServeAll();
  void Serve(WorkerLink& link);
  [[nodiscard]] bool BarrierIsOpen() const;
  void ServeShared(WorkerLink& link);
  void ServePinned(WorkerLink& link);
  void OfferUnit(WorkerLink& link, uint32_t unit, bool join = false);
  bool OfferOwnUnit(WorkerLink& link);
  void LeaveOwnUnits(WorkerLink& link);
  std::optional<uint32_t> Revoke(const WorkerLink& thief);
  [[nodiscard]] bool SomeOfferIsOpen(const WorkerLink& besides) const;

  // dispatcher_sharing.cc: units that several workers run.
  void OnDivisible(const WorkerLink& link, const WorkerLink::Result& result);
  void OnCollected(const WorkerLink& link);
  void OnShareEnds(const WorkerLink& link);
  bool ServeShare(WorkerLink& link);
  [[nodiscard]] bool AwaitsCollection(const WorkerLink& link) const;
  [[nodiscard]] Sharing Survey(uint32_t unit) const;
  [[nodiscard]] static double OrdinarySeconds(const UnitRecord& record);
  void Look(WorkerLink& link, Sharing& sharing) const;
  [[nodiscard]] bool MayJoin(const WorkerLink& thief, uint32_t unit) const;
  [[nodiscard]] static double RunSeconds(const UnitRecord& record);
  [[nodiscard]] static bool IsWorthCollectingTwice(const UnitRecord& record, uint32_t workers);
  [[nodiscard]] bool IsWorthSharing(const WorkerLink& thief, uint32_t unit) const;
  [[nodiscard]] std::optional<uint32_t> UnitToJoin(const WorkerLink& thief) const;
  [[nodiscard]] std::optional<uint32_t> UnitToJoinFirst(const WorkerLink& thief) const;
  [[nodiscard]] bool MayGetMore(const WorkerLink& link, bool idle) const;
  [[nodiscard]] bool AwaitsUnitHandedOn(const WorkerLink& home) const;
  [[nodiscard]] bool AwaitsUnitToJoinFirst(const WorkerLink& thief) const;
  [[nodiscard]] bool SomeUnitMayBeShared(const WorkerLink& thief) const;

  // dispatcher_output.cc
  void OutputLoop();
  void EndOutput(const WorkerLink& link);
  void EmitOutput(const OutputPipe& output, std::string lines);
  void ResumeOutput();

  void Answer(WorkerLink& link, codec::CommandKind kind);
  void Emit(Event event);

  const Settings settings_;
  ring::RunControl control_;
  UniqueFd event_fd_;
  UniqueFd output_bell_;  ///< an eventfd that ends the sleep of output_thread_
  ring::DeathWatch death_watch_;

  mutable std::mutex mutex_;  // one lock: it is held for microseconds, and contended rarely
  std::vector<std::unique_ptr<WorkerLink>> workers_;
  std::vector<UnitRecord> units_;
  schedule::WorkQueues queues_;
  std::vector<Event> events_;
  std::vector<OutputPipe> outputs_;
  size_t output_bytes_ = 0;  ///< of lines in events_
  uint64_t last_ticket_ = 0;
  int64_t first_offer_ns_ = 0;
  uint32_t barrier_;
  uint32_t failures_ = 0;
  bool all_phases_ = false;
  bool discovery_wanted_;
  bool discovery_open_;
  bool shared_have_own_ = false;  ///< units were pinned to workers that are shared

  std::atomic<bool> ending_ = false;
  std::thread output_thread_;  ///< started with the first of outputs_
  std::thread thread_;         // last: it uses all of the above
};

}  // namespace dxpy::dispatch
