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

std::optional<uint32_t> CutPoint(uint32_t next, uint32_t limit, std::span<const uint32_t> cuts) {
  if (next >= limit) return std::nullopt;
  const uint32_t middle = next + (limit - next) / 2;
  if (cuts.empty()) return middle;
  // Of the cuts on both sides of the middle the nearer one.
  const auto after = std::lower_bound(cuts.begin(), cuts.end(), middle);
  std::optional<uint32_t> best;
  if (after != cuts.end() && *after < limit) best = *after;
  if (after != cuts.begin()) {
    const uint32_t before = *std::prev(after);
    if (before >= next && (!best || middle - before <= *best - middle)) best = before;
  }
  return best;
}

}  // namespace dxpy::schedule
