#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace dxpy::schedule {

// When a unit that runs is shared with an idle worker, and where it is cut. All
// times are in seconds. Pure: no clock, no thread, no I/O.

/// What a wait of the user must at least become shorter by.
inline constexpr double kLeastGain = 0.02;
/// What is left of a unit to hand over: less is not worth the two messages.
inline constexpr double kLeastTail = 0.001;

/// How long an item of a unit takes, from what is known of it.
struct ItemCost {
  double expected = 0;  ///< per item, from an earlier run; 0: unknown
  double elapsed = 0;   ///< that its workers have run items for
  double done = 0;      ///< items that have ended in that time

  /// An earlier run weighs as much as eight items: the first few of a unit may take
  /// much longer than the others. An item that still runs counts as it ends now, so
  /// that the estimate grows while a long one runs.
  [[nodiscard]] double Seconds() const;
};

/// An item that takes much longer than most of its unit.
struct SlowItem {
  uint32_t item = 0;
  double seconds = 0;
};

/// What the items of a unit take: the slow ones what they took before, the others all
/// the same.
class ItemCosts {
 public:
  ItemCosts() = default;
  /// @param ordinary  seconds; a nanosecond at least, so that more items are more work.
  /// @param slow  ascending by item; must outlive this.
  ItemCosts(double ordinary, std::span<const SlowItem> slow);

  /// Of the items [first, last).
  [[nodiscard]] double Seconds(uint32_t first, uint32_t last) const;

 private:
  double ordinary_ = 0;
  std::span<const SlowItem> slow_;
};

/// What the makespan gains where one more worker joins the `workers` of a unit
/// with `left` seconds of items to begin, if it needs `start` seconds before it can
/// take its share: left / workers - (left + start) / (workers + 1).
[[nodiscard]] double JoinGain(double left, double start, uint32_t workers);

/// Whether that gain pays: it is one that a user notices, and no tiny part of the
/// processor time that is spent to start.
[[nodiscard]] bool IsWorthJoining(double left, double start, uint32_t workers);

/// Where to cut [next, limit) in two so that both parts take as long, as far as `cuts`
/// allow. Of two cuts that are as good the first.
/// @param cuts  positions where the unit may be cut, ascending; empty: at every one.
/// @returns the first item of the second part; nullopt where there is no such cut.
///     May be `next` itself: the worker has one item or two before it.
[[nodiscard]] std::optional<uint32_t> CutPoint(uint32_t next, uint32_t limit,
                                               std::span<const uint32_t> cuts,
                                               const ItemCosts& costs);

}  // namespace dxpy::schedule
