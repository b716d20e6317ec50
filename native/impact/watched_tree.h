#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dxpy::impact {

/// The folders whose files count as dependencies: the project's, without what tools keep there.
///
/// Paths are compared as texts: a symbolic link is not followed, and ".." goes up one name.
class WatchedTree {
 public:
  /// @param roots     absolute folders.
  /// @param excluded  absolute folders below them that do not count.
  WatchedTree(const std::vector<std::string>& roots, const std::vector<std::string>& excluded);

  void Exclude(std::string_view folder);

  /// The path as an absolute one, without "." and "..", whether it counts or not. A relative one
  /// is relative to the working directory of this moment.
  /// @returns  valid until the next call; empty: there is no working directory.
  std::string_view Absolute(std::string_view path);

  /// Whether files at an absolute path count.
  [[nodiscard]] bool Counts(std::string_view absolute) const;
  /// Whether it is in one of the excluded folders, by path or by name.
  [[nodiscard]] bool IsExcluded(std::string_view absolute) const;

 private:
  [[nodiscard]] bool IsBelowRoot(std::string_view absolute) const;

  std::vector<std::string> roots_;  // these two end with a slash
  std::vector<std::string> excluded_;
  std::string absolute_;
};

}  // namespace dxpy::impact
