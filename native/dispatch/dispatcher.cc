#include "dispatch/dispatcher.h"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/error.h"
#include "base/file_stat.h"

namespace dxpy::dispatch {

using codec::CommandKind;
using codec::Outcome;
using codec::ResultKind;
using ring::RunState;

namespace {

// What a user can't tell from at once, and what costs nothing beside a slow test.
constexpr std::chrono::milliseconds kShortestLook{10};
constexpr std::chrono::milliseconds kLongestLook{40};
// At workers that run no unit, and may stand still.
constexpr std::chrono::milliseconds kIdleLook{100};

UniqueFd MakeEventFd() {
  UniqueFd fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (fd.get() < 0) throw SystemError("eventfd", errno);
  return fd;
}

// What was offered to a worker that joins is another's already, and what was pinned is its own.
bool IsStealable(const WorkerLink& link) {
  return !link.dead && link.shared() && link.offer && !link.offer->join && !link.offer->own;
}

}  // namespace

Dispatcher::Dispatcher(const Settings& settings)
    : settings_(settings),
      control_(ring::RunControl::Create()),
      event_fd_(MakeEventFd()),
      output_bell_(MakeEventFd()),
      death_watch_(control_.controller_bell()),
      queues_(settings.order),
      barrier_(settings.barrier),
      discovery_wanted_(settings.discover),
      discovery_open_(settings.discover),
      thread_(StartWithoutSignals([this] { Loop(); })) {}

Dispatcher::~Dispatcher() {
  ending_ = true;
  control_.controller_bell().Ring();
  thread_.join();
  eventfd_write(output_bell_.get(), 1);
  if (output_thread_.joinable()) output_thread_.join();
}

uint32_t Dispatcher::OpenWorker(bool shared, size_t settings_bytes) {
  const std::lock_guard lock(mutex_);
  const auto id = static_cast<uint32_t>(workers_.size());
  workers_.push_back(std::make_unique<WorkerLink>(id, shared, settings_bytes, control_));
  if (shared) queues_.AddWorker(id);
  return id;
}

int Dispatcher::ChannelFd(uint32_t worker) const {
  const std::lock_guard lock(mutex_);
  return workers_.at(worker)->channel().fd();
}

void Dispatcher::StartWorker(uint32_t worker, UniqueFd pidfd, std::string settings) {
  {
    const std::lock_guard lock(mutex_);
    workers_.at(worker)->Send(CommandKind::kConfigure, std::move(settings));
    workers_.at(worker)->pidfd = UniqueFd(fcntl(pidfd.get(), F_DUPFD_CLOEXEC, 0));
  }
  death_watch_.Watch(worker, std::move(pidfd));
  control_.controller_bell().Ring();
}

void Dispatcher::SendOrders(uint32_t worker, std::string orders) {
  const std::lock_guard lock(mutex_);
  workers_.at(worker)->Send(CommandKind::kConfigure, std::move(orders));
  workers_.at(worker)->ordered = true;
  control_.controller_bell().Ring();
}

void Dispatcher::ReportAllPhases() {
  const std::lock_guard lock(mutex_);
  all_phases_ = true;
}

void Dispatcher::Release(uint32_t worker) {
  const std::lock_guard lock(mutex_);
  workers_.at(worker)->released = true;
  control_.controller_bell().Ring();
}

void Dispatcher::Stop() {
  control_.SetState(RunState::kStopped);
  control_.controller_bell().Ring();
}

bool Dispatcher::Resume(uint32_t failures) {
  const std::lock_guard lock(mutex_);
  const bool failing = std::any_of(workers_.begin(), workers_.end(), [](const auto& link) {
    return !link->dead && link->in_failing_item();
  });
  // The failure that has halted the run may not be known to the caller yet.
  if (failing || !events_.empty()) return false;
  failures_ = failures;
  control_.SetState(RunState::kRunning);
  return true;
}

std::vector<Event> Dispatcher::TakeEvents() {
  const std::lock_guard lock(mutex_);
  eventfd_t ignored = 0;
  eventfd_read(event_fd_.get(), &ignored);
  ResumeOutput();
  return std::exchange(events_, {});
}

std::vector<RunningItem> Dispatcher::RunningItems() const {
  const std::lock_guard lock(mutex_);
  std::vector<RunningItem> running;
  for (const auto& link : workers_) {
    if (link->dead) continue;
    if (const auto item = link->running_item())
      running.push_back({link->id(), link->unit(), item->first, item->second});
  }
  return running;
}

void Dispatcher::Loop() {
  // Workers do not ring for tests that pass: while units run it looks by itself, the
  // more seldom the longer nothing has come.
  auto patience = kShortestLook;
  for (;;) {
    // The ticket before the look at `ending_`, or the destructor's ring could be missed.
    const uint32_t ticket = control_.controller_bell().Ticket();
    if (ending_) return;
    if (StepOrGiveUp()) {
      patience = kShortestLook;
    } else if (!SomeUnitRuns()) {
      if (SomeWorkerLives()) {
        control_.controller_bell().Wait(ticket, kIdleLook);
      } else {
        control_.controller_bell().Wait(ticket);
      }
    } else {
      control_.controller_bell().Wait(ticket, patience);
      patience = std::min(patience * 2, kLongestLook);
    }
  }
}

bool Dispatcher::SomeUnitRuns() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(workers_.begin(), workers_.end(),
                     [](const auto& link) { return !link->dead && link->runs_unit(); });
}

