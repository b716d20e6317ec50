#include "ring/ring.h"

#include <doctest/doctest.h>
#include <sys/mman.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>

#include "ring/test_support.h"

namespace dxpy::ring {
namespace {

constexpr size_t kRing = 4096;
constexpr size_t kFragment = kRing / 4;

TEST_CASE("frames come out whole and in order, empty ones too") {
  LocalRing ring(kRing);
  CHECK(ring.ReadAll().empty());
  for (const char* frame : {"a", "", "bcd"}) ring.Write(frame);
  CHECK(ring.ReadAll() == "a||bcd|");
  CHECK(ring.ReadAll().empty());
}

TEST_CASE("head and body make one frame") {
  LocalRing ring(kRing);
  ring.writer.Write(AsBytes("head,"), AsBytes("body"));
  ring.writer.Write({}, AsBytes("body alone"));
  CHECK(ring.writer.TryWrite(AsBytes("head alone"), {}));
  CHECK(ring.ReadAll() == "head,body|body alone|head alone|");
}

TEST_CASE("every frame size up to what a ring holds comes through, wherever the ring ends") {
  LocalRing ring(kRing);
  for (size_t bytes = 0; bytes <= 2 * kFragment + 64; ++bytes) {
    CAPTURE(bytes);
    const std::string frame = Frame(bytes, bytes);
    // Cut between head and body at a place that moves too.
    const size_t cut = bytes == 0 ? 0 : bytes * 7919 % bytes;
    ring.writer.Write(AsBytes(frame.substr(0, cut)), AsBytes(frame.substr(cut)));
    const auto read = ring.reader.Next();
    REQUIRE(read.has_value());
    REQUIRE(ToText(*read) == frame);
  }
}

TEST_CASE("a frame's space is given back on the next call only") {
  LocalRing ring(kRing);
  while (ring.TryWrite(std::string(kFragment, 'x'))) continue;
  CHECK(ring.words.tail == 0);
  CHECK(ring.reader.Next().has_value());
  CHECK(ring.words.tail == 0);
  CHECK_FALSE(ring.TryWrite(std::string(kFragment, 'x')));
  CHECK(ring.reader.Next().has_value());
  CHECK(ring.words.tail == kFragment + sizeof(FragmentHeader));
}

TEST_CASE("a fragment of an unfinished frame is given back as it is copied") {
  LocalRing ring(kRing);
  REQUIRE(ring.TryWrite(std::string(2 * kFragment, 'x')));
  // The second fragment stays behind, as if its producer were still at it.
  const uint64_t first = kFragment + sizeof(FragmentHeader);
  const uint64_t both = ring.words.head.exchange(first);
  CHECK_FALSE(ring.reader.Next().has_value());
  CHECK(ring.words.tail == first);
  ring.words.head = both;
  CHECK(ring.ReadAll() == std::string(2 * kFragment, 'x') + "|");
}

TEST_CASE("a frame that finds no room leaves nothing behind, and is rung for when there is") {
  LocalRing ring(kRing);
  size_t frames = 0;
  while (ring.TryWrite(std::string(100, 'x'))) ++frames;
  const uint64_t written = ring.words.head;
  const Doorbell bell(ring.writer_bell);
  const uint32_t ticket = bell.Ticket();
  CHECK_FALSE(ring.TryWrite(std::string(200, 'y')));
  CHECK(ring.words.head == written);
  for (size_t i = 0; i < frames / 4; ++i) CHECK(ring.reader.Next().has_value());
  CHECK(bell.Ticket() == ticket);  // not for every frame: half of the ring must be free
  while (ring.reader.Next()) continue;
  CHECK(bell.Ticket() != ticket);
  CHECK(ring.TryWrite(std::string(200, 'y')));
  const uint32_t later = bell.Ticket();
  CHECK(ring.ReadAll() == std::string(200, 'y') + "|");
  CHECK(bell.Ticket() == later);  // nobody asked
}

TEST_CASE("a frame that needs the whole ring can be written without waiting") {
  LocalRing ring(kRing);
  const size_t most = kRing - 4 * sizeof(FragmentHeader);
  CHECK(ring.TryWrite(std::string(most, 'x')));
  CHECK_FALSE(ring.TryWrite(std::string(most, 'y')));
  CHECK(ring.ReadAll() == std::string(most, 'x') + "|");
  CHECK(ring.TryWrite(std::string(most, 'y')));
}

TEST_CASE("a frame that will never fit is an error and not an endless false") {
  LocalRing ring(kRing);
  const size_t bytes = kRing - 4 * sizeof(FragmentHeader) + 1;
  CHECK(Thrown([&] { (void)ring.TryWrite(std::string(bytes, 'x')); }) ==
        "result ring: frame of 4065 bytes does not fit into the 4096 of the ring");
  CHECK(ring.words.head == 0);
}

TEST_CASE("a frame over 1 GiB is refused by the writer") {
  // Address space without memory; it is never read.
  const size_t bytes = kMaxFrameBytes + 1;
  void* huge = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(huge != MAP_FAILED);
  LocalRing ring(kRing);
  const std::span<const std::byte> frame(static_cast<std::byte*>(huge), bytes);
  CHECK(Thrown([&] { ring.writer.Write(frame, {}); }) ==
        "result ring: frame of 1073741825 bytes exceeds the limit of 1073741824");
  CHECK(ring.words.head == 0);
  munmap(huge, bytes);
}

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

// Half a minute and 2 GiB under sanitizers; run it with --no-skip.
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

TEST_CASE("a frame that was read is the reader's own copy") {
  LocalRing ring(kRing);
  ring.Write("precious");
  const auto frame = ring.reader.Next();
  std::fill(ring.data.begin(), ring.data.end(), std::byte{'x'});
  CHECK(ToText(*frame) == "precious");
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

/// The slow, obvious ring: a list of frames, and a sum for the room they take.
class Twin {
 public:
  bool TryWrite(const std::string& frame) {
    uint64_t needed = Room(frame);
    for (const std::string& other : frames_) needed += Room(other);
    if (needed + held_ > kRing) return false;
    frames_.push_back(frame);
    return true;
  }
  std::string Next() {
    held_ = 0;
    if (frames_.empty()) return "none";
    const std::string frame = frames_.front();
    frames_.pop_front();
    // Of a frame in fragments only the last one is held.
    held_ = frame.empty() ? Room(frame)
                          : Room(frame.substr((frame.size() - 1) / kFragment * kFragment));
    return frame;
  }

 private:
  static uint64_t Room(const std::string& frame) {
    uint64_t room = 0;
    for (size_t done = 0; done == 0 || done < frame.size(); done += kFragment)
      room += 8 + (std::min(kFragment, frame.size() - done) + 7) / 8 * 8;
    return room;
  }
  std::deque<std::string> frames_;
  uint64_t held_ = 0;
};

TEST_CASE("random writes and reads do what a list of frames does") {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    LocalRing ring(kRing);
    Twin twin;
    const size_t largest = seed % 2 == 0 ? 60 : 3000;
    for (uint64_t step = 0; step < 500; ++step) {
      if (random() % 2 == 0) {
        const std::string frame = Frame(step, random() % largest);
        REQUIRE(ring.TryWrite(frame) == twin.TryWrite(frame));
      } else {
        const auto frame = ring.reader.Next();
        REQUIRE((frame ? ToText(*frame) : "none") == twin.Next());
      }
    }
  }
}

}  // namespace
}  // namespace dxpy::ring
