#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_stat.h"
#include "index/index.h"
#include "index/indexed_file.h"

namespace dxpy::index {

/// A source file as a walk found it.
struct SourceFile {
  std::string path;  ///< by which it can be opened
  FileStat stat;
};

/// Reads facts out of a source. Called for several files at once, from threads
/// that are not the caller's; what it throws ends the update.
using Parse = std::function<IndexedFile(const std::string& path, std::string_view source)>;

struct UpdateRequest {
  std::string index_path;  ///< empty: there is no last index, and the next one stays in memory
  uint64_t rules_hash = 0;
  /// Files below this directory are kept by their path from there, so that the
  /// index stays valid where the project is moved. Empty: by their path.
  std::string root;
  /// The clock, in ns since the epoch. 0: the system's. Used for tests.
  int64_t now_ns = 0;
};

struct UpdateStats {
  size_t seen = 0;        ///< distinct files
  size_t fresh = 0;       ///< taken from the last index by their stat
  size_t hashed = 0;      ///< taken from it because their content is the same
  size_t parsed = 0;      ///< read anew
  size_t unreadable = 0;  ///< gone or out of reach: not in the index
  size_t damaged = 0;     ///< of the parsed: were in the last index, but not as written
  size_t kept = 0;        ///< not asked for, but still there: in the index besides
  bool is_written = false;
  double open_ms = 0;
  double look_up_ms = 0;  ///< and check what is taken by stat
  double read_ms = 0;     ///< read, hash and parse the others
  double write_ms = 0;
};

struct UpdateResult {
  Index index;
  std::vector<FileId> files;  ///< where each file asked for is; kNoFile: unreadable
  std::vector<std::string>
      problems;  ///< one line each: last index unusable or damaged, not written
  UpdateStats stats;
};

/// Brings the index up to date for `files`, parsing what has changed, on all cores.
///
/// All facts that the returned index has for these files were checked. It is
/// written back if that saves the next run more than it costs (see update.cc);
/// if it cannot be written, it is returned all the same, from memory.
///
/// @throws  what `parse` throws; nothing is written then.
UpdateResult Update(const UpdateRequest& request, std::span<const SourceFile> files,
                    const Parse& parse);

}  // namespace dxpy::index
