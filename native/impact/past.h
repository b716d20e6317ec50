#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "impact/run_note.h"
#include "impact/sets.h"
#include "store/store.h"

namespace dxpy::impact {

/// How a test ended in one run.
struct PastResult {
  TestRecord record;
  std::optional<RunOrigin> origin;  ///< nullopt: not known any more
};

/// What is known of a test, the newest result first; at most kMostRecords.
[[nodiscard]] std::vector<PastResult> PastResults(const store::Store& store,
                                                  const std::string& node_id);

/// All that a set has, with the sets that it has; for a user to read.
struct AllDependencies {
  struct Source {
    std::string name;
    std::vector<std::string> functions;  ///< that ran, in the file's order
  };
  std::vector<Source> sources;  ///< by name
  struct Other {
    DependencyKind kind = DependencyKind::kFile;
    std::string name;         ///< of a memory its content
    bool is_missing = false;  ///< it was looked for in vain

    auto operator<=>(const Other&) const = default;
  };
  std::vector<Other> others;  ///< in the order of kind and name
  /// False: something that it has is not known any more.
  bool is_whole = true;
};

[[nodiscard]] AllDependencies DependenciesOf(const store::Store& store, const ContentId& set);

/// The values of a set, by name: what a run was told of settings, interpreter and plugins.
[[nodiscard]] std::vector<std::pair<std::string, ContentId>> ValuesOf(const store::Store& store,
                                                                      const ContentId& set);

}  // namespace dxpy::impact
