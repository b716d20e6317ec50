#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "syntax/outline.h"

namespace dxpy::scan {

/// What a scan keeps of a file.
enum class Keep {
  kCounts,
  kOutlines,  ///< and the outline, with the bytes that it points into
};

struct FileScan {
  bool readable = false;
  uint64_t size_bytes = 0;
  size_t tests = 0;          ///< an estimate: see CountTests
  std::vector<char> source;  ///< empty under Keep::kCounts
  syntax::Outline outline;   ///< empty under Keep::kCounts
};

/// Reads and scans files on all cores.
///
/// @returns one entry per path, in their order. A file that cannot be read is
///          not an error: it may be gone since it was listed.
[[nodiscard]] std::vector<FileScan> ScanFiles(std::span<const std::string> paths,
                                              Keep keep = Keep::kCounts);

}  // namespace dxpy::scan
