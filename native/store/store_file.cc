#include "store/store_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <thread>

#include "base/error.h"

namespace dxpy::store {
namespace {

// How often a file may be replaced between our open and our lock.
constexpr int kMostAttempts = 100;
// A map has room for so much more than the file, and for as much again as it has.
constexpr uint64_t kLeastRoom = uint64_t{4} << 20;

std::string Problem(const std::string& path) { return SystemError(path, errno).what(); }

// Not a blocking flock: whoever stops a process that has the lock would stop all others.
// False with errno set; EWOULDBLOCK: it waited in vain.
bool Lock(int fd, int operation, int most_wait_ms) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::milliseconds(most_wait_ms);
  for (auto pause = std::chrono::microseconds(50);;) {
    if (flock(fd, operation | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK && errno != EINTR) return false;
    if (Clock::now() >= end) {
      errno = EWOULDBLOCK;
      return false;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::microseconds(2000));
  }
}

// Whether `path` leads to the file that `fd` is open for.
bool IsAt(int fd, const std::string& path) {
  struct stat opened{};
  struct stat named{};
  return fstat(fd, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

// Why it is no regular file; empty: it is one.
std::string KindProblem(int fd, const std::string& path) {
  struct stat status{};
  if (fstat(fd, &status) != 0) return Problem(path);
  if (S_ISREG(status.st_mode)) return {};
  return SystemError(path, S_ISDIR(status.st_mode) ? EISDIR : EINVAL).what();
}

std::string LockProblem(const std::string& path, int most_wait_ms) {
  if (errno != EWOULDBLOCK) return Problem(path);
  return path + ": locked by another process for " + std::to_string(most_wait_ms) + " ms";
}

bool WriteAll(int fd, uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    offset += static_cast<uint64_t>(written);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

LockedFile::~LockedFile() {
  if (is_open()) flock(fd(), LOCK_UN);
}

OpenedFile OpenToRead(const std::string& path, int most_wait_ms) {
  // Not O_RDONLY alone: opening a pipe of that name would wait for its writer.
  LockedFile file(UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)));
  if (!file.is_open()) return {LockedFile(), errno == ENOENT ? std::string() : Problem(path)};
  std::string problem = KindProblem(file.fd(), path);
  if (problem.empty() && !Lock(file.fd(), LOCK_SH, most_wait_ms))
    problem = LockProblem(path, most_wait_ms);
  if (!problem.empty()) return {LockedFile(), problem};
  return {std::move(file), {}};
}

OpenedFile OpenToAppend(const std::string& path, int most_wait_ms) {
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    LockedFile file(UniqueFd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666)));
    if (!file.is_open()) return {LockedFile(), Problem(path)};
    std::string problem = KindProblem(file.fd(), path);
    if (problem.empty() && !Lock(file.fd(), LOCK_EX, most_wait_ms))
      problem = LockProblem(path, most_wait_ms);
    if (!problem.empty()) return {LockedFile(), problem};
    if (IsAt(file.fd(), path)) return {std::move(file), {}};
  }
  return {LockedFile(), path + ": replaced again and again by other processes"};
}

bool WriteAtEnd(int fd, uint64_t file_bytes, uint64_t offset, std::string_view bytes) {
  // What a killed writer has left would be behind ours, and look like a part of it.
  if (file_bytes > offset && ftruncate(fd, static_cast<off_t>(offset)) != 0) return false;
  if (WriteAll(fd, offset, bytes)) return true;
  const int error = errno;
  const int result = ftruncate(fd, static_cast<off_t>(offset));
  (void)result;  // then the next writer does it
  errno = error;
  return false;
}

OpenedFile ReplaceFile(const std::string& path, std::string_view bytes) {
  const std::string name = path + ".new";
  LockedFile file(
      UniqueFd(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666)));
  if (!file.is_open()) return {LockedFile(), Problem(name)};
  // Somebody else may write it where the file at `path` was deleted while we had it locked.
  if (!Lock(file.fd(), LOCK_EX, 0) || !IsAt(file.fd(), name))
    return {LockedFile(), name + ": written by another process"};
  if (ftruncate(file.fd(), 0) == 0 && WriteAll(file.fd(), 0, bytes) &&
      std::rename(name.c_str(), path.c_str()) == 0)
    return {std::move(file), {}};
  const std::string problem = Problem(name);
  unlink(name.c_str());
  return {LockedFile(), problem};
}

GrowingMap GrowingMap::Make(int fd, uint64_t file_bytes) {
  const uint64_t bytes = file_bytes * 2 + kLeastRoom;
  // Shared: a private map need not see what is appended.
  void* const memory = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return {};
#ifdef MADV_POPULATE_READ
  if (file_bytes > 0)
    madvise(memory, file_bytes, MADV_POPULATE_READ);  // one call, not one fault a page
#endif
  return GrowingMap({static_cast<const std::byte*>(memory), bytes});
}

GrowingMap::~GrowingMap() {
  if (!memory_.empty()) munmap(const_cast<std::byte*>(memory_.data()), memory_.size());
}

}  // namespace dxpy::store
