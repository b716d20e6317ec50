#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "base/unique_fd.h"

namespace dxpy::ring {

/// A mapped memfd: memory that several processes share and that is gone with
/// the last of them, whatever killed it. The mapping outlives the descriptor.
class SharedMemory {
 public:
  /// Makes a new zeroed one. The descriptor is close-on-exec.
  /// @throws Error  the system is out of memory or of descriptors.
  static SharedMemory Create(const char* name, size_t bytes);
  /// Maps one that another process made. `fd` is borrowed.
  /// @throws Error  `fd` is not a memfd of at least `minimum_bytes`.
  static SharedMemory Attach(int fd, size_t minimum_bytes);

  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory();

  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }
  /// The descriptor to hand on; -1 where attached.
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  SharedMemory(UniqueFd fd, std::span<std::byte> bytes) : fd_(std::move(fd)), bytes_(bytes) {}
  UniqueFd fd_;
  std::span<std::byte> bytes_;
};

}  // namespace dxpy::ring
