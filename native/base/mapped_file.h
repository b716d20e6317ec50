#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace dxpy {

/// A file mapped for reading. The mapping stays as it is when the file is
/// replaced by renaming another one over it. A file that is cut short in place
/// raises SIGBUS where its end was, so map only what is never written in place.
class MappedFile {
 public:
  /// @returns  nullopt with errno set where `path` is not a regular file in reach.
  static std::optional<MappedFile> Open(const std::string& path);
  /// Maps what `fd`, which is borrowed, is open for.
  static std::optional<MappedFile> Map(int fd);

  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// Empty for an empty file. They stay where they are when the object is moved.
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::span<const std::byte> bytes_;
};

}  // namespace dxpy
