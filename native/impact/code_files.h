#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "impact/watched_tree.h"

namespace dxpy::impact {

/// Whose code a file has.
enum class CodeOwner : uint8_t {
  kNobody,      ///< not a file: "<string>", or one that is not there, or that this session made
  kStdlib,      ///< the interpreter's
  kThirdParty,  ///< below a site-packages or dist-packages folder
  kOurs,        ///< this package's
  kFirstParty,
};

/// What is made of a file being asked for, by who asks.
enum class Asker : uint8_t {
  kCounts,   ///< it is read for what it says
  kPasses,   ///< a helper, such as pathlib: who called it decides
  kImports,  ///< the import system: sources are not read as data
  kProgram,  ///< the interpreter itself, before anything runs: for the program that it is to run
  kReports,  ///< a tool that reads sources to show or measure them: pytest, coverage, warnings
};

struct CodeFile {
  CodeOwner owner = CodeOwner::kNobody;
  Asker asker = Asker::kCounts;
  bool is_python = false;      ///< by its name; code can be made from a template, too
  bool has_observers = false;  ///< see observers.h
  bool finds_paths = false;    ///< see observers.h
  std::string path;            ///< absolute, of first-party files
  int64_t size_bytes = -1;
  int64_t mtime_ns = -1;
};

/// Decides once for each co_filename.
class CodeFiles {
 public:
  /// @param stdlib    absolute folders of the standard library.
  /// @param own       absolute folder of this package.
  /// @param start_ns  of the session, since 1970: what was made later, elsewhere than in the tree,
  ///     a test has made.
  /// @param is_child  of a process that a test has started: pytest, if it runs there, is what the
  ///     test is about.
  CodeFiles(WatchedTree& tree, const std::vector<std::string>& stdlib, std::string_view own,
            int64_t start_ns, bool is_child = false);

  /// The same object for the same text, for as long as this lives.
  const CodeFile& Of(std::string_view filename);
  /// Whether Of() would say that it is the standard library's: quick, and true of most such files.
  [[nodiscard]] bool IsPlainlyStdlib(std::string_view filename) const;

 private:
  [[nodiscard]] CodeFile Decide(std::string_view filename) const;
  [[nodiscard]] bool IsStdlib(std::string_view path) const;

  WatchedTree& tree_;
  std::vector<std::string> stdlib_;  // these two end with a slash
  std::string own_;
  int64_t start_ns_;
  bool is_child_;
  std::unordered_map<std::string, std::unique_ptr<CodeFile>> known_;
  CodeFile nobody_;
};

}  // namespace dxpy::impact
