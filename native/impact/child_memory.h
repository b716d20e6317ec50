#pragma once

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/unique_fd.h"
#include "impact/child_traces.h"

namespace dxpy::impact {

/// A controller's file for children, in this process: for tests and fuzzers.
class ChildMemory {
 public:
  ChildMemory() : fd_(::memfd_create("children", MFD_CLOEXEC)) {
    struct stat found{};
    if (::fstat(fd_.get(), &found) != 0) std::abort();
    file = {static_cast<uint64_t>(::getpid()), static_cast<uint64_t>(fd_.get()), found.st_ino};
  }

  /// All that was written.
  [[nodiscard]] std::string Read() const {
    std::string bytes;
    std::array<char, 4096> buffer;
    for (ssize_t size = 1; size > 0; bytes.append(buffer.data(), static_cast<size_t>(size)))
      size = ::pread(fd_.get(), buffer.data(), buffer.size(), static_cast<off_t>(bytes.size()));
    return bytes;
  }

  ChildFile file;

 private:
  UniqueFd fd_;
};

}  // namespace dxpy::impact
