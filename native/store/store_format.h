#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace dxpy::store {

// The layout of a store; docs/formats/store.md describes it, with a worked example. Numbers are
// in the byte order of the machine that wrote them.

inline constexpr std::array<char, 4> kMagic = {'D', 'X', 'S', 'T'};
inline constexpr uint32_t kByteOrder = 0x0A0B'0C0D;
inline constexpr uint32_t kVersion = 1;

/// At the start of the file.
struct Header {
  std::array<char, 4> magic = kMagic;
  uint32_t byte_order = kByteOrder;
  uint32_t version = kVersion;
  uint32_t reserved = 0;
};

/// At the start of an entry, which begins at a multiple of kAlignment. There follow the key, the
/// value, and zeros up to kAlignment.
struct EntryHead {
  uint32_t mark = 0;        ///< kMark
  uint32_t head_check = 0;  ///< of the 16 bytes that follow, seeded with the entry's offset
  uint32_t value_bytes = 0;
  uint32_t kind_and_key = 0;  ///< the kind above the lower kKeyBits, which are the key's size
  uint64_t body_check = 0;    ///< Hash64 of key and value
};

/// Where an entry may begin. No zero, so that a hole is passed over quickly.
inline constexpr uint32_t kMark = 0xE15D'74DE;
inline constexpr uint32_t kKeyBits = 24;
inline constexpr uint64_t kMostKeyBytes = (uint64_t{1} << kKeyBits) - 1;
inline constexpr uint64_t kMostValueBytes = UINT32_MAX;
inline constexpr uint64_t kAlignment = 8;

static_assert(sizeof(Header) == 16 && sizeof(EntryHead) == 24);

/// `bytes` up to the next multiple of kAlignment.
constexpr uint64_t Aligned(uint64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace dxpy::store
