#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace dxpy::schedule {

/// A unit of work: a test file, or what stands for one.
struct Unit {
  uint32_t id = 0;
  double cost_seconds = 0;  ///< expected; only its ratio to other costs matters
  uint32_t position = 0;    ///< its place in pytest's order
  bool recorded = false;    ///< the cost was measured, not guessed
  bool exclusive = false;   ///< all of these go to one worker, as long as that one lives
};

/// The order in which units are begun.
enum class Order {
  /// Pytest's, so that a worker runs a test after no other test than plain pytest
  /// does; but a unit that would keep one worker busy long after the others are
  /// through goes first.
  kGiven,
  /// For the shortest makespan, whatever that does to the order.
  kLongestFirst,
};

/// Who runs what next.
///
/// Order::kLongestFirst: one deque per worker. Units are spread longest first
/// (LPT): each goes to the worker that is due to finish earliest, so that every
/// deque holds its most expensive unit in front. A worker whose deque is empty
/// steals from the back of the richest one, by cost, until it has half of it.
///
/// Order::kGiven: one queue for all, by position, from whose front each worker
/// takes. Stealing from deques would hand a worker units that stand before those
/// it has run (docs/decisions/0008-order.md).
///
/// Exclusive units belong to the worker that took the first of them: what they use
/// can't live twice. They are taken in the same order, and passed over by the others.
///
/// Pure: no clock, no thread, no I/O; equal calls give equal answers.
/// Not thread-safe.
class WorkQueues {
 public:
  explicit WorkQueues(Order order) : order_(order) {}

  /// A worker that shares the work. `worker` is new.
  void AddWorker(uint32_t worker);
  /// The worker takes no more; what it had queued, and all that is exclusive, goes
  /// to the others, or waits for the next worker to come.
  void RemoveWorker(uint32_t worker);

  /// Queues units and spreads all that are queued anew.
  void Add(std::span<const Unit> units);
  /// Gives units their places anew: the first of `units` is 0, and so on.
  void SetPositions(std::span<const uint32_t> units);
  /// Takes a unit out. @returns false where it is not queued (any more).
  bool Remove(uint32_t unit);

  /// The worker's next unit, its own or a stolen one; nullopt where none is queued
  /// that it may take.
  std::optional<uint32_t> Next(uint32_t worker);

  /// Whether the exclusive units are the worker's.
  [[nodiscard]] bool IsHome(uint32_t worker) const { return home_ == worker; }
  [[nodiscard]] bool empty() const;
  /// Expected seconds of all that is queued.
  [[nodiscard]] double TotalSeconds() const;
  /// Expected seconds that are queued for `worker`.
  [[nodiscard]] double QueuedSeconds(uint32_t worker) const;

 private:
  void Arrange(std::vector<Unit> units);
  void Spread(std::vector<Unit> units);
  bool StealHalf(uint32_t thief);
  [[nodiscard]] bool MayTake(uint32_t worker, const Unit& unit) const;
  std::vector<Unit> TakeAll();

  Order order_;
  std::optional<uint32_t> home_;                 ///< the worker of exclusive units
  std::map<uint32_t, std::deque<Unit>> deques_;  ///< by worker
  std::deque<Unit> shared_;  ///< kGiven: everything; else what waits for a worker to come
};

/// Sorts by position. Where list scheduling on `workers` machines would then take
/// more than 1.1 times the least possible makespan, the unit that ends last moves
/// to the front, at most one per worker, and only if its cost was recorded.
void ArrangeGiven(std::vector<Unit>& units, size_t workers);

}  // namespace dxpy::schedule
