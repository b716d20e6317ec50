#include "ring/item_span.h"

#include <string>

#include "base/error.h"

namespace dxpy::ring {

namespace {

constexpr unsigned kItemBits = 24;
constexpr uint64_t kItemMask = ItemSpan::kMaxItems;
constexpr uint64_t kUnitMask = 0xFFFF;

uint64_t Pack(uint32_t unit, Items items) {
  return (unit & kUnitMask) << (2 * kItemBits) | uint64_t{items.next} << kItemBits | items.limit;
}

std::optional<Items> Unpack(uint64_t word, uint32_t unit) {
  if (word >> (2 * kItemBits) != (unit & kUnitMask)) return std::nullopt;
  return Items{.next = static_cast<uint32_t>(word >> kItemBits & kItemMask),
               .limit = static_cast<uint32_t>(word & kItemMask)};
}

}  // namespace

void ItemSpan::Open(uint32_t unit, Items items) const {
  if (items.limit > kMaxItems) {
    throw Error("a unit has " + std::to_string(items.limit) + " tests; at most " +
                std::to_string(kMaxItems) + " can be told apart");
  }
  word_.store(Pack(unit, items), std::memory_order_release);
}

std::optional<uint32_t> ItemSpan::Claim(uint32_t unit) const {
  uint64_t word = word_.load(std::memory_order_acquire);
  for (;;) {
    const std::optional<Items> items = Unpack(word, unit);
    if (!items || items->next >= items->limit) return std::nullopt;
    const Items rest{.next = items->next + 1, .limit = items->limit};
    if (word_.compare_exchange_weak(word, Pack(unit, rest), std::memory_order_acq_rel,
                                    std::memory_order_acquire))
      return items->next;
  }
}

std::optional<Items> ItemSpan::Look(uint32_t unit) const {
  return Unpack(word_.load(std::memory_order_acquire), unit);
}

bool ItemSpan::Cut(uint32_t unit, Items seen, uint32_t at) const {
  uint64_t expected = Pack(unit, seen);
  const Items rest{.next = seen.next, .limit = at};
  return word_.compare_exchange_strong(expected, Pack(unit, rest), std::memory_order_acq_rel,
                                       std::memory_order_relaxed);
}

}  // namespace dxpy::ring