bool Dispatcher::SomeWorkerLives() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(workers_.begin(), workers_.end(), [](const auto& link) {
    return !link->dead && (link->ordered || link->finished);
  });
}

// A worker can scribble on what all share; then nobody can be trusted.
bool Dispatcher::StepOrGiveUp() {
  try {
    return Step();
  } catch (const Error& error) {
    const std::lock_guard lock(mutex_);
    for (const auto& link : workers_)
      if (!link->dead) Bury(*link, error.what());
    return false;
  }
}

// One round over all workers. @returns whether anything happened.
bool Dispatcher::Step() {
  // A dead worker's last messages are in its ring: they are read before it is buried.
  const std::vector<uint32_t> dead = death_watch_.TakeDead();
  const std::lock_guard lock(mutex_);
  bool busy = !dead.empty();
  for (const auto& link : workers_)
    if (!link->dead) busy |= ReadResults(*link);
  for (const uint32_t worker : dead)
    if (!workers_[worker]->dead) Bury(*workers_[worker], "");
  for (const auto& link : workers_) {
    if (link->dead) continue;
    if (auto overdue = link->Enforce()) Emit(std::move(*overdue));
    if (auto event = link->Watch(control_.state(), settings_.limits)) Emit(std::move(*event));
    if (auto slow = link->FindSlow(settings_.slow_seconds)) Emit(std::move(*slow));
  }
  ServeAll();
  for (const auto& link : workers_)
    if (!link->dead) busy |= WriteCommands(*link);
  return busy;
}

bool Dispatcher::ReadResults(WorkerLink& link) {
  bool read = false;
  try {
    while (const auto result = link.Receive()) {
      OnResult(link, *result);
      read = true;
    }
  } catch (const Error& error) {
    Bury(link, error.what());
    return true;
  }
  return read;
}

bool Dispatcher::WriteCommands(WorkerLink& link) {
  try {
    return link.Flush();
  } catch (const Error& error) {
    Bury(link, error.what());
    return true;
  }
}

void Dispatcher::OnResult(WorkerLink& link, const WorkerLink::Result& result) {
  CountFailure(link, result.header);
  if (result.header.kind == ResultKind::kDivisible) OnDivisible(link, result);
  if (result.header.kind == ResultKind::kUnitDone) OnShareEnds(link);
  if (auto event = link.Follow(result, all_phases_)) {
    if (event->kind == EventKind::kItem || event->kind == EventKind::kFinished) EndOutput(link);
    Emit(std::move(*event));
  }
  if (result.header.kind == ResultKind::kCollected) OnCollected(link);
  // A session can end by itself, and the process a while later.
  if (result.header.kind == ResultKind::kFinished && link.shared()) LeaveOwnUnits(link);
}

// A halt takes effect here, before the worker is told that its message was read:
// the worker that failed waits for that and cannot start another test.
void Dispatcher::CountFailure(const WorkerLink& link, const codec::ResultHeader& header) {
  if (!link.shared() || header.outcome != Outcome::kFailed) return;
  ++failures_;
  const bool collecting = header.kind == ResultKind::kEvent;
  if ((settings_.max_failures != 0 && failures_ >= settings_.max_failures) ||
      (collecting && settings_.halt_on_collect_error))
    control_.SetState(settings_.halt);
}

void Dispatcher::Bury(WorkerLink& link, std::string problem) {
  link.dead = true;
  if (link.shared()) {
    if (!link.ready && barrier_ > 0) --barrier_;
    if (link.discovers) discovery_wanted_ = discovery_open_;
    queues_.RemoveWorker(link.id());
    if (link.offer) {
      // Not begun, whether or not it was claimed: kBegun comes before anything else.
      // Claimed, since one that was given up may live on.
      (void)link.channel().Claim(link.offer->ticket);
      if (!link.offer->join) queues_.Add(std::span(&units_[link.offer->unit].unit, 1));
    }
    LeaveOwnUnits(link);
  }
  EndOutput(link);
  Emit(link.LastWords(std::move(problem)));
}

void Dispatcher::ServeAll() {
  for (const auto& link : workers_)
    if (link->need && !link->dead) Serve(*link);
}

