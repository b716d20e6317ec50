#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "impact/current_files.h"
#include "impact/recorded_sources.h"
#include "impact/sets.h"
#include "store/store.h"

namespace dxpy::impact {

/// The sets of one run, by content, and what they say of files.
class SetBook {
 public:
  /// @param root      absolute; of all relative names.
  /// @param path      folders of the import path that may hold the project's modules.
  /// @param began_ns  when the run began, by the clock of file systems.
  SetBook(std::string root, std::vector<std::string> path, int64_t began_ns, CurrentFiles& files)
      : root_(std::move(root)), path_(std::move(path)), began_ns_(began_ns), files_(files) {}

  void SetValues(const std::vector<std::pair<std::string, ContentId>>& values);

  /// Some test has written to a path, so that it changed in this run need not mean that the
  /// user has changed it.
  void NoteWritten(const std::string& path) { written_.insert(path); }
  /// Whether what a path is now is what the run's tests have met.
  [[nodiscard]] bool IsSettled(const std::string& path) const;

  /// Keeps a set; it is sorted here, and what is in it twice becomes one.
  ContentId Add(DependencySet set);

  /// @param path  absolute.
  [[nodiscard]] std::string NameOf(const std::string& path) const;
  [[nodiscard]] const std::string& root() const { return root_; }
  [[nodiscard]] const std::vector<std::string>& path() const { return path_; }
  [[nodiscard]] CurrentFiles& files() { return files_; }
  /// The set of what every test depends on.
  [[nodiscard]] const ContentId& world() const { return world_; }

  /// All sets, and the parts of all sources.
  void AddEntries(const RecordedSources& sources, std::vector<store::Store::Entry>& entries) const;

 private:
  std::string root_;
  std::vector<std::string> path_;
  int64_t began_ns_;
  CurrentFiles& files_;
  std::unordered_set<std::string> written_;
  std::map<ContentId, std::string> sets_;
  ContentId world_{};
};

}  // namespace dxpy::impact
