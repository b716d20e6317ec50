#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "ring/ring.h"
#include "ring/test_support.h"

// Rings that a mad peer has written to.

namespace dxpy::ring {
namespace {

constexpr size_t kRing = 4096;

/// A ring in which `bytes` of zeros seem to have been written, beginning with `header`.
LocalRing& Forge(LocalRing& ring, FragmentHeader header, uint64_t bytes) {
  const auto* begin = reinterpret_cast<const std::byte*>(&header);
  std::copy_n(begin, sizeof header, ring.data.data() + ring.words.tail % ring.data.size());
  ring.words.head = ring.words.tail + bytes;
  return ring;
}

TEST_CASE("fragment headers that no writer produces are errors that name field and value") {
  struct Case {
    FragmentHeader header;
    uint64_t written;
    const char* message;
  };
  const Case cases[] = {
      {{70000, 0}, 2048, "length 70000 exceeds the 2040 bytes written"},
      {{9, 0}, 16, "length 9 exceeds the 8 bytes written"},
      {{1, 0}, 8, "length 1 exceeds the 0 bytes written"},
      {{0xFFFF'FFFF, 0}, 4096, "length 4294967295 exceeds the 4088 bytes written"},
      {{1025, 0}, 4096, "length 1025 exceeds the 1024 bytes of a fragment"},
      {{8, 2}, 16, "flags 2 are not 0 or 1"},
      {{8, 0x8000'0001}, 16, "flags 2147483649 are not 0 or 1"},
      {{8, 1}, 16, "length 8 is not 1024 though more follows"},
  };
  for (const Case& c : cases) {
    LocalRing ring(kRing);
    ring.Write("before");
    CHECK(ring.ReadAll() == "before|");
    Forge(ring, c.header, c.written);
    for (int again = 0; again < 2; ++again) {  // a reader that goes on meets the same
      CHECK(Thrown([&] { (void)ring.reader.Next(); }) ==
            std::string("result ring: fragment at byte 16: ") + c.message);
    }
  }
}

// Takes seconds and over 1 GiB of memory; run it with --no-skip.
TEST_CASE("fragments that add up to more than 1 GiB are refused by the reader" * doctest::skip()) {
  LocalRing ring(size_t{1} << 26);
  const auto limit = static_cast<uint32_t>(ring.data.size() / 4);
  for (uint64_t done = 0; done < kMaxFrameBytes; done += limit) {
    Forge(ring, {limit, kMore}, limit + sizeof(FragmentHeader));
    CHECK_FALSE(ring.reader.Next().has_value());
  }
  Forge(ring, {1, 0}, 16);
  CHECK(Thrown([&] {
          (void)ring.reader.Next();
        }).ends_with("length 1 makes the frame exceed 1073741824"));
}

TEST_CASE("positions that no writer produces are errors that name them") {
  const auto head_after = [](uint64_t head) {
    LocalRing ring(kRing);
    ring.Write("12345678");
    (void)ring.reader.Next();
    ring.words.head = head;
    return Thrown([&] { (void)ring.reader.Next(); });
  };
  CHECK(head_after(16) == "nothing");
  CHECK(head_after(8) == "result ring: head: 8 is not between 16 and 4112");
  CHECK(head_after(0) == "result ring: head: 0 is not between 16 and 4112");
  CHECK(head_after(4120) == "result ring: head: 4120 is not between 16 and 4112");
  CHECK(head_after(~uint64_t{0}) ==
        "result ring: head: 18446744073709551615 is not between 16 and 4112");
  CHECK(head_after(20) == "result ring: head: 20 is not a multiple of 8");
}

TEST_CASE("positions that no reader produces are errors that name them") {
  const auto tail_after = [](uint64_t tail) {
    LocalRing ring(kRing);
    ring.Write("12345678");
    ring.words.tail = tail;
    return Thrown([&] { ring.writer.WaitDrained(); });
  };
  CHECK(tail_after(16) == "nothing");
  CHECK(tail_after(24) == "result ring: tail: 24 is not between 0 and 16");
  CHECK(tail_after(12) == "result ring: tail: 12 is not a multiple of 8");
}

TEST_CASE("ends that are made for a damaged ring say so") {
  LocalRing ring(kRing);
  const Doorbell bell(ring.reader_bell);
  ring.words.tail = 12;
  CHECK(Thrown([&] { RingReader(ring.words, ring.data, bell, "command ring"); }) ==
        "command ring: tail: 12 is not a multiple of 8");
  ring.words.tail = 16;
  CHECK(Thrown([&] { RingWriter(ring.words, ring.data, bell, bell, "command ring"); }) ==
        "command ring: head: 0 is not between 16 and 4112");
}

TEST_CASE("a reader trusts its own position and not the one in shared memory") {
  LocalRing ring(kRing);
  ring.Write("a");
  ring.Write("b");
  CHECK(ToText(*ring.reader.Next()) == "a");
  ring.words.tail = 999;
  CHECK(ToText(*ring.reader.Next()) == "b");
}

TEST_CASE("rubbish in the ring is an error or a frame, and never leads out of the ring") {
  std::mt19937 random(1);  // NOLINT: reproducible on purpose
  size_t errors = 0;
  for (int round = 0; round < 20'000; ++round) {
    LocalRing ring(4096);
    for (size_t at = 0; at < ring.data.size(); at += 8) {
      // Small numbers are right often enough to get past the first check.
      const FragmentHeader header{static_cast<uint32_t>(random() % 1200),
                                  static_cast<uint32_t>(random() % 16 == 0)};
      std::copy_n(reinterpret_cast<const std::byte*>(&header), 8, ring.data.data() + at);
    }
    ring.words.head = random() % 520 * 8;
    const std::string thrown = Thrown([&] {
      while (ring.reader.Next()) continue;
    });
    if (thrown != "nothing") ++errors;
  }
  CHECK(errors > 10'000);
}

}  // namespace
}  // namespace dxpy::ring
