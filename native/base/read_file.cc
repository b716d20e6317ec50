#include "base/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/unique_fd.h"

namespace dxpy {
namespace {

int64_t Nanoseconds(const timespec& time) {
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

// Reads to the end of the file, which may grow meanwhile. `bytes` has room for it.
bool ReadToEnd(int fd, std::vector<char>& bytes) {
  size_t size = 0;
  for (;;) {
    const ssize_t count = read(fd, bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    size += static_cast<size_t>(count);
    if (count == 0 || size < bytes.size()) break;
    bytes.resize(bytes.size() * 2);
  }
  bytes.resize(size);
  return true;
}

}  // namespace

FileStat ToFileStat(const struct stat& status) {
  return {status.st_size, Nanoseconds(status.st_mtim), Nanoseconds(status.st_ctim), status.st_ino};
}

std::optional<FileStat> ReadFile(const std::string& path, std::vector<char>& bytes) {
  bool unchanged = false;
  return ReadFile(path, bytes, unchanged);
}

std::optional<FileStat> ReadFile(const std::string& path, std::vector<char>& bytes,
                                 bool& unchanged) {
  // Not O_RDONLY alone: opening a pipe of that name would wait for its writer.
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat before{};
  if (fd.get() < 0 || fstat(fd.get(), &before) != 0) return std::nullopt;
  if (!S_ISREG(before.st_mode)) {
    errno = EINVAL;
    return std::nullopt;
  }
  // One byte more than it has, so that one read sees the end of the file.
  bytes.resize(static_cast<size_t>(before.st_size) + 1);
  struct stat after{};
  if (!ReadToEnd(fd.get(), bytes) || fstat(fd.get(), &after) != 0) return std::nullopt;
  const FileStat seen = ToFileStat(before);
  unchanged = seen == ToFileStat(after) && bytes.size() == static_cast<size_t>(seen.size_bytes);
  return seen;
}

}  // namespace dxpy
