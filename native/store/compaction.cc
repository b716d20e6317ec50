#include "store/compaction.h"

#include <algorithm>
#include <optional>

#include "store/entries.h"
#include "store/store_format.h"

namespace dxpy::store {
namespace {

// Those that are kept, the oldest first.
std::vector<EntryView> Newest(std::span<const std::byte> store, const EntryIndex& index,
                              uint64_t room, uint32_t most_of_a_key) {
  std::vector<EntryView> kept;
  for (EntryIndex::Number i = index.size(); i-- > 0;) {
    if (index.CountNewer(i) >= most_of_a_key) continue;
    const std::optional<EntryView> entry = EntryAt(store, index.offset(i));
    if (!entry) continue;
    if (entry->bytes > room) break;
    room -= entry->bytes;
    kept.push_back(*entry);
  }
  std::ranges::reverse(kept);
  return kept;
}

}  // namespace

uint64_t BytesOf(const Store::Entry& entry) {
  return Aligned(sizeof(EntryHead) + entry.key.size() + entry.value.size());
}

std::string Compacted(std::span<const std::byte> store, const EntryIndex& index,
                      const std::vector<const Store::Entry*>& added,
                      const CompactionLimits& limits) {
  uint64_t added_bytes = sizeof(Header);
  for (const Store::Entry* entry : added) added_bytes += BytesOf(*entry);
  const uint64_t room = limits.most_bytes - std::min(added_bytes, limits.most_bytes);
  std::string image;
  AppendHeader(image);
  for (const EntryView& entry : Newest(store, index, room, limits.most_of_a_key))
    AppendEntry(image, 0, entry.kind, entry.key, entry.value);
  for (const Store::Entry* entry : added)
    AppendEntry(image, 0, entry->kind, entry->key, entry->value);
  return image;
}

}  // namespace dxpy::store
