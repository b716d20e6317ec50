#include <algorithm>
#include <utility>

#include "base/error.h"
#include "dispatch/dispatcher.h"
#include "schedule/splitting.h"

// Units that several workers run. The worker that begins a unit owns all of its
// items; one that has nothing else to do joins it, collects it as well, and gets
// half of what the richest of its workers has not begun, again and again. The items
// change hands in the workers' span words (ring/item_span.h), so that nobody waits.

namespace dxpy::dispatch {

namespace {

// How long a unit runs before an estimate of nothing but that run is believed.
constexpr double kTrialSeconds = 0.02;

}  // namespace

void Dispatcher::OnDivisible(const WorkerLink& link, const WorkerLink::Result& result) {
  const codec::ResultHeader& header = result.header;
  if (header.unit >= units_.size() || header.unit != link.unit()) {
    throw Error("result header: unit: " + std::to_string(header.unit) +
                " is not the one that runs, which a divisible must say");
  }
  units_[header.unit].cuts = codec::DecodeCuts(result.payload, header.item);
}

void Dispatcher::OnCollected(const WorkerLink& link) {
  if (!link.joined() && link.unit() < units_.size())
    units_[link.unit()].collected = link.collected();
}

// What the next run must know to share the unit from its beginning.
void Dispatcher::OnShareEnds(const WorkerLink& link) {
  if (link.joined() || link.unit() >= units_.size() || !units_[link.unit()].cuts) return;
  Emit({.kind = EventKind::kDivisible,
        .worker = link.id(),
        .unit = link.unit(),
        .seconds = link.collect_seconds() + link.longest_setup(),
        .phases = {},
        .payload = {}});
}

// A worker with a unit has none of its items left. @returns whether it got more.
bool Dispatcher::ServeShare(WorkerLink& link) {
  if (!settings_.split || !link.runs_unit() || !link.collected()) return false;
  UnitRecord& record = units_[link.unit()];
  if (!record.cuts || !record.collected) return false;
  if (link.collected() != record.collected) {
    Emit({.kind = EventKind::kDiffers,
          .worker = link.id(),
          .unit = link.unit(),
          .phases = {},
          .payload = {}});
    link.begun.push_back(codec::kNone);  // never to come back to it
    return false;
  }
  const Sharing sharing = Survey(link.unit());
  if (sharing.richest == nullptr) return false;
  if (sharing.tail_seconds() < schedule::kLeastTail) return false;
  if (!sharing.richest->channel().item_span().Cut(link.unit(), sharing.items, sharing.cut))
    return ServeShare(link);  // its worker has gone on: there is less to share
  link.SendSpan({.next = sharing.cut, .limit = sharing.items.limit});
  link.need.reset();
  Emit({.kind = EventKind::kCut,
        .worker = link.id(),
        .unit = link.unit(),
        .item = sharing.cut,
        .phases = {},
        .payload = {}});
  return true;
}

// Whether it has joined a unit that is not collected yet by who began it.
bool Dispatcher::AwaitsCollection(const WorkerLink& link) const {
  if (!link.runs_unit() || !link.joined() || units_[link.unit()].collected) return false;
  return std::any_of(workers_.begin(), workers_.end(), [&](const auto& other) {
    return !other->dead && other->unit() == link.unit() && !other->joined();
  });
}

Dispatcher::Sharing Dispatcher::Survey(uint32_t unit) const {
  const UnitRecord& record = units_[unit];
  Sharing sharing;
  schedule::ItemCost ordinary{.expected = OrdinarySeconds(record)};
  std::vector<WorkerLink*> running;
  for (const auto& link : workers_) {
    if (link->dead || !link->shared() || link->unit() != unit) continue;
    running.push_back(link.get());
    ++sharing.workers;
    sharing.longest_setup = std::max(sharing.longest_setup, link->longest_setup());
    if (!link->joined()) sharing.collect_seconds = link->collect_seconds();
    // What slow ones took says nothing of the others.
    if (!record.slow.empty()) continue;
    ordinary.elapsed += link->running_seconds();
    ordinary.done += link->items_done();
  }
  sharing.costs = {ordinary.Seconds(), record.slow};
  for (WorkerLink* link : running) Look(*link, sharing);
  return sharing;
}

// What an item that is not slow takes by the record; 0: there is none.
double Dispatcher::OrdinarySeconds(const UnitRecord& record) {
  if (!record.collected || record.start_seconds < 0) return 0;
  double seconds = RunSeconds(record);
  for (const schedule::SlowItem& slow : record.slow) seconds -= slow.seconds;
  const uint32_t items = record.collected->items;
  const auto slow = static_cast<uint32_t>(record.slow.size());
  return std::max(0.0, seconds) / (items > slow ? items - slow : 1);
}

void Dispatcher::Look(WorkerLink& link, Sharing& sharing) const {
  const UnitRecord& record = units_[link.unit()];
  const std::optional<ring::Items> items = link.channel().item_span().Look(link.unit());
  if (!record.cuts || !record.collected || !items || items->next >= items->limit) return;
  if (items->limit > record.collected->items) return;  // scribbled on: nobody takes from it
  const double left = sharing.costs.Seconds(items->next, items->limit);
  sharing.left_seconds += left;
  const auto cut = schedule::CutPoint(items->next, items->limit, *record.cuts, sharing.costs);
  // A worker that has just got its last item is about to begin it. Two idle ones would
  // take it from each other for ever.
  if (cut == items->next && !link.runs_item()) return;
  if (!cut) return;
  if (sharing.richest != nullptr &&
      left <= sharing.costs.Seconds(sharing.items.next, sharing.items.limit))
    return;
  sharing.richest = &link;
  sharing.items = *items;
  sharing.cut = *cut;
}

// Takes as long as the worker has begun units, so it is asked last. A worker collects a
// unit once, and keeps the items of its last one. In pytest's
// order it runs nothing after what stands behind it.
bool Dispatcher::MayJoin(const WorkerLink& thief, uint32_t unit) const {
  if (!thief.begun.empty() && thief.begun.back() == unit) return true;
  return std::all_of(thief.begun.begin(), thief.begun.end(), [&](uint32_t begun) {
    return begun != codec::kNone && begun != unit &&
           (settings_.order != schedule::Order::kGiven ||
            units_[begun].unit.position <= units_[unit].unit.position);
  });
}

// What a unit's items take by the record.
double Dispatcher::RunSeconds(const UnitRecord& record) {
  return record.unit.cost_seconds - record.start_seconds;
}

// Whether one more worker should collect a unit at the same time as those that do.
bool Dispatcher::IsWorthCollectingTwice(const UnitRecord& record, uint32_t workers) {
  const double run = RunSeconds(record);
  return record.start_seconds >= 0 && run > record.start_seconds &&
         schedule::IsWorthJoining(run, 0, workers);
}

bool Dispatcher::IsWorthSharing(const WorkerLink& thief, uint32_t unit) const {
  const UnitRecord& record = units_[unit];
  if (record.whole) return false;
  const bool last = !thief.begun.empty() && thief.begun.back() == unit;
  const Sharing sharing = Survey(unit);
  if (!record.collected)
    return IsWorthCollectingTwice(record, sharing.workers) && MayJoin(thief, unit);
  if (sharing.richest == nullptr || sharing.tail_seconds() < schedule::kLeastTail) return false;
  const double setup = std::max(0.0, sharing.longest_setup - thief.longest_setup());
  const double start = last ? 0 : sharing.collect_seconds + setup;
  // No more can be gained than what may be cut off.
  const double left = std::min(sharing.left_seconds, 2 * sharing.workers * sharing.tail_seconds());
  return schedule::IsWorthJoining(left, start, sharing.workers) && MayJoin(thief, unit);
}

std::optional<uint32_t> Dispatcher::UnitToJoin(const WorkerLink& thief) const {
  std::optional<uint32_t> best;
  double most_seconds = 0;
  if (!settings_.split) return best;
  for (const auto& link : workers_) {
    if (link.get() == &thief || link->dead || !link->shared() || !link->runs_unit()) continue;
    if (link->unit() == thief.unit() || link->unit() == best) continue;
    if (!IsWorthSharing(thief, link->unit())) continue;
    const Sharing sharing = Survey(link->unit());
    const double seconds = sharing.left_seconds / sharing.workers;
    if (best && seconds <= most_seconds) continue;
    best = link->unit();
    most_seconds = seconds;
  }
  return best;
}

// A unit that runs, and is longer than all that is queued: who has begun what is
// queued could not join it any more.
std::optional<uint32_t> Dispatcher::UnitToJoinFirst(const WorkerLink& thief) const {
  const std::optional<uint32_t> unit = UnitToJoin(thief);
  if (!unit || !units_[*unit].unit.recorded) return std::nullopt;
  const UnitRecord& record = units_[*unit];
  const double left = record.collected ? Survey(*unit).left_seconds : RunSeconds(record);
  return left > queues_.TotalSeconds() ? unit : std::nullopt;
}

// Whether such a unit is about to be begun: its worker has nothing else to do, and the
// answer is a moment away.
bool Dispatcher::AwaitsUnitToJoinFirst(const WorkerLink& thief) const {
  return settings_.split && std::any_of(workers_.begin(), workers_.end(), [&](const auto& link) {
           if (link.get() == &thief || link->dead || !link->shared()) return false;
           if (link->runs_unit() || !link->offer || link->offer->join) return false;
           const UnitRecord& record = units_[link->offer->unit];
           return !record.whole && IsWorthCollectingTwice(record, 1) &&
                  RunSeconds(record) > queues_.TotalSeconds() && MayJoin(thief, link->offer->unit);
         });
}

// Whether an idle worker may have something to join, now or when more is known.
bool Dispatcher::SomeUnitMayBeShared(const WorkerLink& thief) const {
  return settings_.split && std::any_of(workers_.begin(), workers_.end(), [&](const auto& link) {
           if (link.get() == &thief || link->dead || !link->shared() || !link->runs_unit())
             return false;
           const UnitRecord& record = units_[link->unit()];
           if (record.whole || !MayJoin(thief, link->unit())) return false;
           if (!record.collected)
             return !record.unit.recorded || record.unit.cost_seconds / 2 >= schedule::kLeastGain;
           if (!record.cuts) return false;
           const Sharing sharing = Survey(link->unit());
           if (sharing.richest == nullptr) return false;
           return link->running_seconds() < kTrialSeconds ||
                  sharing.left_seconds / 2 >= schedule::kLeastGain;
         });
}

}  // namespace dxpy::dispatch
