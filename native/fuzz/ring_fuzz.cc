// Drives a ring by a script, three bytes a step. As long as the script only writes
// and reads, frames must come out as from a list. Once it has scribbled on the
// shared memory, anything may come out, but no crash and no error that is not an
// Error.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "ring/ring.h"

namespace {

using namespace dxpy::ring;  // NOLINT: a program of one purpose

constexpr size_t kRing = 4096;

class Script {
 public:
  void Step(uint8_t action, uint16_t value) {
    switch (action % 8) {
      case 0:
      case 1:
      case 2:
        return Write(value % (kRing + 100));
      case 3:
      case 4:
        return Read();
      case 5:
        mad_ = true;
        std::memset(&data_[value % (kRing / 8) * 8], action, sizeof(FragmentHeader) / 2);
        return;
      case 6:
        mad_ = true;
        return words_.head.store(value, std::memory_order_relaxed);
      default:
        mad_ = true;
        return Forge(value);
    }
  }

 private:
  void Write(size_t bytes) {
    const std::string frame(bytes, static_cast<char>(++number_));
    const size_t cut = bytes / 3;
    const auto whole = std::as_bytes(std::span(frame));
    if (writer_.TryWrite(whole.first(cut), whole.subspan(cut))) frames_.push_back(frame);
  }

  void Read() {
    const auto frame = reader_.Next();
    if (mad_) return;
    if (frame.has_value() == frames_.empty()) std::abort();
    if (!frame) return;
    if (frame->size() != frames_.front().size() ||
        !std::equal(frame->begin(), frame->end(),
                    std::as_bytes(std::span(frames_.front())).begin()))
      std::abort();
    frames_.pop_front();
  }

  /// A fragment that may be right, where the reader looks next.
  void Forge(uint16_t value) {
    const FragmentHeader header{value % 1032U, value % 3 == 0 ? kMore : 0};
    const uint64_t tail = words_.tail.load(std::memory_order_relaxed) / 8 * 8;
    std::memcpy(&data_[tail % kRing], &header, sizeof header);
    words_.head.store(tail + value % 513 * 8, std::memory_order_relaxed);
  }

  RingWords words_{};
  DoorbellWords reader_bell_{};
  DoorbellWords writer_bell_{};
  std::vector<std::byte> data_ = std::vector<std::byte>(kRing);
  RingWriter writer_{words_, data_, Doorbell(reader_bell_), Doorbell(writer_bell_)};
  RingReader reader_{words_, data_, Doorbell(writer_bell_)};
  std::deque<std::string> frames_;
  unsigned number_ = 0;
  bool mad_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Script script;
  for (size_t i = 0; i + 3 <= size; i += 3) {
    try {
      script.Step(data[i], static_cast<uint16_t>(data[i + 1] | data[i + 2] << 8));
    } catch (const dxpy::Error&) {
      // Of a frame that never fits, or of scribbled memory; the script goes on.
    }
  }
  return 0;
}
