#include "index/write_aside.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

namespace dxpy::index {
namespace {

// How often a file may be renamed away between our open and our lock.
constexpr int kMostAttempts = 100;

enum class Locked : uint8_t { kYes, kGone, kBusy, kFailed };

// Locks `fd` if it is the file of that name. One that was renamed in the
// meantime is the index itself, which must not be written to.
Locked Lock(int fd, const std::string& name) {
  if (flock(fd, LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK ? Locked::kBusy : Locked::kFailed;
  struct stat opened{};
  struct stat named{};
  if (fstat(fd, &opened) != 0) return Locked::kFailed;
  if (lstat(name.c_str(), &named) != 0) return errno == ENOENT ? Locked::kGone : Locked::kFailed;
  const bool same = opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
  return same ? Locked::kYes : Locked::kGone;
}

struct Aside {
  UniqueFd fd;
  Locked locked = Locked::kBusy;
};

// errno is set where it is Locked::kFailed.
Aside OpenAside(const std::string& name) {
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    UniqueFd fd(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666));
    if (fd.get() < 0) return {UniqueFd(), Locked::kFailed};
    const Locked locked = Lock(fd.get(), name);
    if (locked != Locked::kGone) return {std::move(fd), locked};
  }
  return {};
}

// Drops the first `count` bytes.
void Advance(std::vector<iovec>& pieces, size_t& first, size_t count) {
  while (first < pieces.size() && count >= pieces[first].iov_len) count -= pieces[first++].iov_len;
  if (count == 0) return;
  pieces[first].iov_base = static_cast<char*>(pieces[first].iov_base) + count;
  pieces[first].iov_len -= count;
}

// False with errno set if not all could be written.
bool WriteAll(int fd, const Image& image) {
  if (ftruncate(fd, 0) != 0) return false;
  std::vector<iovec> pieces = {{const_cast<char*>(image.front.data()), image.front.size()}};
  for (const auto block : image.blocks)
    pieces.push_back({const_cast<std::byte*>(block.data()), block.size()});
  for (size_t first = 0; first < pieces.size();) {
    const size_t count = std::min<size_t>(pieces.size() - first, IOV_MAX);
    const ssize_t written = writev(fd, &pieces[first], static_cast<int>(count));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    Advance(pieces, first, static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

WriteResult WriteAside(const std::string& path, const Image& image) {
  const std::string name = path + ".new";
  const Aside aside = OpenAside(name);
  if (aside.locked == Locked::kBusy) return {.mapping = {}, .is_busy = true, .problem = {}};
  if (aside.locked == Locked::kFailed) return {{}, false, SystemError(name, errno).what()};
  // From here on nobody else writes, renames or deletes the file.
  if (WriteAll(aside.fd.get(), image)) {
    std::optional<MappedFile> mapping = MappedFile::Map(aside.fd.get());
    if (mapping && std::rename(name.c_str(), path.c_str()) == 0)
      return {std::move(mapping), false, {}};
  }
  const std::string problem = SystemError(name, errno).what();
  unlink(name.c_str());
  return {{}, false, problem};
}

}  // namespace dxpy::index
