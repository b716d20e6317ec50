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
};

/// The order in which units are begun.
enum class Order {
  kLongestFirst,  ///< for the shortest makespan
  kGiven,         ///< as added: where a plugin or an option has put tests in order
};

/// Who runs what next: one deque of units per worker.
///
/// Units are spread longest first (LPT): each goes to the worker that is due to
/// finish earliest, so that every deque holds its most expensive unit in front.
/// A worker whose deque is empty steals from the back of the richest one, by
/// cost, until it has half of it. Under Order::kGiven there is one queue for all
/// in place of the deques, and nothing to steal.
///
/// Pure: no clock, no thread, no I/O; equal calls give equal answers.
/// Not thread-safe.
class WorkQueues {
 public:
  explicit WorkQueues(Order order) : order_(order) {}

  /// A worker that shares the work. `worker` is new.
  void AddWorker(uint32_t worker);
  /// The worker takes no more; what it had queued goes to the others, or waits
  /// for the next worker to come.
  void RemoveWorker(uint32_t worker);

  /// Queues units and spreads all that are queued anew.
  void Add(std::span<const Unit> units);
  /// Takes a unit out. @returns false where it is not queued (any more).
  bool Remove(uint32_t unit);

  /// The worker's next unit, its own or a stolen one; nullopt where none is queued.
  std::optional<uint32_t> Next(uint32_t worker);

  [[nodiscard]] bool empty() const;
  /// Expected seconds that are queued for `worker`.
  [[nodiscard]] double QueuedSeconds(uint32_t worker) const;

 private:
  void Spread(std::vector<Unit> units);
  bool StealHalf(uint32_t thief);
  std::vector<Unit> TakeAll();

  Order order_;
  std::map<uint32_t, std::deque<Unit>> deques_;  ///< by worker
  std::deque<Unit> shared_;  ///< kGiven: everything; else what waits for a worker
};

}  // namespace dxpy::schedule
