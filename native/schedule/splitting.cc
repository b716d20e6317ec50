#include "schedule/splitting.h"

#include <algorithm>
#include <iterator>

namespace dxpy::schedule {

namespace {

constexpr double kMemory = 8;
// Half of the processor time that is spent to start is to come back as a gain.
constexpr double kLeastReturn = 0.5;

}  // namespace

double ItemCost::Seconds() const {
  if (expected > 0) return (expected * kMemory + elapsed) / (kMemory + done);
  return elapsed / (done + 1);
}

double JoinGain(double left, double start, uint32_t workers) {
  return left / workers - (left + start) / (workers + 1);
}

bool IsWorthJoining(double left, double start, uint32_t workers) {
  return JoinGain(left, start, workers) >= std::max(kLeastGain, start * kLeastReturn);
}

ItemCosts::ItemCosts(double ordinary, std::span<const SlowItem> slow)
    : ordinary_(std::max(ordinary, 1e-9)), slow_(slow) {}

double ItemCosts::Seconds(uint32_t first, uint32_t last) const {
  double seconds = (last - first) * ordinary_;
  const auto comes_before = [](const SlowItem& slow, uint32_t item) { return slow.item < item; };
  auto slow = std::lower_bound(slow_.begin(), slow_.end(), first, comes_before);
  for (; slow != slow_.end() && slow->item < last; ++slow) seconds += slow->seconds - ordinary_;
  return seconds;
}

std::optional<uint32_t> CutPoint(uint32_t next, uint32_t limit, std::span<const uint32_t> cuts,
                                 const ItemCosts& costs) {
  if (next >= limit) return std::nullopt;
  // How much longer the first part takes; it grows with the position.
  const auto excess = [&](uint32_t cut) {
    return costs.Seconds(next, cut) - costs.Seconds(cut, limit);
  };
  uint32_t middle = next;  // the first position where the first part is no shorter
  for (uint32_t count = limit - next; count > 0;) {
    const uint32_t half = count / 2;
    if (excess(middle + half) < 0) {
      middle += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  // Of the cuts on its two sides the better one.
  std::optional<uint32_t> before;
  std::optional<uint32_t> after;
  if (cuts.empty()) {
    if (middle > next) before = middle - 1;
    if (middle < limit) after = middle;
  } else {
    const auto found = std::lower_bound(cuts.begin(), cuts.end(), middle);
    if (found != cuts.end() && *found < limit) after = *found;
    if (found != cuts.begin() && *std::prev(found) >= next) before = *std::prev(found);
  }
  if (!before || !after) return before ? before : after;
  return -excess(*before) <= excess(*after) ? before : after;
}

}  // namespace dxpy::schedule
