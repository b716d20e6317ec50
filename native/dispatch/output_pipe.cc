#include "dispatch/output_pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"

namespace dxpy::dispatch {

OutputPipe::OutputPipe(uint32_t worker, uint32_t stream, UniqueFd fd)
    : worker_(worker), stream_(stream), fd_(std::move(fd)) {
  if (fcntl(fd_.get(), F_SETFL, O_NONBLOCK) != 0) throw SystemError("fcntl", errno);
}

void OutputPipe::Read() {
  constexpr size_t kPart = 64 * 1024;
  for (size_t total = 0; fd_.get() >= 0 && total < kMostBytes;) {
    const size_t before = text_.size();
    text_.resize(before + kPart);
    const ssize_t count = read(fd_.get(), text_.data() + before, kPart);
    const int error = errno;
    text_.resize(before + (count > 0 ? static_cast<size_t>(count) : 0));
    if (count > 0) {
      total += static_cast<size_t>(count);
    } else if (count < 0 && error == EINTR) {
      continue;
    } else {
      if (count == 0 || error != EAGAIN) fd_ = UniqueFd();
      return;
    }
  }
}

std::string OutputPipe::ReadLines() {
  Read();
  const size_t end = text_.rfind('\n') + 1;  // 0 where there is none
  std::string lines = text_.substr(0, end);
  text_.erase(0, end);
  if (text_.size() >= kLongestLine) lines += std::exchange(text_, {}) + '\n';
  return lines;
}

std::string OutputPipe::ReadAll() {
  std::string lines = ReadLines();
  if (!text_.empty()) lines += std::exchange(text_, {}) + '\n';
  return lines;
}

}  // namespace dxpy::dispatch
