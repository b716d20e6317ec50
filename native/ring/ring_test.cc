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

TEST_CASE("a frame that was read is the reader's own copy") {
  LocalRing ring(kRing);
  ring.Write("precious");
  const auto frame = ring.reader.Next();
  std::fill(ring.data.begin(), ring.data.end(), std::byte{'x'});
  CHECK(ToText(*frame) == "precious");
}

// The example of docs/formats/ring.md.
TEST_CASE("frames lie in the ring as these bytes") {
  LocalRing ring(kRing);
  std::fill(ring.data.begin(), ring.data.end(), std::byte{'.'});
  ring.Write("abc");
  ring.Write("");
  CHECK(ToText(ring.data).substr(0, 32) ==
        std::string("\3\0\0\0\0\0\0\0abc.....\0\0\0\0\0\0\0\0........", 32));
  CHECK(ring.words.head == 24);
  CHECK(ring.words.tail == 0);
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
