#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "ring/ring.h"

// The words that the tests of this folder are written in.

namespace dxpy::ring {

inline std::span<const std::byte> AsBytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

inline std::string ToText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The frame with this number: content that no other number and no other offset
/// in it has, so that a torn, lost or repeated piece is seen.
inline std::string Frame(uint64_t number, size_t bytes) {
  std::string frame(bytes, '\0');
  uint64_t state = number * 0x9E37'79B9'7F4A'7C15 + 1;
  for (char& c : frame) {
    state = state * 6364136223846793005 + 1442695040888963407;
    c = static_cast<char>(state >> 56);
  }
  return frame;
}

/// What `call` throws, or "nothing".
template <typename Call>
std::string Thrown(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

/// A ring with both ends in this process.
struct LocalRing {
  explicit LocalRing(size_t bytes)
      : data(bytes),
        writer(words, data, Doorbell(reader_bell), Doorbell(writer_bell), "result ring"),
        reader(words, data, Doorbell(writer_bell), "result ring") {}

  void Write(const std::string& frame) { writer.Write(AsBytes(frame), {}); }
  bool TryWrite(const std::string& frame) { return writer.TryWrite(AsBytes(frame), {}); }
  /// All frames that have arrived, as "a|b|", so that an empty frame shows.
  std::string ReadAll() {
    std::string all;
    while (const auto frame = reader.Next()) all += ToText(*frame) + "|";
    return all;
  }

  RingWords words{};
  DoorbellWords reader_bell{};
  DoorbellWords writer_bell{};
  std::vector<std::byte> data;
  RingWriter writer;
  RingReader reader;
};

/// Waits on `bell` until `reader` has a whole frame.
inline std::string WaitForFrame(RingReader& reader, const Doorbell& bell) {
  for (;;) {
    const uint32_t ticket = bell.Ticket();
    if (const auto frame = reader.Next()) return ToText(*frame);
    bell.Wait(ticket);
  }
}

/// A forked process that runs `body`, and is killed with this object.
class Child {
 public:
  template <typename Body>
  explicit Child(Body body) {
    std::fflush(nullptr);  // or the child may write the parent's buffered lines again
    pid_ = fork();
    if (pid_ != 0) return;
    int status = 0;
    try {
      body();
    } catch (const std::exception&) {
      status = 1;
    }
    _exit(status);  // not exit: the parent's test framework is not ours to end
  }
  ~Child() {
    if (pid_ > 0) {
      Kill();
      Wait();
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] int pid() const { return pid_; }
  void Kill() const { kill(pid_, SIGKILL); }
  /// How it ended: "exit 0" or "signal 9".
  std::string Wait() {
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? "exit " + std::to_string(WEXITSTATUS(status))
                             : "signal " + std::to_string(WTERMSIG(status));
  }

 private:
  int pid_ = -1;
};

}  // namespace dxpy::ring
