#include "ring/doorbell.h"

#include "ring/futex.h"

namespace dxpy::ring {

// Why no ring is lost. The consumer stores `sleeping` and then loads `count`; a
// producer adds to `count` and then loads `sleeping`. All four are seq_cst, so
// they stand in one order that both sides agree on, and whichever side comes
// second sees the first: either the consumer finds that the count has moved and
// does not sleep, or the producer finds it sleeping and wakes it. (With release
// and acquire alone each side's load could pass its own earlier store, and both
// could miss.) If the wake comes before the consumer is in the kernel, the kernel
// compares the count again and does not let it sleep.
//
// Only the consumer clears `sleeping`. It is tempting to let a producer clear it
// so that a second one saves its wake, but a producer that was held up between
// its two steps would then clear it for a consumer that took its ticket later,
// and the next ring would wake nobody.

// Acquire: with a ticket taken after a ring comes all that was published before it.
uint32_t Doorbell::Ticket() const { return words_->count.load(std::memory_order_acquire); }

bool Doorbell::Wait(uint32_t ticket, std::chrono::nanoseconds timeout) const {
  words_->sleeping.store(1, std::memory_order_seq_cst);
  bool rung = words_->count.load(std::memory_order_seq_cst) != ticket;
  if (!rung) rung = FutexWait(words_->count, ticket, timeout);
  // Relaxed: a producer that still reads 1 makes one system call too many.
  words_->sleeping.store(0, std::memory_order_relaxed);
  return rung;
}

bool Doorbell::IsAwaited() const { return words_->sleeping.load(std::memory_order_relaxed) != 0; }

void Doorbell::Ring() const {
  words_->count.fetch_add(1, std::memory_order_seq_cst);
  if (words_->sleeping.load(std::memory_order_seq_cst) != 0) FutexWake(words_->count, 1);
}

}  // namespace dxpy::ring
