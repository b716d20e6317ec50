#include "dispatch/worker_link.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <csignal>
#include <utility>

#include "base/hash.h"

namespace dxpy::dispatch {

using codec::CommandKind;
using codec::ResultKind;

namespace {

// For the longest node id; memory that is never written takes none.
constexpr uint32_t kCommandRingBytes = 1024 * 1024;
constexpr uint32_t kResultRingBytes = 1024 * 1024;
// The dispatcher never waits for a worker, so a command must fit into the ring as
// a whole. Longer lists go in parts.
constexpr size_t kPartBytes = 8 * 1024;

uint32_t CommandRingBytes(size_t settings_bytes) {
  return std::max(kCommandRingBytes, std::bit_ceil(static_cast<uint32_t>(settings_bytes) * 2));
}

std::string ToString(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

double SecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Moves node ids into `parts` so that none holds more than kPartBytes of them.
void Split(std::vector<std::string> ids, std::vector<std::string> codec::UnitSpec::* list,
           std::vector<codec::UnitSpec>& parts) {
  size_t bytes = kPartBytes;
  for (std::string& id : ids) {
    bytes += id.size() + sizeof(uint64_t);
    if (bytes > kPartBytes) {
      parts.emplace_back();
      bytes = id.size();
    }
    (parts.back().*list).push_back(std::move(id));
  }
}

}  // namespace

WorkerLink::WorkerLink(uint32_t id, bool shared, size_t settings_bytes,
                       const ring::RunControl& control)
    : id_(id),
      shared_(shared),
      channel_(ring::Channel::Create(CommandRingBytes(settings_bytes), kResultRingBytes)),
      commands_(channel_.CommandWriter(control)),
      results_(channel_.ResultReader()) {}

void WorkerLink::Send(CommandKind kind, std::string payload) {
  Enqueue({.kind = kind}, std::move(payload));
}

void WorkerLink::SendUnit(uint32_t unit, const codec::UnitSpec& spec, uint64_t ticket, bool join) {
  std::vector<codec::UnitSpec> parts;
  Split(spec.only, &codec::UnitSpec::only, parts);
  Split(spec.skip, &codec::UnitSpec::skip, parts);
  for (const codec::UnitSpec& part : parts) Send(CommandKind::kPart, codec::Encode(part));
  const codec::UnitSpec head{.key = spec.key, .argument = spec.argument, .only = {}, .skip = {}};
  const CommandKind kind = join ? CommandKind::kJoin : CommandKind::kRun;
  Enqueue({.kind = kind, .unit = unit, .grant = ticket}, codec::Encode(head));
}

void WorkerLink::SendSpan(ring::Items items) {
  channel_.item_span().Open(unit_, items);
  if (!running_since_) running_since_ = Clock::now();
  Enqueue({.kind = CommandKind::kSpan, .unit = unit_}, {});
}

void WorkerLink::Enqueue(codec::CommandHeader header, std::string payload) {
  header.sequence = ++sequence_;
  header.payload_bytes = static_cast<uint32_t>(payload.size());
  outbox_.push_back(codec::EncodeHeader(header) + payload);
}

bool WorkerLink::Flush() {
  bool wrote = false;
  while (!outbox_.empty() && commands_.TryWrite(std::as_bytes(std::span(outbox_.front())), {})) {
    outbox_.pop_front();
    wrote = true;
  }
  return wrote;
}

std::optional<WorkerLink::Result> WorkerLink::Receive() {
  const auto frame = results_.Next();
  if (!frame) return std::nullopt;
  heard_ = true;
  return Result{codec::DecodeResult(*frame), frame->subspan(codec::kResultHeaderBytes)};
}

Event WorkerLink::Make(EventKind kind, const Result& result) const {
  const codec::ResultHeader& header = result.header;
  return {.kind = kind,
          .worker = id_,
          .unit = header.unit,
          .item = header.item,
          .seconds = 0,
          .phases = {},
          .payload = ToString(result.payload)};
}

Event WorkerLink::MakeTimed(EventKind kind, const Result& result) const {
  Event event = Make(kind, result);
  event.seconds = SecondsSince(begun_at_);
  return event;
}

Event WorkerLink::Begin(const Result& result) {
  unit_ = result.header.unit;
  begun.push_back(unit_);
  begun_at_ = Clock::now();
  joined_ = offer && offer->join;
  running_since_.reset();
  collected_.reset();
  items_done_ = 0;
  offer.reset();
  return Make(joined_ ? EventKind::kJoined : EventKind::kBegun, result);
}

void WorkerLink::StartItem(const codec::ResultHeader& header) {
  item_ = header.item;
  item_since_ = Clock::now();
  item_is_slow_ = false;
  item_seconds_ = 0;
  phases_.clear();
  deadline_.Begin(header.duration_seconds, Clock::now());
}

int StackSignal() { return SIGRTMAX - 4; }

void WorkerLink::Signal(int number) const {
  // Not kill(2): the process may have ended, and another one have its number.
  if (pidfd.get() >= 0) syscall(SYS_pidfd_send_signal, pidfd.get(), number, nullptr, 0);
}

void WorkerLink::TakeStep(Deadline::Step step) const {
  switch (step) {
    case Deadline::Step::kShowStacks:
      return Signal(StackSignal());
    case Deadline::Step::kTerminate:
      return Signal(SIGTERM);
    case Deadline::Step::kKill:
      return Signal(SIGKILL);
  }
}

std::optional<Event> WorkerLink::Enforce() {
  if (item_ == codec::kNone) return std::nullopt;
  const std::optional<Deadline::Step> due = deadline_.Due(Clock::now());
  if (!due) return std::nullopt;
  TakeStep(*due);
  if (*due != Deadline::Step::kShowStacks) return std::nullopt;
  return Event{.kind = EventKind::kOverdue,
               .worker = id_,
               .unit = unit_,
               .item = item_,
               .seconds = deadline_.limit_seconds(),
               .phases = {{.phase = deadline_.phase(), .payload = {}}},
               .payload = {}};
}

Stage WorkerLink::FindStage(ring::RunState state) const {
  if (finished) return Stage::kExit;
  // Who sleeps until a command comes is not at work, and a pause is the controller's.
  if (!ordered || channel_.worker_bell().IsAwaited()) return Stage::kNone;
  if (state == ring::RunState::kPaused) return Stage::kNone;
  if (!ready) return Stage::kStart;
  if (ending_) return Stage::kEnd;
  return runs_item() ? Stage::kNone : Stage::kCollect;
}

Event WorkerLink::MakeStage(EventKind kind, double seconds) const {
  return {.kind = kind,
          .worker = id_,
          .unit = unit_,
          .item = static_cast<uint32_t>(standstill_.stage()),
          .seconds = seconds,
          .phases = {},
          .payload = {}};
}

std::optional<Event> WorkerLink::Watch(ring::RunState state, const StageLimits& limits) {
  const Clock::time_point now = Clock::now();
  standstill_.Follow(FindStage(state), std::exchange(heard_, false), limits, now);
  if (const auto due = standstill_.Due(now)) {
    TakeStep(*due);
    if (*due != Deadline::Step::kShowStacks) return std::nullopt;
    return MakeStage(EventKind::kStuck, standstill_.limit_seconds());
  }
  if (!standstill_.IsNoticed(now)) return std::nullopt;
  return MakeStage(EventKind::kWaits, standstill_.seconds(now));
}

std::optional<Event> WorkerLink::FindSlow(double limit_seconds) {
  if (item_ == codec::kNone || limit_seconds <= 0 || item_is_slow_) return std::nullopt;
  const double seconds = SecondsSince(item_since_);
  item_is_slow_ = seconds > limit_seconds;
  if (!item_is_slow_) return std::nullopt;
  return Event{.kind = EventKind::kSlow,
               .worker = id_,
               .unit = unit_,
               .item = item_,
               .seconds = seconds,
               .phases = {},
               .payload = {}};
}

std::optional<std::pair<uint32_t, double>> WorkerLink::running_item() const {
  if (item_ == codec::kNone) return std::nullopt;
  return std::pair(item_, SecondsSince(item_since_));
}

double WorkerLink::running_seconds() const {
  return running_since_ ? SecondsSince(*running_since_) : 0;
}

// The worker's clock may be a test's own: what cannot be is left out.
void WorkerLink::NoteDuration(const codec::ResultHeader& header) {
  constexpr double kDay = 24 * 3600;
  const double seconds = header.duration_seconds;
  if (!(seconds >= 0 && seconds < kDay)) return;
  item_seconds_ += seconds;
  if (header.phase == codec::Phase::kSetup) longest_setup_ = std::max(longest_setup_, seconds);
}

void WorkerLink::NotePhase(const Result& result, bool all_phases) {
  const codec::ResultHeader& header = result.header;
  NoteDuration(header);
  deadline_.Follow(header.phase, header.outcome, Clock::now());
  const bool quiet = header.outcome == codec::Outcome::kPassed && result.payload.empty() &&
                     header.phase != codec::Phase::kCall;
  if (all_phases || !quiet)
    phases_.push_back({header.phase, header.outcome, header.start_seconds, header.duration_seconds,
                       ToString(result.payload)});
}

Event WorkerLink::EndItem(const Result& result) {
  Event event = Make(EventKind::kItem, result);
  event.phases = std::exchange(phases_, {});
  event.seconds = item_seconds_;
  item_ = codec::kNone;
  ++items_done_;
  return event;
}

std::optional<Event> WorkerLink::Follow(const Result& result, bool all_phases) {
  const codec::ResultHeader& header = result.header;
  switch (header.kind) {
    case ResultKind::kReady:
      ready = true;
      return Make(EventKind::kReady, result);
    case ResultKind::kDiscovered:
      discovers = false;
      return Make(EventKind::kDiscovered, result);
    case ResultKind::kNeed:
      need = header.item == 1;
      return std::nullopt;
    case ResultKind::kBegun:
      return Begin(result);
    case ResultKind::kCollected:
      collected_ = {Hash64(result.payload), header.item};
      running_since_ = Clock::now();
      collect_seconds_ = SecondsSince(begun_at_);
      return MakeTimed(EventKind::kCollected, result);
    case ResultKind::kJoined:
      collected_ = {codec::DecodeHash(result.payload), header.item};
      return std::nullopt;
    case ResultKind::kDivisible:  // the dispatcher's to keep
      return std::nullopt;
    case ResultKind::kStarted:
      StartItem(header);
      return std::nullopt;
    case ResultKind::kPhase:
      NotePhase(result, all_phases);
      return std::nullopt;
    case ResultKind::kDone:
      return EndItem(result);
    case ResultKind::kUnitDone: {
      Event event = MakeTimed(EventKind::kUnitDone, result);
      // Who joined has collected the unit beside its tests' time.
      if (joined_) event.seconds = running_seconds();
      unit_ = codec::kNone;
      return event;
    }
    case ResultKind::kEnding:
      ending_ = true;
      item_ = codec::kNone;  // it may not have come to its end
      return std::nullopt;
    case ResultKind::kEvent:
      return Make(EventKind::kEvent, result);
    case ResultKind::kFinished:
      finished = true;
      return Make(EventKind::kFinished, result);
  }
  return std::nullopt;
}

bool WorkerLink::in_failing_item() const {
  return item_ != codec::kNone &&
         std::any_of(phases_.begin(), phases_.end(), [](const PhaseRecord& phase) {
           return phase.outcome == codec::Outcome::kFailed;
         });
}

Event WorkerLink::LastWords(std::string problem) {
  return {.kind = finished && problem.empty() ? EventKind::kExited : EventKind::kLost,
          .worker = id_,
          .unit = unit_,
          .item = item_,
          .seconds = 0,
          .phases = std::exchange(phases_, {}),
          .payload = std::move(problem)};
}

}  // namespace dxpy::dispatch
