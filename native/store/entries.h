#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "store/store.h"

namespace dxpy::store {

/// One entry where it lies in the bytes of a store.
struct EntryView {
  Kind kind = 0;
  std::string_view key;
  std::string_view value;
  uint64_t offset = 0;  ///< from the store's first byte
  uint64_t bytes = 0;   ///< with head and padding
};

/// The entry at `offset`, if one is there that is as it was written.
[[nodiscard]] std::optional<EntryView> EntryAt(std::span<const std::byte> store, uint64_t offset);

/// The checksum of key and value of an entry that was whole when it was indexed; nullopt where it
/// is of another kind or key. The value is not looked at, so this takes no time.
[[nodiscard]] std::optional<uint64_t> CheckAt(std::span<const std::byte> store, uint64_t offset,
                                              Kind kind, std::string_view key);

struct Walked {
  uint64_t end = 0;            ///< of the last entry that is whole, or where the walk began
  uint64_t skipped_bytes = 0;  ///< between entries
};

/// Calls `visit` for all whole entries from `offset` on, in their order. Whatever is between
/// them is passed over.
Walked WalkEntries(std::span<const std::byte> store, uint64_t offset,
                   const std::function<void(const EntryView&)>& visit);

/// What is wrong with the header; empty: nothing.
[[nodiscard]] std::string HeaderProblem(std::span<const std::byte> store);
void AppendHeader(std::string& bytes);
/// @param offset  in the store, of the first of `bytes`. An entry is not the same at another one,
///     so that no part of an older file is taken for one of this.
/// @param key, value  not larger than kMostKeyBytes and kMostValueBytes.
void AppendEntry(std::string& bytes, uint64_t offset, Kind kind, std::string_view key,
                 std::string_view value);

}  // namespace dxpy::store
