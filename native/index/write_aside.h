#pragma once

#include <optional>
#include <string>

#include "base/mapped_file.h"
#include "index/image.h"

namespace dxpy::index {

struct WriteResult {
  std::optional<MappedFile> mapping;  ///< what was written
  bool is_busy = false;               ///< another process is writing, so nothing was
  std::string problem;                ///< one line: where and why nothing was written
};

/// Writes an index beside `path` and renames it there.
///
/// A reader sees the old index or the new one, whole, and waits for nobody. The
/// file beside, PATH.new, is locked while it is written, so of two writers the
/// second gives up. One that is killed leaves PATH.new, without a lock; the next
/// writer uses it up. Whatever else goes wrong, PATH.new is deleted.
///
/// There is no fsync: it would cost every run milliseconds to save the next run
/// after a power failure some. An index that did not reach the disk is damaged
/// then, and damage is noticed.
WriteResult WriteAside(const std::string& path, const Image& image);

}  // namespace dxpy::index
