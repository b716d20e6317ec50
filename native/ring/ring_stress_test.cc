#include <doctest/doctest.h>

#include <atomic>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/process.h"
#include "ring/channel.h"
#include "ring/death_watch.h"
#include "ring/test_support.h"

// Two ends that run at the same time: threads, for the thread sanitizer, which
// does not look across processes; and processes, which can be killed.

namespace dxpy::ring {
namespace {

constexpr uint32_t kRing = 64 * 1024;

/// Small ones mostly, and some that need several fragments or more than the ring.
std::string RandomFrame(uint64_t number) {
  std::mt19937 random(static_cast<uint32_t>(number));
  const size_t most = number % 100 == 0 ? 3 * kRing : number % 10 == 0 ? kRing / 2 : 200;
  return Frame(number, random() % most);
}

TEST_CASE("two threads pass frames through a small ring") {
  constexpr uint64_t kFrames = 4'000;
  LocalRing ring(4096);
  std::thread producer([&] {
    for (uint64_t n = 0; n < kFrames; ++n) ring.Write(RandomFrame(n));
    ring.writer.WaitDrained();
  });
  uint64_t wrong = 0;
  for (uint64_t n = 0; n < kFrames; ++n)
    if (WaitForFrame(ring.reader, Doorbell(ring.reader_bell)) != RandomFrame(n)) ++wrong;
  CHECK_FALSE(ring.reader.Next().has_value());  // lets the producer go
  producer.join();
  CHECK(wrong == 0);
}

// As the dispatcher does: it never waits for room, only for its bell.
TEST_CASE("a writer that may not wait is woken when there is room") {
  constexpr uint64_t kFrames = 20'000;
  LocalRing ring(4096);
  std::thread consumer([&] {
    for (uint64_t n = 0; n < kFrames; ++n)
      (void)WaitForFrame(ring.reader, Doorbell(ring.reader_bell));
    (void)ring.reader.Next();
  });
  const Doorbell own(ring.writer_bell);
  for (uint64_t n = 0; n < kFrames; ++n) {
    const std::string frame = Frame(n, n % 1500);
    for (;;) {
      const uint32_t ticket = own.Ticket();
      if (ring.TryWrite(frame)) break;
      REQUIRE(own.Wait(ticket, std::chrono::minutes(2)));
    }
  }
  consumer.join();
}

TEST_CASE("WaitDrained returns after the last frame was handled, not before") {
  LocalRing ring(4096);
  for (uint64_t n = 0; n < 2'000; ++n) {
    std::atomic<bool> handled{false};
    std::thread consumer([&] {
      (void)WaitForFrame(ring.reader, Doorbell(ring.reader_bell));
      std::this_thread::yield();
      handled = true;
      (void)ring.reader.Next();
    });
    ring.Write("frame");
    ring.writer.WaitDrained();
    const bool was_handled = handled;
    consumer.join();
    REQUIRE(was_handled);
  }
}

/// A channel and the words that a controller and a worker in a fork share.
struct Run {
  RunControl control = RunControl::Create();
  Channel channel = Channel::Create(kRing, kRing);
};

TEST_CASE("frames of all sizes come from another process") {
  const std::vector<size_t> sizes = {0,     1,         kRing / 4, kRing / 4 + 1, kRing - 8,
                                     kRing, kRing + 1, 0,         50'000'000,    1};
  const Run run;
  Child worker([&] {
    RingWriter writer = run.channel.ResultWriter(run.control);
    for (size_t i = 0; i < sizes.size(); ++i) writer.Write(AsBytes(Frame(i, sizes[i])), {});
    writer.WaitDrained();
  });
  RingReader reader = run.channel.ResultReader();
  for (size_t i = 0; i < sizes.size(); ++i) {
    CAPTURE(sizes[i]);
    CHECK((WaitForFrame(reader, run.control.controller_bell()) == Frame(i, sizes[i])));
  }
  (void)reader.Next();
  CHECK(worker.Wait() == "exit 0");
}

TEST_CASE("a writer waits for a consumer that is slow") {
  constexpr uint64_t kFrames = 2'000;
  const Run run;
  Child worker([&] {
    RingReader reader = run.channel.CommandReader(run.control);
    for (uint64_t n = 0; n < kFrames; ++n) {
      if (WaitForFrame(reader, run.channel.worker_bell()) != Frame(n, 1000)) throw Error("wrong");
      (void)Frame(n, 50'000);  // far longer than the writer needs
    }
    (void)reader.Next();
  });
  RingWriter writer = run.channel.CommandWriter(run.control);
  for (uint64_t n = 0; n < kFrames; ++n) writer.Write(AsBytes(Frame(n, 1000)), {});
  writer.WaitDrained();
  CHECK(worker.Wait() == "exit 0");
}

/// Reads until the worker is dead and all that it left behind is read; kills it
/// after `kill_after` frames. @returns how many frames came, in order and whole.
uint64_t ReadUntilDead(const Run& run, const Child& worker, uint64_t kill_after) {
  const Doorbell bell = run.control.controller_bell();
  DeathWatch watch(bell);
  watch.Watch(0, OpenPidFd(worker.pid()));
  RingReader reader = run.channel.ResultReader();
  bool dead = false;
  for (uint64_t n = 0;;) {
    const uint32_t ticket = bell.Ticket();
    dead = dead || !watch.TakeDead().empty();
    while (const auto frame = reader.Next()) {
      if (ToText(*frame) != RandomFrame(n)) throw Error("frame " + std::to_string(n));
      if (++n == kill_after) worker.Kill();
    }
    // Looked at before the ring: what a dead worker wrote is all there by then.
    if (dead) return n;
    bell.Wait(ticket);
  }
}

TEST_CASE("a worker that is killed at any point leaves whole frames, and its reader wakes") {
  std::mt19937 random(3);  // NOLINT: reproducible on purpose
  for (int round = 0; round < 150; ++round) {
    CAPTURE(round);
    const Run run;
    Child worker([&] {
      RingWriter writer = run.channel.ResultWriter(run.control);
      for (uint64_t n = 0;; ++n) writer.Write(AsBytes(RandomFrame(n)), {});
    });
    const uint64_t kill_after = random() % 300 + 1;
    uint64_t frames = 0;
    CHECK(Thrown([&] { frames = ReadUntilDead(run, worker, kill_after); }) == "nothing");
    CHECK(frames >= kill_after);
    CHECK(worker.Wait() == "signal 9");
  }
}

// It changes headers and positions under the reader's eyes. What the reader makes
// of them does not matter; that it stays in its ring, the address sanitizer sees.
TEST_CASE("a mad worker that scribbles on the ring all the time cannot crash its reader") {
  const Run run;
  const SharedMemory memory = SharedMemory::Attach(run.channel.fd(), sizeof(ChannelWords));
  const std::span<std::byte> ring = memory.bytes().subspan(sizeof(ChannelWords) + kRing);
  auto& head = reinterpret_cast<ChannelWords*>(memory.bytes().data())->result.head;
  Child worker([&] {
    for (uint64_t n = 0;; ++n) {
      const FragmentHeader header{static_cast<uint32_t>(n * n % 20'000), n % 16 == 0 ? kMore : 0};
      std::memcpy(&ring[n * 8 % kRing], &header, sizeof header);
      head.store(n % 9000 * 8, std::memory_order_relaxed);
    }
  });
  // Ends, as the child never stops: a test that hangs here has found a reader that does.
  for (int errors = 0; errors < 5'000;) {
    RingReader reader = run.channel.ResultReader();
    if (Thrown([&] { (void)reader.Next(); }) != "nothing") ++errors;
  }
}

TEST_CASE("a worker that is killed while it sleeps on a full ring leaves whole frames") {
  const Run run;
  Child worker([&] {
    RingWriter writer = run.channel.ResultWriter(run.control);
    for (uint64_t n = 0;; ++n) writer.Write(AsBytes(Frame(n, 1000)), {});
  });
  RingReader reader = run.channel.ResultReader();
  const SharedMemory memory = SharedMemory::Attach(run.channel.fd(), sizeof(ChannelWords));
  const auto& words = *reinterpret_cast<ChannelWords*>(memory.bytes().data());
  while (words.worker.sleeping == 0) std::this_thread::yield();
  worker.Kill();
  CHECK(worker.Wait() == "signal 9");
  uint64_t n = 0;
  while (const auto frame = reader.Next()) REQUIRE(ToText(*frame) == Frame(n++, 1000));
  CHECK(n == kRing / 1008);
}

}  // namespace
}  // namespace dxpy::ring
