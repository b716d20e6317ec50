#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace dxpy::ring {

/// The items [next, limit) of a unit that nobody has begun.
struct Items {
  uint32_t next = 0;
  uint32_t limit = 0;

  [[nodiscard]] uint32_t left() const { return limit - next; }
  bool operator==(const Items&) const = default;
};

/// The word that says which items of its unit a worker may still begin. The worker
/// claims them one by one from the front while the controller cuts the tail off for
/// another worker; each item goes to exactly one of the two.
///
/// One 64-bit word: 16 bits of the unit's number, then `next` and `limit` with 24
/// bits each. The number tells a worker's last unit from its present one: the
/// controller may hear of a change late, though never 65,536 units late.
///
/// Thread safety: one worker and one controller at a time.
class ItemSpan {
 public:
  /// As many as a unit may have; limit counts up to it.
  static constexpr uint32_t kMaxItems = (1U << 24) - 1;

  /// @param word  must outlive the span.
  explicit ItemSpan(std::atomic<uint64_t>& word) : word_(word) {}

  /// Whoever owns the items and knows that nobody else looks at the word.
  /// @throws Error  there are more than kMaxItems.
  void Open(uint32_t unit, Items items) const;
  /// Worker: the next item, now its own; nullopt where none is left or the span is
  /// another unit's.
  [[nodiscard]] std::optional<uint32_t> Claim(uint32_t unit) const;

  /// Controller: what is left; nullopt where the span is another unit's.
  [[nodiscard]] std::optional<Items> Look(uint32_t unit) const;
  /// Controller: takes [at, seen.limit). @returns false, with nothing taken, where the
  /// items are no longer those that were seen.
  [[nodiscard]] bool Cut(uint32_t unit, Items seen, uint32_t at) const;

 private:
  std::atomic<uint64_t>& word_;
};

}  // namespace dxpy::ring
