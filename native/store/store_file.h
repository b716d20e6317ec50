#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/unique_fd.h"

namespace dxpy::store {

/// An open file under `flock`. The lock ends with this object also where a process that was
/// forked meanwhile has the descriptor too.
class LockedFile {
 public:
  LockedFile() = default;
  explicit LockedFile(UniqueFd fd) : fd_(std::move(fd)) {}
  LockedFile(LockedFile&&) = default;
  LockedFile& operator=(LockedFile&&) = default;
  ~LockedFile();

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] bool is_open() const { return fd_.get() >= 0; }

 private:
  UniqueFd fd_;
};

struct OpenedFile {
  LockedFile file;      ///< closed where there is a problem, or no file to read
  std::string problem;  ///< one line
};

/// Waits until nobody writes. No problem and no file: there is none.
[[nodiscard]] OpenedFile OpenToRead(const std::string& path, int most_wait_ms);
/// Makes the file where there is none, and waits until nobody reads or writes. The file has this
/// path: one that was replaced while we waited is opened anew.
[[nodiscard]] OpenedFile OpenToAppend(const std::string& path, int most_wait_ms);

/// Writes at `offset` what will be the end of a file of `file_bytes`; what is behind it is cut
/// off. Where that fails nothing is left of `bytes`.
/// @returns  false with errno set.
[[nodiscard]] bool WriteAtEnd(int fd, uint64_t file_bytes, uint64_t offset, std::string_view bytes);

/// Replaces the file at `path`, which the caller has locked: writes `path`.new and renames it.
/// @returns  the new file, locked.
[[nodiscard]] OpenedFile ReplaceFile(const std::string& path, std::string_view bytes);

/// A file mapped for reading, with room for it to grow: what is appended can be read
/// through the same map. Only bytes that the file has may be touched.
class GrowingMap {
 public:
  /// @returns  an empty one with errno set where it cannot be mapped.
  static GrowingMap Make(int fd, uint64_t file_bytes);
  GrowingMap() = default;
  GrowingMap(GrowingMap&& other) noexcept : memory_(std::exchange(other.memory_, {})) {}
  GrowingMap& operator=(GrowingMap&& other) noexcept {
    std::swap(memory_, other.memory_);
    return *this;
  }
  GrowingMap(const GrowingMap&) = delete;
  GrowingMap& operator=(const GrowingMap&) = delete;
  ~GrowingMap();

  /// All of it, the room beyond the file's end too.
  [[nodiscard]] std::span<const std::byte> memory() const { return memory_; }

 private:
  explicit GrowingMap(std::span<const std::byte> memory) : memory_(memory) {}
  std::span<const std::byte> memory_;
};

}  // namespace dxpy::store
