#include "ring/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"

namespace dxpy::ring {

namespace {

// The kernel compares and sleeps on the plain 32-bit word.
static_assert(std::atomic<uint32_t>::is_always_lock_free);
static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t));

// Never FUTEX_PRIVATE_FLAG: the word has another address in every process, and
// the private kind finds its sleepers by address.
long Futex(std::atomic<uint32_t>& word, int operation, uint32_t value, const timespec* timeout) {
  return syscall(SYS_futex, &word, operation, value, timeout, nullptr, 0);
}

}  // namespace

bool FutexWait(std::atomic<uint32_t>& word, uint32_t expected, std::chrono::nanoseconds timeout) {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  timespec left{};
  const bool endless = timeout == nanoseconds::max();
  if (!endless) {
    const nanoseconds positive = std::max(timeout, nanoseconds::zero());
    const auto whole = std::chrono::duration_cast<seconds>(positive);
    left.tv_sec = whole.count();
    left.tv_nsec = (positive - whole).count();
  }
  if (Futex(word, FUTEX_WAIT, expected, endless ? nullptr : &left) == 0) return true;
  if (errno == ETIMEDOUT) return false;
  // EAGAIN: the word has changed already. EINTR: a signal handler ran.
  if (errno == EAGAIN || errno == EINTR) return true;
  throw SystemError("futex wait", errno);
}

void FutexWake(std::atomic<uint32_t>& word, int sleepers) {
  if (Futex(word, FUTEX_WAKE, static_cast<uint32_t>(sleepers), nullptr) < 0)
    throw SystemError("futex wake", errno);
}

}  // namespace dxpy::ring
