#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/file_stat.h"
#include "impact/parts.h"
#include "impact/sets.h"

namespace dxpy::impact {

/// A first-party source file as it is now.
struct RecordedSource {
  FileStat stat;
  ContentId content = kNoContent;  ///< kNoContent: it is gone
  FileParts parts;
};

/// Reads each source once.
class RecordedSources {
 public:
  /// @param stdlib  folders of the interpreter's own modules.
  explicit RecordedSources(std::vector<std::string> stdlib) : stdlib_(std::move(stdlib)) {}

  [[nodiscard]] const RecordedSource& At(const std::string& path);

  /// All that were read.
  [[nodiscard]] const std::unordered_map<std::string, RecordedSource>& all() const {
    return sources_;
  }

  /// Whether a file is the project's own: no part of the interpreter, and not installed.
  [[nodiscard]] bool IsInProject(std::string_view path) const;
  /// The same of source in Python.
  [[nodiscard]] bool IsFirstParty(std::string_view path) const {
    return path.ends_with(".py") && IsInProject(path);
  }

 private:
  std::vector<std::string> stdlib_;
  std::unordered_map<std::string, RecordedSource> sources_;
};

/// The folder of installed packages that a path is below; empty where it is below none.
[[nodiscard]] std::string_view InstalledIn(std::string_view path);

}  // namespace dxpy::impact
