#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dxpy::tree {

/// What lies between two states of a tree, and what the tree is now. All paths are relative to
/// `root`, and of Python sources or modules of other kinds.
struct Difference {
  std::string root;                  ///< absolute
  std::vector<std::string> sources;  ///< that are there now
  /// Files that differ, or that cannot be read, and why: ("tax.py", "changed since main"). They
  /// need not be there.
  std::vector<std::pair<std::string, std::string>> seeds;
  /// What conftests among these were before, by path.
  std::vector<std::pair<std::string, std::string>> old_conftests;
  /// Any change at all, for a user to read: where code may depend on any file.
  std::string any_change;
  /// Any change of a module that others import, which a test file is not; empty: there is none.
  std::string any_module_change;
  std::vector<std::string> common;  ///< sources that take part in every test: plugins
  std::vector<std::string> texts;   ///< settings, which may name modules
  std::vector<std::pair<std::string, std::string>> aliases;  ///< names of modules, and paths
};

/// Finds out which test files the difference can reach, by what is written in sources: every
/// form of import, names of modules in strings, conftests, packages. It finds too many; a
/// source that does what cannot be followed depends on every file.
class Reach {
 public:
  explicit Reach(Difference difference);
  ~Reach();

  /// @param units  paths of test files.
  /// @returns  for each why it is reached, from the change on: "tax.py changed since main",
  ///     "shop.py". Empty: it is not.
  [[nodiscard]] std::vector<std::vector<std::string>> Run(const std::vector<std::string>& units);

  /// Modules at top level that no folder has, of all that was read so far. Sorted.
  [[nodiscard]] std::vector<std::string> unknown() const;

 private:
  class Graph;
  std::unique_ptr<Graph> graph_;
};

}  // namespace dxpy::tree
