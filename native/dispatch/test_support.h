#pragma once

#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/process.h"
#include "dispatch/dispatcher.h"
#include "dispatch/worker_port.h"
#include "ring/test_support.h"

// The words that the tests of this folder are written in.

namespace dxpy::dispatch {

using codec::CommandKind;
using codec::Outcome;
using codec::Phase;
using codec::ResultKind;
using ring::RunState;

/// Aborts a test that hangs, so that doctest says which one it was.
class Watchdog {
 public:
  explicit Watchdog(unsigned seconds = 60) {
    std::signal(SIGALRM, [](int) { std::abort(); });
    alarm(seconds);
  }
  ~Watchdog() { alarm(0); }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
};

inline std::string Text(const std::vector<std::string>& words, const char* between = " ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

inline std::string Text(Phase phase) {
  constexpr std::array kNames{"none", "setup", "call", "teardown", "other"};
  return kNames[static_cast<size_t>(phase)];
}

inline std::string Text(Outcome outcome) {
  constexpr std::array kNames{"none", "passed", "failed", "skipped", "other"};
  return kNames[static_cast<size_t>(outcome)];
}

inline std::string Quoted(const std::string& payload) {
  return payload.empty() ? "" : " '" + payload + "'";
}

/// "run a", "run a only x y skip z", "finish", "configure 'settings'".
inline std::string Text(const WorkerPort::Command& command) {
  constexpr std::array kNames{"",     "configure", "discover", "run", "finish",
                              "wait", "part",      "join",     "span"};
  const std::string name = kNames[static_cast<size_t>(command.header.kind)];
  if (command.header.kind != CommandKind::kRun && command.header.kind != CommandKind::kJoin)
    return name + Quoted(command.payload);
  return name + " " + command.unit.key +
         (command.unit.only.empty() ? "" : " only " + Text(command.unit.only)) +
         (command.unit.skip.empty() ? "" : " skip " + Text(command.unit.skip));
}

/// " [setup passed, call failed 'why']", or nothing.
inline std::string Text(const std::vector<PhaseRecord>& phases) {
  std::vector<std::string> words;
  for (const PhaseRecord& phase : phases)
    words.push_back(Text(phase.phase) + " " + Text(phase.outcome) + Quoted(phase.payload));
  return words.empty() ? "" : " [" + Text(words, ", ") + "]";
}

/// "1 begun a", "1 collected a 2", "1 item a.0 [call passed]", "0 lost a.1 'why'".
/// @param name  the unit's, where the event has one.
inline std::string Text(const Event& event, const std::string& name) {
  constexpr std::array kNames{"",        "ready",  "discovered", "begun",    "collected",
                              "item",    "done",   "event",      "finished", "exited",
                              "lost",    "joined", "cut",        "differs",  "divisible",
                              "overdue", "output", "slow",       "waits",    "stuck"};
  const bool count = event.kind == EventKind::kCollected;
  std::string text = std::to_string(event.worker) + " " + kNames[static_cast<size_t>(event.kind)];
  if (event.unit != codec::kNone) text += " " + name;
  if (event.item != codec::kNone) text += (count ? " " : ".") + std::to_string(event.item);
  return text + Text(event.phases) + Quoted(event.payload);
}

// Never returns by itself: ends by Kill, and with a test that is aborted.
inline void Forever() {
  DieWithParent(getppid());
  for (;;) pause();
}

/// A worker whose session is played by the test, and whose process only pauses
/// until it is killed.
class FakeWorker {
 public:
  /// @param dispatcher  must outlive the worker.
  FakeWorker(Dispatcher& dispatcher, uint32_t number, const std::string& settings = {})
      : dispatcher_(dispatcher),
        process_(Forever),
        channel_(ring::Channel::Attach(dispatcher.ChannelFd(number))),
        control_(ring::RunControl::Attach(dispatcher.ControlFd())),
        port_(dispatcher.ChannelFd(number), dispatcher.ControlFd()) {
    dispatcher.StartWorker(number, OpenPidFd(process_.pid()), settings);
    configured_ = Await();
  }

  [[nodiscard]] const std::string& configured() const { return configured_; }
  [[nodiscard]] const WorkerPort& port() const { return port_; }
  [[nodiscard]] const WorkerPort::Command& command() const { return command_; }

  /// The next command; sleeps until it comes.
  std::string Await() {
    for (;;) {
      const std::string told = Told();
      if (told != "nothing") return told;
      port_.WaitForCommand();
    }
  }
  /// The next command that has come, or "nothing".
  std::string Told() {
    std::optional<WorkerPort::Command> next = port_.TryReceive();
    if (!next) return "nothing";
    command_ = std::move(*next);
    const CommandKind kind = command_.header.kind;
    if (kind == CommandKind::kRun || kind == CommandKind::kJoin) unit_ = command_.header.unit;
    return Text(command_);
  }

  void Send(ResultKind kind, uint32_t item = codec::kNone, std::string_view payload = {}) {
    port_.Send({.kind = kind, .unit = unit_, .item = item}, payload);
  }
  void Report(uint32_t item, Phase phase, Outcome outcome, std::string_view payload = {}) {
    port_.Send({.kind = ResultKind::kPhase,
                .phase = phase,
                .outcome = outcome,
                .unit = unit_,
                .item = item},
               payload);
  }
  /// An event that is not about a test.
  void Tell(std::string_view payload, Outcome outcome = Outcome::kNone) {
    port_.Send({.kind = ResultKind::kEvent, .outcome = outcome}, payload);
  }
  void SendHeader(const codec::ResultHeader& header) { port_.Send(header, {}); }
  /// A frame that is no message.
  void SendRaw(const std::string& bytes) {
    channel_.ResultWriter(control_).Write(ring::AsBytes(bytes), {});
  }

  /// Sleeps until the dispatcher has read all that was sent, and has answered or
  /// decided not to: it holds its lock from the one to the other.
  void Settle() {
    port_.WaitUntilHandled();
    (void)dispatcher_.HasQueuedUnits();
  }
  void WaitUntilHandled() { port_.WaitUntilHandled(); }

  void BeReady() {
    port_.Send({.kind = ResultKind::kReady}, {});
    Settle();
  }
  void SendNeed(bool idle) { port_.Send({.kind = ResultKind::kNeed, .item = idle ? 1U : 0U}, {}); }
  /// Asks for work, idle. @returns the answer, or "nothing" where it must wait for one.
  std::string Ask() {
    SendNeed(true);
    Settle();
    return Told();
  }
  /// The same with one item still to run.
  std::string AskAhead() {
    SendNeed(false);
    Settle();
    return Told();
  }

  /// Whether the unit that it was told of is its own.
  [[nodiscard]] bool Claim() const { return port_.Claim(command_.header.grant); }
  /// Claims and begins it; "taken" where it is another's.
  std::string Begin() {
    if (!Claim()) return "taken";
    Send(ResultKind::kBegun);
    Settle();
    return "begun";
  }
  /// Collects its unit, whose items are `items`; where it may be cut, if it may.
  void Collect(const codec::ItemList& items, const std::optional<codec::Cuts>& cuts = {}) {
    const auto count = static_cast<uint32_t>(items.size());
    port_.OpenItems(unit_, count);
    if (cuts) Send(ResultKind::kDivisible, count, codec::EncodeCuts(*cuts));
    Send(ResultKind::kCollected, count, codec::Encode(items));
    Settle();
  }
  /// Collects a unit that it has joined.
  void CollectToo(const codec::ItemList& items) {
    Send(ResultKind::kJoined, static_cast<uint32_t>(items.size()),
         codec::EncodeHash(Hash64(codec::Encode(items))));
    Settle();
  }
  /// Claims and runs up to `most` items of its unit. @returns their numbers.
  std::string RunItems(size_t most = 1000) {
    std::vector<std::string> ran;
    while (ran.size() < most) {
      const auto item = port_.ClaimItem(unit_);
      if (!item) break;
      Send(ResultKind::kStarted, *item);
      Send(ResultKind::kDone, *item);
      ran.push_back(std::to_string(*item));
    }
    Settle();
    return Text(ran);
  }
  void EndUnit() {
    Send(ResultKind::kUnitDone);
    Settle();
  }
  void Finish(std::string_view payload = {}) {
    port_.Send({.kind = ResultKind::kFinished}, payload);
    Settle();
  }
  void Kill() { process_.Kill(); }
  [[nodiscard]] bool IsAlive() const { return kill(process_.pid(), 0) == 0; }

 private:
  Dispatcher& dispatcher_;
  ring::Child process_;
  ring::Channel channel_;
  ring::RunControl control_;
  WorkerPort port_;
  WorkerPort::Command command_;
  uint32_t unit_ = codec::kNone;  ///< the last that it was told of
  std::string configured_;
};

/// Units in the order they are added, no barrier, no discovery.
inline Settings Plain() {
  return {.order = schedule::Order::kGiven, .barrier = 0, .discover = false};
}

/// The same with a change.
inline Settings With(void (*change)(Settings&)) {
  Settings settings = Plain();
  change(settings);
  return settings;
}

struct NamedCost {
  std::string name;
  double cost_seconds = 1;
  double start_seconds = -1;  ///< not -1: recorded, and the unit may be shared
  std::vector<schedule::SlowItem> slow{};
  bool exclusive = false;
};

/// A dispatcher with fake workers, whose units have names.
class Run {
 public:
  explicit Run(const Settings& settings = Plain(), uint32_t workers = 0) : dispatcher(settings) {
    for (uint32_t i = 0; i < workers; ++i) Open();
  }

  FakeWorker& Open(bool shared = true, const std::string& settings = {}) {
    const uint32_t number = dispatcher.OpenWorker(shared, settings.size());
    return workers_.emplace_back(dispatcher, number, settings);
  }
  FakeWorker& operator[](size_t number) { return workers_[number]; }

  std::vector<uint32_t> Add(const std::vector<NamedCost>& named) {
    std::vector<NewUnit> units;
    for (const NamedCost& unit : named) {
      const auto position = static_cast<uint32_t>(names_.size() + units.size());
      units.push_back({.spec = {.key = unit.name, .argument = 0, .only = {}, .skip = {}},
                       .cost_seconds = unit.cost_seconds,
                       .position = position,
                       .recorded = unit.start_seconds >= 0,
                       .start_seconds = unit.start_seconds,
                       .whole = unit.start_seconds < 0,
                       .exclusive = unit.exclusive,
                       .slow = unit.slow});
    }
    uint32_t number = dispatcher.AddUnits(std::move(units));
    std::vector<uint32_t> numbers;
    for (const NamedCost& unit : named) {
      names_[number] = unit.name;
      numbers.push_back(number++);
    }
    return numbers;
  }
  void Pin(uint32_t worker, const std::string& name, std::vector<std::string> only = {}) {
    const uint32_t number =
        dispatcher.Pin(worker, {.key = name, .argument = 0, .only = std::move(only), .skip = {}});
    names_[number] = name;
  }

  /// What has been heard since the last call.
  std::string Heard() {
    std::vector<std::string> lines;
    for (const Event& event : dispatcher.TakeEvents())
      lines.push_back(Text(event, names_.contains(event.unit) ? names_[event.unit] : "?"));
    return Text(lines, "; ");
  }
  /// The same, sleeping until something was heard.
  std::string Hear() {
    pollfd readable{dispatcher.EventFd(), POLLIN, 0};
    while (poll(&readable, 1, -1) != 1) continue;
    return Heard();
  }
  [[nodiscard]] bool EventsWait() const {
    pollfd readable{dispatcher.EventFd(), POLLIN, 0};
    return poll(&readable, 1, 0) == 1;
  }

 private:
  const Watchdog watchdog_;

 public:
  Dispatcher dispatcher;

 private:
  std::map<uint32_t, std::string> names_;
  std::deque<FakeWorker> workers_;
};

}  // namespace dxpy::dispatch
