#include "ring/doorbell.h"

#include <doctest/doctest.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <atomic>
#include <thread>
#include <vector>

#include "ring/shared_memory.h"
#include "ring/test_support.h"

namespace dxpy::ring {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Long enough for any machine: a wait that ends here has lost a ring.
constexpr std::chrono::minutes kLost{2};

/// A doorbell's words where a child sees them too.
class SharedBells {
 public:
  [[nodiscard]] Doorbell operator[](size_t i) const {
    return Doorbell(reinterpret_cast<DoorbellWords*>(memory_.bytes().data())[i]);
  }

 private:
  SharedMemory memory_ = SharedMemory::Create("bells", 4096);
};

TEST_CASE("a ring after the ticket ends the wait at once") {
  DoorbellWords words{};
  const Doorbell bell(words);
  const uint32_t ticket = bell.Ticket();
  bell.Ring();
  CHECK(bell.Wait(ticket, kLost));
  CHECK(words.sleeping == 0);
}

TEST_CASE("a ring before the ticket does not") {
  DoorbellWords words{};
  const Doorbell bell(words);
  bell.Ring();
  CHECK_FALSE(bell.Wait(bell.Ticket(), milliseconds(1)));
  CHECK(words.sleeping == 0);
}

TEST_CASE("a time-out that is not positive ends at once") {
  DoorbellWords words{};
  const Doorbell bell(words);
  CHECK_FALSE(bell.Wait(bell.Ticket(), nanoseconds(0)));
  CHECK_FALSE(bell.Wait(bell.Ticket(), nanoseconds(-5)));
  CHECK_FALSE(bell.Wait(bell.Ticket(), nanoseconds::min()));
}

TEST_CASE("the count may wrap") {
  DoorbellWords words{};
  words.count = 0xFFFF'FFFF;
  const Doorbell bell(words);
  const uint32_t ticket = bell.Ticket();
  bell.Ring();
  CHECK(bell.Ticket() == 0);
  CHECK(bell.Wait(ticket, kLost));
}

// Each side sleeps until the other has rung: one lost ring stops both.
TEST_CASE("two threads ring each other without losing a ring") {
  DoorbellWords words[2] = {};
  std::atomic<int> turn{0};
  bool lost = false;
  const auto play = [&](int me) {
    const Doorbell own(words[me]);
    const Doorbell other(words[1 - me]);
    for (int round = 0; round < 20'000; ++round) {
      for (;;) {
        const uint32_t ticket = own.Ticket();
        if (turn.load(std::memory_order_relaxed) == me) break;
        if (!own.Wait(ticket, kLost)) lost = true;
      }
      turn.store(1 - me, std::memory_order_relaxed);
      other.Ring();
    }
  };
  std::thread second([&] { play(1); });
  play(0);
  second.join();
  CHECK_FALSE(lost);
}

TEST_CASE("one consumer hears every one of many producers") {
  constexpr uint64_t kRings = 5'000;
  constexpr size_t kProducers = 4;
  DoorbellWords words{};
  const Doorbell bell(words);
  std::atomic<uint64_t> produced{0};
  std::vector<std::thread> producers;
  for (size_t i = 0; i < kProducers; ++i) {
    producers.emplace_back([&] {
      for (uint64_t n = 0; n < kRings; ++n) {
        produced.fetch_add(1, std::memory_order_relaxed);
        bell.Ring();
      }
    });
  }
  bool lost = false;
  for (uint64_t seen = 0; seen < kRings * kProducers && !lost;) {
    const uint32_t ticket = bell.Ticket();
    const uint64_t now = produced.load(std::memory_order_relaxed);
    if (now == seen) lost = !bell.Wait(ticket, kLost);
    seen = now;
  }
  for (std::thread& producer : producers) producer.join();
  CHECK_FALSE(lost);
}

TEST_CASE("two processes ring each other without losing a ring") {
  constexpr int kRounds = 5'000;
  const SharedBells bells;
  const auto wait = [](const Doorbell& bell, uint32_t& ticket) {
    while (bell.Ticket() == ticket)
      if (!bell.Wait(ticket, kLost)) return false;
    ++ticket;
    return true;
  };
  Child echo([&] {
    uint32_t ticket = 0;
    for (int round = 0; round < kRounds; ++round) {
      if (!wait(bells[0], ticket)) throw Error("lost");
      bells[1].Ring();
    }
  });
  bool heard = true;
  uint32_t ticket = 0;
  for (int round = 0; round < kRounds && heard; ++round) {
    bells[0].Ring();
    heard = wait(bells[1], ticket);
  }
  CHECK(heard);
  CHECK(echo.Wait() == "exit 0");
}

void IgnoreSignal(int /*number*/) {}

TEST_CASE("a signal handler ends the wait") {
  struct sigaction action{};
  struct sigaction before{};
  action.sa_handler = &IgnoreSignal;
  REQUIRE(sigaction(SIGUSR1, &action, &before) == 0);
  DoorbellWords words{};
  const Doorbell bell(words);
  std::atomic<bool> ended{false};
  bool result = false;
  std::thread sleeper([&] {
    result = bell.Wait(bell.Ticket(), kLost);
    ended = true;
  });
  // Again and again, as one signal may come before the thread sleeps.
  while (!ended) {
    pthread_kill(sleeper.native_handle(), SIGUSR1);
    std::this_thread::yield();
  }
  sleeper.join();
  CHECK(result);
  CHECK(words.sleeping == 0);
  sigaction(SIGUSR1, &before, nullptr);
}

// Under strict seccomp the kernel kills whoever makes any system call but read,
// write and exit. Not under the thread sanitizer, whose own thread would keep the
// child alive: exit ends one thread.
#ifndef __SANITIZE_THREAD__
TEST_CASE("ringing for a consumer that is awake makes no system call") {
  const SharedBells bells;
  Child child([&] {
    const Doorbell bell = bells[0];
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    for (int i = 0; i < 1000; ++i) {
      const uint32_t ticket = bell.Ticket();
      bell.Ring();
      bell.Wait(ticket);
    }
    syscall(SYS_exit, 0);
  });
  CHECK(child.Wait() == "exit 0");
}
#endif

}  // namespace
}  // namespace dxpy::ring
