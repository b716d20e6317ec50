#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/unique_fd.h"

namespace dxpy {

std::optional<MappedFile> MappedFile::Open(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) return std::nullopt;
  return Map(fd.get());
}

std::optional<MappedFile> MappedFile::Map(int fd) {
  struct stat status{};
  if (fstat(fd, &status) != 0) return std::nullopt;
  if (!S_ISREG(status.st_mode)) {
    errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
    return std::nullopt;
  }
  const auto bytes = static_cast<size_t>(status.st_size);
  if (bytes == 0) return MappedFile(std::span<const std::byte>());  // mmap refuses that
  void* const memory = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  if (memory == MAP_FAILED) return std::nullopt;
  return MappedFile({static_cast<const std::byte*>(memory), bytes});
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace dxpy
