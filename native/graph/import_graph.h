#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "resolve/module_finder.h"
#include "resolve/source_files.h"

namespace dxpy::graph {

/// The sources of a project, and where else modules are.
struct Project {
  std::string root;                    ///< absolute; what lies below it is the project's
  std::vector<std::string> files;      ///< absolute paths of its sources, each once
  std::vector<std::string> collected;  ///< test files and conftests
  /// The first folder above a file that is no package is searched as well: for that file, and
  /// for all where it is one of those that pytest collects.
  resolve::SearchPath search_path;
  std::set<std::string> standard;  ///< modules at top level that are never the project's
};

/// A source of the project, and the first line that imports it.
struct Link {
  std::string path;
  uint32_t line = 0;

  bool operator==(const Link&) const = default;
};

/// A module at top level that is not the project's.
struct OtherModule {
  std::string name;
  uint32_t line = 0;
  bool is_found = false;  ///< somewhere on the search path, or of the standard library

  bool operator==(const OtherModule&) const = default;
};

/// What the import statements of a source say, in functions and conditions too. A package
/// on the way to a module is imported as well.
struct FileImports {
  std::vector<Link> files;          ///< in the order of their lines; each once
  std::vector<OtherModule> others;  ///< the same
  bool is_readable = true;
  std::string problem;  ///< where its reader stopped; empty: nowhere
  uint32_t problem_line = 0;
};

/// One for each of the files.
[[nodiscard]] std::vector<FileImports> ReadImports(resolve::SourceFiles& disk,
                                                   const Project& project);

/// Who imports a file.
struct Importers {
  std::vector<Link> direct;           ///< with the line there; in the order of `files`
  std::vector<std::string> indirect;  ///< those that import these, and so on; without the file
};

[[nodiscard]] Importers FindImporters(const Project& project,
                                      const std::vector<FileImports>& imports,
                                      const std::string& path);

}  // namespace dxpy::graph
