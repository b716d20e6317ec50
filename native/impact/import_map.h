#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "impact/recorded_sources.h"
#include "impact/worker_trace.h"

namespace dxpy::impact {

/// Which sources a source needs, by its import statements and by what one worker had imported.
class ImportMap {
 public:
  /// Both must outlive this.
  ImportMap(const WorkerTrace& trace, RecordedSources& sources)
      : trace_(trace), sources_(sources) {}

  struct Needs {
    std::vector<std::string> sources;   ///< paths of first-party modules that it imports, sorted
    std::vector<std::string> outside;   ///< top-level modules of others, sorted
    std::vector<std::string> compiled;  ///< paths of first-party modules without source, sorted
    std::vector<std::string> tops;      ///< top-level names that it imports, sorted
  };
  /// Of one source, by all import statements in it, in functions too, and by what its import
  /// was seen to run and to ask for. What the worker had not imported was not needed.
  const Needs& Of(const std::string& path);

  /// The source itself and all that it needs, directly or not. Sorted.
  const std::vector<std::string>& ClosureOf(const std::string& path);

  /// The source behind a dotted name, as far as it is first-party; else empty.
  [[nodiscard]] std::string SourceOf(const std::string& module) const;

  /// The folders in which first-party modules at top level were found, or would have been, sorted.
  const std::vector<std::string>& roots();
  /// The one of these that a top-level module was found in; empty where it was found elsewhere.
  [[nodiscard]] std::string RootOf(const std::string& module) const;

 private:
  struct Found {
    std::set<std::string> sources;
    std::set<std::string> outside;
    std::set<std::string> compiled;
    std::set<std::string> tops;
  };
  void AddModule(const std::string& module, Found& found) const;
  /// What its import was seen to need beyond its statements.
  void AddSeen(const std::string& path, Found& found) const;

  const WorkerTrace& trace_;
  RecordedSources& sources_;
  std::unordered_map<std::string, Needs> needs_;
  std::unordered_map<std::string, std::vector<std::string>> closures_;
  std::optional<std::vector<std::string>> roots_;
};

}  // namespace dxpy::impact
