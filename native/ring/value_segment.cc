#include "ring/value_segment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/error.h"

namespace dxpy::ring {

namespace {

// A size that changed would end a reader with SIGBUS; a write would be seen by some readers.
constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

size_t Aligned(size_t offset) {
  return (offset + ValueSegment::kAlignment - 1) / ValueSegment::kAlignment *
         ValueSegment::kAlignment;
}

void WriteAt(int fd, std::span<const std::byte> part, size_t offset) {
  while (!part.empty()) {
    const ssize_t count = pwrite(fd, part.data(), part.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0)
      throw SystemError("shared value: writing " + std::to_string(part.size()) + " bytes", errno);
    part = part.subspan(static_cast<size_t>(count));
    offset += static_cast<size_t>(count);
  }
}

}  // namespace

UniqueFd ValueSegment::Write(std::span<const std::span<const std::byte>> parts) {
  UniqueFd fd(memfd_create("dxpy-value", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (fd.get() < 0) throw SystemError("shared value: memfd_create", errno);
  size_t offset = 0;
  for (const std::span<const std::byte> part : parts) {
    WriteAt(fd.get(), part, offset);
    offset = Aligned(offset + part.size());
  }
  if (ftruncate(fd.get(), static_cast<off_t>(offset)) != 0)
    throw SystemError("shared value: size " + std::to_string(offset), errno);
  if (fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) throw SystemError("shared value: seals", errno);
  return fd;
}

ValueSegment ValueSegment::Open(int pid, int fd) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
  const std::string where = "shared value: " + path;
  const UniqueFd own(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (own.get() < 0) throw SystemError(where, errno);
  const int seals = fcntl(own.get(), F_GET_SEALS);
  if (seals < 0 || (seals & kSeals) != kSeals) throw Error(where + ": not a sealed memfd");
  struct stat status{};
  if (fstat(own.get(), &status) != 0) throw SystemError(where, errno);
  const auto size = static_cast<size_t>(status.st_size);
  if (size == 0) return ValueSegment({});
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, own.get(), 0);
  if (memory == MAP_FAILED)
    throw SystemError(where + ": mapping " + std::to_string(size) + " bytes", errno);
  return ValueSegment({static_cast<std::byte*>(memory), size});
}

ValueSegment::~ValueSegment() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

}  // namespace dxpy::ring
