#include "ring/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "base/error.h"

namespace dxpy::ring {

namespace {

// Sealed against a change of size: a worker that truncated the memory would
// otherwise kill the controller with SIGBUS.
constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

std::span<std::byte> Map(int fd, size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED)
    throw SystemError("shared memory: mapping " + std::to_string(bytes) + " bytes", errno);
  return {static_cast<std::byte*>(memory), bytes};
}

}  // namespace

SharedMemory SharedMemory::Create(const char* name, size_t bytes) {
  UniqueFd fd(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (fd.get() < 0) throw SystemError("shared memory: memfd_create", errno);
  if (ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0)
    throw SystemError("shared memory: size " + std::to_string(bytes), errno);
  if (fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) throw SystemError("shared memory: seals", errno);
  const std::span<std::byte> mapped = Map(fd.get(), bytes);
  return SharedMemory(std::move(fd), mapped);
}

SharedMemory SharedMemory::Attach(int fd, size_t minimum_bytes) {
  const std::string where = "shared memory: descriptor " + std::to_string(fd);
  const int seals = fcntl(fd, F_GET_SEALS);
  // EINVAL: a descriptor, but of something that has no seals.
  if (seals < 0 && errno != EINVAL) throw SystemError(where, errno);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0)
    throw Error(where + ": not a memfd that is sealed against shrinking");
  struct stat status{};
  if (fstat(fd, &status) != 0) throw SystemError(where, errno);
  const auto bytes = static_cast<size_t>(status.st_size);
  if (bytes < minimum_bytes) {
    throw Error(where + ": " + std::to_string(bytes) + " bytes are fewer than the " +
                std::to_string(minimum_bytes) + " needed");
  }
  return SharedMemory(UniqueFd(), Map(fd, bytes));
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : fd_(std::move(other.fd_)), bytes_(std::exchange(other.bytes_, {})) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

}  // namespace dxpy::ring
