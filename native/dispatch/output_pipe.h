#pragma once

#include <cstdint>
#include <string>

#include "base/unique_fd.h"

namespace dxpy::dispatch {

/// What a worker and all that it starts write to one stream, as whole lines. Not thread-safe.
///
/// It never waits, neither for the rest of a line nor for the end: a process that a worker leaves
/// behind may hold its own end open.
class OutputPipe {
 public:
  /// A longer line is cut.
  static constexpr size_t kLongestLine = 64 * 1024;
  /// What is read at most in one go: whoever writes faster does not hold others up.
  static constexpr size_t kMostBytes = 1024 * 1024;

  /// @param stream  as the descriptor's number: 1 or 2.
  /// @param fd  the end that is read; becomes non-blocking.
  OutputPipe(uint32_t worker, uint32_t stream, UniqueFd fd);

  [[nodiscard]] uint32_t worker() const { return worker_; }
  [[nodiscard]] uint32_t stream() const { return stream_; }
  /// -1 once nobody has the other end any more.
  [[nodiscard]] int fd() const { return fd_.get(); }

  /// The lines that have come; what follows the last of them is kept.
  std::string ReadLines();
  /// All that has come; an unfinished line is ended.
  std::string ReadAll();

 private:
  void Read();

  uint32_t worker_;
  uint32_t stream_;
  UniqueFd fd_;
  std::string text_;
};

}  // namespace dxpy::dispatch
