#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "base/unique_fd.h"

namespace dxpy::ring {

/// A memfd that one process has filled and others read: gone with the last of them, whatever
/// killed it. Its parts begin at multiples of kAlignment.
class ValueSegment {
 public:
  static constexpr size_t kAlignment = 64;

  /// Makes one of these parts, and seals it: nobody can change it any more. @returns its
  /// descriptor, close-on-exec.
  /// @throws Error  the system is out of memory or of descriptors.
  static UniqueFd Write(std::span<const std::span<const std::byte>> parts);
  /// Maps what another process has open: `fd` of `pid`. What is written there stays in this
  /// process.
  /// @throws Error  there is no such descriptor, or it is not of a sealed memfd.
  static ValueSegment Open(int pid, int fd);

  ValueSegment(ValueSegment&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  ValueSegment& operator=(ValueSegment&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ValueSegment(const ValueSegment&) = delete;
  ValueSegment& operator=(const ValueSegment&) = delete;
  ~ValueSegment();

  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }

 private:
  explicit ValueSegment(std::span<std::byte> bytes) : bytes_(bytes) {}
  std::span<std::byte> bytes_;
};

}  // namespace dxpy::ring
