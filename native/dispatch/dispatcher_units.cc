// The units of a run, as the controller adds and changes them.

#include <algorithm>
#include <utility>

#include "dispatch/dispatcher.h"

namespace dxpy::dispatch {

uint32_t Dispatcher::AddUnits(std::vector<NewUnit> units) {
  const std::lock_guard lock(mutex_);
  const auto first = static_cast<uint32_t>(units_.size());
  std::vector<schedule::Unit> queued;
  for (NewUnit& unit : units) {
    queued.push_back({.id = static_cast<uint32_t>(units_.size()),
                      .cost_seconds = unit.cost_seconds,
                      .position = unit.position,
                      .recorded = unit.recorded,
                      .exclusive = unit.exclusive});
    units_.push_back({.spec = std::move(unit.spec),
                      .unit = queued.back(),
                      .start_seconds = unit.start_seconds,
                      .whole = unit.whole || unit.exclusive,
                      .slow = std::move(unit.slow),
                      .cuts = {},
                      .collected = {}});
  }
  queues_.Add(queued);
  control_.controller_bell().Ring();
  return first;
}

void Dispatcher::DropUnits(std::span<const uint32_t> units) {
  const std::lock_guard lock(mutex_);
  for (const uint32_t unit : units) queues_.Remove(unit);
  for (const auto& link : workers_) {
    if (link->dead || !link->shared() || !link->offer) continue;
    const bool drop = std::find(units.begin(), units.end(), link->offer->unit) != units.end();
    if (drop && link->channel().Claim(link->offer->ticket)) link->offer.reset();
  }
}

void Dispatcher::SetPositions(std::span<const uint32_t> units) {
  const std::lock_guard lock(mutex_);
  queues_.SetPositions(units);
  // One that is only offered may come back to the queue.
  for (uint32_t position = 0; position < units.size(); ++position)
    units_.at(units[position]).unit.position = position;
}

void Dispatcher::EndDiscovery() {
  const std::lock_guard lock(mutex_);
  discovery_open_ = false;
  control_.controller_bell().Ring();
}

uint32_t Dispatcher::Pin(uint32_t worker, codec::UnitSpec spec) {
  const std::lock_guard lock(mutex_);
  const auto unit = static_cast<uint32_t>(units_.size());
  WorkerLink& link = *workers_.at(worker);
  shared_have_own_ |= link.shared();
  // Its place where the worker dies: behind those that were pinned before.
  units_.push_back({.spec = std::move(spec),
                    .unit = {.id = unit, .position = unit},
                    .slow = {},
                    .cuts = {},
                    .collected = {}});
  if (link.shared() && link.dead) {
    queues_.Add(std::span(&units_[unit].unit, 1));
  } else {
    link.own_units.push_back(unit);
  }
  control_.controller_bell().Ring();
  return unit;
}

bool Dispatcher::HasQueuedUnits() const {
  const std::lock_guard lock(mutex_);
  return !queues_.empty() || discovery_wanted_;
}

// Whether another worker may find, when it has collected its unit, that this is for the
// worker of exclusive ones.
bool Dispatcher::AwaitsUnitHandedOn(const WorkerLink& home) const {
  return queues_.IsHome(home.id()) &&
         std::any_of(workers_.begin(), workers_.end(), [&](const auto& link) {
           if (link.get() == &home || link->dead || !link->shared()) return false;
           if (!link->runs_unit()) return link->offer.has_value();
           return !link->joined() && !units_[link->unit()].collected;
         });
}

}  // namespace dxpy::dispatch
