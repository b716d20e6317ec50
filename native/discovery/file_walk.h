#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/file_stat.h"
#include "discovery/walk_rules.h"

namespace dxpy::discovery {

/// A file that pytest would make a collector of.
struct WalkedFile {
  std::string path;  ///< absolute, unresolved: the root as given and the names below it
  size_t root = 0;   ///< which of the roots it was found under
  FileStat stat;     ///< links followed
};

struct WalkResult {
  std::vector<WalkedFile> files;       ///< in the order in which pytest collects them
  std::vector<std::string> conftests;  ///< every conftest.py in a directory walked, as met
  std::vector<std::string> problems;   ///< what was passed over, as "<path>: <reason>"
};

/// Finds the test files below `roots` as a run of pytest would, without asking
/// Python.
///
/// Exact for what pytest 9 decides from names and files. What conftests and
/// plugins add or leave out (collect_ignore, their own collectors) is not seen
/// here; the index treats the result as a hint that workers correct. Nothing in
/// the tree makes it fail: what cannot be read is passed over and told.
///
/// @param roots  resolved command line arguments: absolute paths of directories
///               or files. A file is taken whatever its name.
WalkResult Walk(std::span<const std::string> roots, const WalkRules& rules);

}  // namespace dxpy::discovery
