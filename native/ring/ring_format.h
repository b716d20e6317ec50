#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace dxpy::ring {

// The shared-memory layout of one run; docs/formats/ring.md describes it. Every
// word that two processes write stands on a cache line of its own.

inline constexpr size_t kCacheLine = 64;
inline constexpr uint32_t kChannelMagic = 0x47'52'58'44;  // "DXRG", little-endian
inline constexpr uint32_t kControlMagic = 0x54'43'58'44;  // "DXCT"
inline constexpr uint32_t kVersion = 2;
inline constexpr size_t kMinRingBytes = 4096;
inline constexpr size_t kMaxRingBytes = size_t{1} << 30;
/// The largest frame; a length above it is damage, not data.
inline constexpr size_t kMaxFrameBytes = size_t{1} << 30;

/// Wakes one sleeping consumer. `count` changes with every ring; `sleeping` is
/// nonzero while the consumer is, or is about to be, in futex_wait.
struct alignas(kCacheLine) DoorbellWords {
  std::atomic<uint32_t> count;
  std::atomic<uint32_t> sleeping;
};

/// Whether tests may start; a futex. Workers look at it before each test.
enum class RunState : uint32_t { kRunning = 0, kPaused = 1, kStopped = 2 };

/// One page that the controller shares with all of its workers.
struct RunControlWords {
  uint32_t magic;
  uint32_t version;
  DoorbellWords controller;                         ///< rung by workers
  alignas(kCacheLine) std::atomic<uint32_t> state;  ///< a RunState
};

/// Positions count bytes since the beginning and never wrap (64 bits); the byte
/// at position p is at p modulo the ring's size, a power of two.
struct RingWords {
  /// Written by the producer: end of what may be read.
  alignas(kCacheLine) std::atomic<uint64_t> head;
  /// Written by the consumer: end of what has been read.
  alignas(kCacheLine) std::atomic<uint64_t> tail;
  /// Written by the producer: the tail that it waits for; 0: it has room. Apart from
  /// `head`, so that a consumer that looks here does not slow the producer.
  alignas(kCacheLine) std::atomic<uint64_t> wanted;
};

/// In front of each fragment in a ring. A frame is one or more fragments; all
/// but its last have kMore set and hold exactly a quarter of the ring. Fragments
/// start at multiples of 8 bytes, so no header is split at the ring's end; the
/// data may be.
struct FragmentHeader {
  uint32_t bytes;  ///< of this fragment's data, without header and padding
  uint32_t flags;  ///< 0 or kMore
};
inline constexpr uint32_t kMore = 1;
inline constexpr size_t kFragmentAlignment = sizeof(FragmentHeader);

/// The first bytes of a channel: one worker's two rings.
struct ChannelWords {
  uint32_t magic;
  uint32_t version;
  uint32_t command_bytes;  ///< size of the command ring, a power of two
  uint32_t result_bytes;   ///< size of the result ring, a power of two
  DoorbellWords worker;    ///< rung by the controller
  /// The offered unit's ticket; 0: taken or revoked.
  alignas(kCacheLine) std::atomic<uint64_t> grant;
  /// The items of its unit that the worker has not begun; item_span.h has the bits.
  alignas(kCacheLine) std::atomic<uint64_t> span;
  RingWords command;
  RingWords result;
  // then the bytes of the command ring and of the result ring
};

}  // namespace dxpy::ring
