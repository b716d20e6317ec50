#include "base/hash.h"

#include <bit>
#include <cstring>

namespace dxpy {
namespace {

// The constants and steps are those of the specification of XXH64:
// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

constexpr uint64_t kPrime1 = 0x9E37'79B1'85EB'CA87;
constexpr uint64_t kPrime2 = 0xC2B2'AE3D'27D4'EB4F;
constexpr uint64_t kPrime3 = 0x1656'67B1'9E37'79F9;
constexpr uint64_t kPrime4 = 0x85EB'CA77'C2B2'AE63;
constexpr uint64_t kPrime5 = 0x27D4'EB2F'1656'67C5;
constexpr size_t kStripeBytes = 32;

// A little-endian word, whatever the machine's own order is.
uint64_t Word(const std::byte* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

uint64_t HalfWord(const std::byte* bytes) {
  uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return std::endian::native == std::endian::little ? word : __builtin_bswap32(word);
}

uint64_t Round(uint64_t lane, uint64_t word) {
  return std::rotl(lane + word * kPrime2, 31) * kPrime1;
}

uint64_t Merge(uint64_t hash, uint64_t lane) { return (hash ^ Round(0, lane)) * kPrime1 + kPrime4; }

// Four lanes that do not wait for each other; at least one stripe.
uint64_t HashStripes(const std::byte* bytes, size_t stripes, uint64_t seed) {
  uint64_t lane1 = seed + kPrime1 + kPrime2;
  uint64_t lane2 = seed + kPrime2;
  uint64_t lane3 = seed;
  uint64_t lane4 = seed - kPrime1;
  for (; stripes > 0; --stripes, bytes += kStripeBytes) {
    lane1 = Round(lane1, Word(bytes));
    lane2 = Round(lane2, Word(bytes + 8));
    lane3 = Round(lane3, Word(bytes + 16));
    lane4 = Round(lane4, Word(bytes + 24));
  }
  const uint64_t hash =
      std::rotl(lane1, 1) + std::rotl(lane2, 7) + std::rotl(lane3, 12) + std::rotl(lane4, 18);
  return Merge(Merge(Merge(Merge(hash, lane1), lane2), lane3), lane4);
}

uint64_t HashTail(uint64_t hash, std::span<const std::byte> tail) {
  for (; tail.size() >= 8; tail = tail.subspan(8))
    hash = std::rotl(hash ^ Round(0, Word(tail.data())), 27) * kPrime1 + kPrime4;
  if (tail.size() >= 4) {
    hash = std::rotl(hash ^ HalfWord(tail.data()) * kPrime1, 23) * kPrime2 + kPrime3;
    tail = tail.subspan(4);
  }
  for (const std::byte byte : tail)
    hash = std::rotl(hash ^ std::to_integer<uint64_t>(byte) * kPrime5, 11) * kPrime1;
  return hash;
}

uint64_t Avalanche(uint64_t hash) {
  hash = (hash ^ hash >> 33) * kPrime2;
  hash = (hash ^ hash >> 29) * kPrime3;
  return hash ^ hash >> 32;
}

}  // namespace

uint64_t Hash64(std::span<const std::byte> bytes, uint64_t seed) {
  const size_t stripes = bytes.size() / kStripeBytes;
  const uint64_t hash = stripes > 0 ? HashStripes(bytes.data(), stripes, seed) : seed + kPrime5;
  return Avalanche(HashTail(hash + bytes.size(), bytes.subspan(stripes * kStripeBytes)));
}

uint64_t Hash64(std::string_view bytes, uint64_t seed) {
  return Hash64(std::as_bytes(std::span(bytes)), seed);
}

}  // namespace dxpy