void Dispatcher::Serve(WorkerLink& link) {
  if (control_.state() == RunState::kStopped) {
    Answer(link, CommandKind::kFinish);
  } else if (link.shared()) {
    ServeShared(link);
  } else {
    ServePinned(link);
  }
}

// Whether as many workers are ready as nobody may begin without.
bool Dispatcher::BarrierIsOpen() const {
  const auto ready = std::count_if(workers_.begin(), workers_.end(), [](const auto& other) {
    return other->shared() && other->ready;
  });
  return ready >= static_cast<int64_t>(barrier_);
}

void Dispatcher::ServeShared(WorkerLink& link) {
  if (discovery_wanted_) {
    discovery_wanted_ = false;
    link.discovers = true;
    return Answer(link, CommandKind::kDiscover);
  }
  if (!BarrierIsOpen()) return;
  if (OfferOwnUnit(link) || AwaitsCollection(link) || ServeShare(link)) return;
  if (const auto unit = UnitToJoinFirst(link)) return OfferUnit(link, *unit, true);
  if (AwaitsUnitToJoinFirst(link)) return;
  if (const auto unit = queues_.Next(link.id())) return OfferUnit(link, *unit);
  const bool idle = *link.need;
  if (discovery_open_) {
    // Not for long, but where discovery goes on while pinned units run.
    if (!idle && shared_have_own_) Answer(link, CommandKind::kWait);
    return;
  }
  if (idle) {
    // A unit may be stuck behind the long last item of another worker.
    if (const auto unit = Revoke(link)) return OfferUnit(link, *unit);
    if (const auto unit = UnitToJoin(link)) return OfferUnit(link, *unit, true);
  }
  if (MayGetMore(link, idle)) {
    if (!idle) Answer(link, CommandKind::kWait);
    return;
  }
  queues_.RemoveWorker(link.id());
  Answer(link, CommandKind::kFinish);
}

// Whether there may be something for a worker for which there is nothing now.
bool Dispatcher::MayGetMore(const WorkerLink& link, bool idle) const {
  return (!idle && SomeOfferIsOpen(link)) || SomeUnitMayBeShared(link) || AwaitsUnitHandedOn(link);
}

void Dispatcher::ServePinned(WorkerLink& link) {
  if (OfferOwnUnit(link)) return;
  if (link.released) {
    Answer(link, CommandKind::kFinish);
  } else if (!*link.need) {
    Answer(link, CommandKind::kWait);
  }
}

void Dispatcher::OfferUnit(WorkerLink& link, uint32_t unit, bool join) {
  if (first_offer_ns_ == 0) first_offer_ns_ = FileClockNs();
  link.offer = {.unit = unit, .ticket = ++last_ticket_, .join = join};
  link.channel().Offer(last_ticket_);
  link.SendUnit(unit, units_[unit].spec, last_ticket_, join);
  link.need.reset();
}

bool Dispatcher::OfferOwnUnit(WorkerLink& link) {
  if (link.own_units.empty()) return false;
  const uint32_t unit = link.own_units.front();
  link.own_units.pop_front();
  OfferUnit(link, unit);
  link.offer->own = true;
  return true;
}

// Units that were pinned to a worker, and that it will not begin, are for all.
void Dispatcher::LeaveOwnUnits(WorkerLink& link) {
  std::vector<schedule::Unit> left;
  for (const uint32_t unit : std::exchange(link.own_units, {})) left.push_back(units_[unit].unit);
  queues_.Add(left);
}

// The most expensive offer of another worker that is not being begun.
std::optional<uint32_t> Dispatcher::Revoke(const WorkerLink& thief) {
  std::vector<WorkerLink*> victims;
  for (const auto& other : workers_) {
    if (other.get() == &thief || !IsStealable(*other)) continue;
    if (!units_[other->offer->unit].unit.exclusive) victims.push_back(other.get());
  }
  std::stable_sort(victims.begin(), victims.end(), [this](const auto* a, const auto* b) {
    return units_[a->offer->unit].unit.cost_seconds > units_[b->offer->unit].unit.cost_seconds;
  });
  for (WorkerLink* victim : victims) {
    if (!victim->channel().Claim(victim->offer->ticket)) continue;
    return std::exchange(victim->offer, {})->unit;
  }
  return std::nullopt;
}

bool Dispatcher::SomeOfferIsOpen(const WorkerLink& besides) const {
  return std::any_of(workers_.begin(), workers_.end(), [&](const auto& other) {
    return other.get() != &besides && IsStealable(*other);
  });
}

void Dispatcher::Answer(WorkerLink& link, CommandKind kind) {
  link.Send(kind);
  link.need.reset();
}

void Dispatcher::Emit(Event event) {
  const bool first = events_.empty();
  events_.push_back(std::move(event));
  if (first) eventfd_write(event_fd_.get(), 1);
}

}  // namespace dxpy::dispatch
