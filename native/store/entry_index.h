#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace dxpy::store {

/// Where the entries of each kind and key are. Made whenever a store is opened, so it is made to
/// be made quickly: it knows keys by their hash alone, and who looks compares the key itself.
class EntryIndex {
 public:
  using Number = uint32_t;  ///< of an entry, from 0, in the order in which they were added
  static constexpr Number kNone = UINT32_MAX;

  /// Adds an entry that is newer than all others.
  void Add(Kind kind, std::string_view key, uint64_t offset);
  void Reserve(size_t entries);
  void Clear() { *this = EntryIndex(); }

  /// The newest entry that has this kind and key, or their hash.
  [[nodiscard]] Number Newest(Kind kind, std::string_view key) const;
  /// The next older one; kNone: there is none.
  [[nodiscard]] Number Older(Number entry) const { return entries_[entry].older; }
  [[nodiscard]] uint64_t offset(Number entry) const { return entries_[entry].offset; }
  /// How many entries of its kind and key are newer.
  [[nodiscard]] uint32_t CountNewer(Number entry) const;
  /// How many entries of its kind and key are older.
  [[nodiscard]] uint32_t count_older(Number entry) const { return entries_[entry].count_older; }
  [[nodiscard]] Number size() const { return static_cast<Number>(entries_.size()); }

 private:
  struct Entry {
    uint64_t hash = 0;
    uint64_t offset = 0;
    Number older = kNone;
    uint32_t count_older = 0;
  };
  [[nodiscard]] size_t SlotOf(uint64_t hash) const;
  void Grow(size_t slots);

  std::vector<Entry> entries_;
  std::vector<Number> slots_;  ///< open addressing; the newest entry of a hash, or kNone
  size_t used_slots_ = 0;
};

}  // namespace dxpy::store
