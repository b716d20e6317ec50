#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/entry_index.h"
#include "store/store.h"

namespace dxpy::store {

struct CompactionLimits {
  uint64_t most_bytes = 0;  ///< of the store; only what is added may exceed it
  uint32_t most_of_a_key = 0;
};

/// The bytes of a store that has the newest entries of another one, in their order, and behind
/// them what is added.
[[nodiscard]] std::string Compacted(std::span<const std::byte> store, const EntryIndex& index,
                                    const std::vector<const Store::Entry*>& added,
                                    const CompactionLimits& limits);

/// What an entry takes in a store.
[[nodiscard]] uint64_t BytesOf(const Store::Entry& entry);

}  // namespace dxpy::store
