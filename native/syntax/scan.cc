#include "syntax/scan.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <tbb/parallel_for_each.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/unique_fd.h"
#include "syntax/outline_queries.h"

namespace dxpy::syntax {
namespace {

// Reads a regular file into `bytes`, whose memory is used again.
bool ReadFile(const std::string& path, std::vector<char>& bytes) {
  // Not O_RDONLY alone: opening a pipe of that name would wait for its writer.
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (fd.get() < 0 || fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  // One byte more than it has, so that one read sees the end of the file.
  bytes.resize(static_cast<size_t>(status.st_size) + 1);
  size_t size = 0;
  for (;;) {
    const ssize_t count = read(fd.get(), bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    size += static_cast<size_t>(count);
    if (count == 0 || size < bytes.size()) break;
    bytes.resize(bytes.size() * 2);  // it grows while we read
  }
  bytes.resize(size);
  return true;
}

void ScanInto(FileScan& file, const std::string& path, Keep keep) {
  thread_local std::vector<char> bytes;
  file.readable = ReadFile(path, bytes);
  if (!file.readable) return;
  file.size_bytes = bytes.size();
  Outline outline = ScanOutline({bytes.data(), bytes.size()});
  file.tests = CountTests(outline);
  if (keep == Keep::kCounts) return;
  // The spans stay true: a moved vector keeps its memory.
  file.source = std::exchange(bytes, {});
  file.outline = std::move(outline);
}

}  // namespace

std::vector<FileScan> ScanFiles(std::span<const std::string> paths, Keep keep) {
  std::vector<FileScan> files(paths.size());
  tbb::parallel_for_each(files, [&](FileScan& file) {
    ScanInto(file, paths[static_cast<size_t>(&file - files.data())], keep);
  });
  return files;
}

}  // namespace dxpy::syntax
