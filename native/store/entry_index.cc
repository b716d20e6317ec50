#include "store/entry_index.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"

namespace dxpy::store {
namespace {

constexpr size_t kLeastSlots = 64;

}  // namespace

// The slot of a hash, or the empty one where it belongs. There is an empty one.
size_t EntryIndex::SlotOf(uint64_t hash) const {
  size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot] != kNone && entries_[slots_[slot]].hash != hash)
    slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

void EntryIndex::Grow(size_t slots) {
  const std::vector<Number> old = std::move(slots_);
  slots_.assign(slots, kNone);
  for (const Number newest : old)
    if (newest != kNone) slots_[SlotOf(entries_[newest].hash)] = newest;
}

void EntryIndex::Reserve(size_t entries) {
  entries_.reserve(entries);
  const size_t slots = std::bit_ceil(std::max(entries * 2, kLeastSlots));
  if (slots > slots_.size()) Grow(slots);
}

void EntryIndex::Add(Kind kind, std::string_view key, uint64_t offset) {
  if (used_slots_ * 2 >= slots_.size()) Grow(std::max(slots_.size() * 2, kLeastSlots));
  Entry entry{.hash = Hash64(key, kind), .offset = offset};
  Number& newest = slots_[SlotOf(entry.hash)];
  if (newest == kNone) {
    ++used_slots_;
  } else {
    entry.older = newest;
    entry.count_older = entries_[newest].count_older + 1;
  }
  newest = size();
  entries_.push_back(entry);
}

EntryIndex::Number EntryIndex::Newest(Kind kind, std::string_view key) const {
  return slots_.empty() ? kNone : slots_[SlotOf(Hash64(key, kind))];
}

uint32_t EntryIndex::CountNewer(Number entry) const {
  const Number newest = slots_[SlotOf(entries_[entry].hash)];
  return entries_[newest].count_older - entries_[entry].count_older;
}

}  // namespace dxpy::store
