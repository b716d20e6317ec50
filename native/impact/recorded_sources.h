#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/file_stat.h"
#include "impact/parts.h"
#include "impact/sets.h"
#include "store/store.h"

namespace dxpy::impact {

/// A first-party source file as it is now.
struct RecordedSource {
  FileStat stat;
  ContentId content = kNoContent;  ///< kNoContent: it is gone
  FileParts parts;
  std::string_view kept;  ///< `parts` as an earlier run has kept them; empty: none has
};

/// Reads each source once, and what an earlier run has read of the same content not again.
class RecordedSources {
 public:
  /// @param stdlib  folders of the interpreter's own modules.
  /// @param store   of earlier runs; must outlive this.
  RecordedSources(std::vector<std::string> stdlib, const store::Store& store)
      : stdlib_(std::move(stdlib)), store_(store) {}

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
  const store::Store& store_;
  std::unordered_map<std::string, RecordedSource> sources_;
};

/// The folder of installed packages that a path is below; empty where it is below none.
[[nodiscard]] std::string_view InstalledIn(std::string_view path);

}  // namespace dxpy::impact
