#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "discovery/glob.h"

namespace dxpy::discovery {

/// What pytest's configuration says about which files to collect: the values of
/// its ini settings and options, paths made absolute as os.path.abspath() does.
struct WalkRules {
  std::vector<std::string> python_files;   ///< fnmatch_ex patterns, for names in .py only
  std::vector<std::string> norecursedirs;  ///< fnmatch_ex patterns
  std::vector<std::string> ignore;         ///< --ignore, absolute paths
  std::vector<std::string> ignore_glob;    ///< --ignore-glob, absolute fnmatch patterns
  std::vector<std::string> doctest_globs;  ///< for names not in .py; empty: no doctest plugin
  bool doctest_modules = false;            ///< --doctest-modules: every .py file can hold tests
  bool collect_in_virtualenv = false;
  bool keep_duplicates = false;  ///< --keep-duplicates: overlapping roots are walked each
  bool names_only = false;       ///< not pytest's: no test file is looked at, its stat is all 0
};

/// WalkRules made ready: decides about one file or directory that a walk met.
/// Immutable, so any number of threads may ask.
class FileRules {
 public:
  /// @param roots  what the command line names; neither rules nor patterns apply
  ///               to these, nor rules for directories to what lies above them.
  FileRules(const WalkRules& rules, std::span<const std::string> roots);

  /// Whether pytest makes a collector of the file. `name` is the end of `path`.
  [[nodiscard]] bool TakesFile(const std::string& path, std::string_view name) const;

  /// Whether pytest descends. It may still find a virtual environment there.
  [[nodiscard]] bool EntersDirectory(const std::string& path, std::string_view name) const;

  /// Whether `path` is left out if it turns out to be a virtual environment.
  [[nodiscard]] bool ShunsVirtualenv(const std::string& path) const;

 private:
  [[nodiscard]] bool IsTestName(const std::string& path, std::string_view name) const;
  [[nodiscard]] bool IsIgnored(const std::string& path, std::string_view name) const;

  std::vector<PathGlob> python_files_;
  std::vector<PathGlob> norecursedirs_;
  std::vector<PathGlob> doctest_globs_;
  std::vector<Glob> ignore_globs_;
  std::unordered_set<std::string> ignored_;
  std::unordered_set<std::string> roots_;
  std::unordered_set<std::string> roots_and_above_;
  bool doctest_modules_;
  bool collect_in_virtualenv_;
};

/// The roots that pytest walks, as indices: without those that are named twice
/// or lie below another one. All of them if `keep_duplicates`.
std::vector<size_t> DistinctRoots(std::span<const std::string> roots, bool keep_duplicates);

}  // namespace dxpy::discovery
