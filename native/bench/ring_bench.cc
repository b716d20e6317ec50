// ring_bench [ROUNDS]: what a ring between two processes carries, and how long its
// doorbell takes to wake the reader. Prints medians with the range of the middle 80%.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "ring/channel.h"

namespace dxpy::ring {
namespace {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC: the same in both processes

constexpr uint32_t kRing = 1 << 20;

struct Run {
  RunControl control = RunControl::Create();
  Channel channel = Channel::Create(kRing, kRing);
};

template <typename Body>
pid_t Fork(Body body) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  body();
  _exit(0);
}

std::vector<std::byte> WaitForFrame(RingReader& reader, const Doorbell& bell) {
  for (;;) {
    const uint32_t ticket = bell.Ticket();
    if (const auto frame = reader.Next()) return {frame->begin(), frame->end()};
    bell.Wait(ticket);
  }
}

/// "median (10% to 90%)"
std::string Spread(std::vector<double> values, const char* unit) {
  std::sort(values.begin(), values.end());
  const auto at = [&](size_t percent) { return values[(values.size() - 1) * percent / 100]; };
  char text[100];
  std::snprintf(text, sizeof text, "%10.2f %s (%.2f to %.2f)", at(50), unit, at(10), at(90));
  return text;
}

/// Seconds that `frames` frames of `bytes` take from one process to the other.
double TransferSeconds(size_t bytes, size_t frames) {
  const Run run;
  const std::vector<std::byte> head(std::min<size_t>(bytes, 40));
  const std::vector<std::byte> body(bytes - head.size());
  RingReader reader = run.channel.ResultReader();
  const Doorbell bell = run.control.controller_bell();
  const pid_t writer = Fork([&] {
    RingWriter results = run.channel.ResultWriter(run.control);
    for (size_t i = 0; i <= frames; ++i) results.Write(head, body);
    results.WaitDrained();
  });
  (void)WaitForFrame(reader, bell);  // the fork is over
  const Clock::time_point begin = Clock::now();
  for (size_t left = frames; left > 0;) {
    const uint32_t ticket = bell.Ticket();
    while (left > 0 && reader.Next()) --left;
    if (left > 0) bell.Wait(ticket);
  }
  const std::chrono::duration<double> taken = Clock::now() - begin;
  (void)reader.Next();
  waitpid(writer, nullptr, 0);
  return taken.count();
}

void BenchTransfer(size_t bytes, size_t frames, size_t rounds) {
  std::vector<double> thousands;
  std::vector<double> gigabytes;
  for (size_t round = 0; round < rounds; ++round) {
    const double rate = static_cast<double>(frames) / TransferSeconds(bytes, frames);
    thousands.push_back(rate / 1e3);
    gigabytes.push_back(rate * static_cast<double>(bytes) / 1e9);
  }
  std::printf("frames of %8zu bytes %s %s\n", bytes, Spread(thousands, "k/s").c_str(),
              Spread(gigabytes, "GB/s").c_str());
}

/// Microseconds from before a write to a reader that slept: each frame carries the
/// time at which it was written.
std::vector<double> WakeMicroseconds(size_t wakes) {
  const Run run;
  const SharedMemory memory = SharedMemory::Attach(run.control.fd(), sizeof(RunControlWords));
  const auto& bell_words = reinterpret_cast<RunControlWords*>(memory.bytes().data())->controller;
  const pid_t writer = Fork([&] {
    RingWriter results = run.channel.ResultWriter(run.control);
    for (size_t i = 0; i < wakes; ++i) {
      results.WaitDrained();
      while (bell_words.sleeping == 0) std::this_thread::yield();
      // The flag is set a moment before the kernel puts the reader to sleep.
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      const Clock::time_point now = Clock::now();
      results.Write(std::as_bytes(std::span(&now, 1)), {});
    }
  });
  RingReader reader = run.channel.ResultReader();
  std::vector<double> microseconds;
  while (microseconds.size() < wakes) {
    const std::vector<std::byte> frame = WaitForFrame(reader, run.control.controller_bell());
    const Clock::time_point now = Clock::now();
    Clock::time_point written;
    std::memcpy(&written, frame.data(), sizeof written);
    microseconds.push_back(std::chrono::duration<double, std::micro>(now - written).count());
  }
  waitpid(writer, nullptr, 0);
  return microseconds;
}

/// Microseconds for a write and a read of 40 bytes in one process: the ring's own cost.
double OwnMicroseconds(size_t frames) {
  const Run run;
  const std::vector<std::byte> head(40);
  RingWriter results = run.channel.ResultWriter(run.control);
  RingReader reader = run.channel.ResultReader();
  const Clock::time_point begin = Clock::now();
  for (size_t i = 0; i < frames; ++i) {
    results.Write(head, {});
    if (!reader.Next()) std::abort();
  }
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count() /
         static_cast<double>(frames);
}

void BenchAll(size_t rounds) {
  std::printf("ring of %u bytes, 2 processes, n=%zu: median (10%% to 90%%)\n", kRing, rounds);
  BenchTransfer(40, 500'000, rounds);
  BenchTransfer(400, 200'000, rounds);
  BenchTransfer(4'000, 100'000, rounds);
  BenchTransfer(100'000, 5'000, rounds);
  BenchTransfer(10'000'000, 50, rounds);
  std::vector<double> own;
  for (size_t round = 0; round < rounds; ++round) own.push_back(OwnMicroseconds(200'000));
  std::printf("write and read, 40 bytes  %s\n", Spread(own, "us").c_str());
  const size_t wakes = rounds * 100;
  std::printf("wake, one way, n=%-6zu    %s\n", wakes,
              Spread(WakeMicroseconds(wakes), "us").c_str());
}

}  // namespace
}  // namespace dxpy::ring

int main(int argc, char** argv) {
  const long rounds = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 11;
  if (argc > 2 || rounds < 1) {
    std::fprintf(stderr, "usage: ring_bench [ROUNDS]\n");
    return 2;
  }
  dxpy::ring::BenchAll(static_cast<size_t>(rounds));
  return 0;
}
