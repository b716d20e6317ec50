#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impact/run_note.h"
#include "impact/sets.h"
#include "store/store.h"

namespace dxpy::impact {

class CurrentFiles;

/// One test file as the controller saw it collected.
struct CollectedUnit {
  std::string path;                   ///< absolute
  std::vector<std::string> node_ids;  ///< all, in pytest's order
  /// Whether `node_ids` is all that pytest collects from the file: nothing was deselected.
  bool is_whole = false;
  bool has_failed = false;  ///< the user was told that it could not be collected
};

/// How a test ended, as it was reported to the user.
struct ReportedTest {
  std::string node_id;
  bool passed = false;
};

/// What the workers of one run have recorded, made into entries of the store.
class RunRecord {
 public:
  struct Options {
    std::string root;                 ///< absolute, without a slash at its end
    std::vector<std::string> stdlib;  ///< folders of the interpreter's own modules
    std::vector<std::string> path;    ///< those of the import path that may hold the project's
    /// What every test depends on, by name: settings, interpreter, plugins.
    std::vector<std::pair<std::string, ContentId>> values;
    int64_t began_ns = 0;  ///< when the run began, by the clock of file systems
    int64_t now_s = 0;     ///< since 1970
    RunOrigin origin{};
  };

  /// @param files  what is on disk; must outlive this.
  RunRecord(Options options, CurrentFiles& files);
  ~RunRecord();

  /// Takes the next piece of a worker's trace.
  /// @throws Error  it is malformed.
  void Read(uint32_t worker, std::string_view bytes);

  /// Takes what the processes that tests have started have recorded; at most once, at the end.
  /// @param bytes  see ChildTraces.
  void ReadChildren(std::string bytes);

  /// What is to be kept. A test without a trace of passing, of whose sources one changed while
  /// it ran, or that ended otherwise than its worker saw, is kept as not passed or not at all. A
  /// failure is always kept.
  [[nodiscard]] std::vector<store::Store::Entry> Finish(const std::vector<CollectedUnit>& units,
                                                        const std::vector<ReportedTest>& tests);

 private:
  class Worker;
  struct Shared;
  struct Places;

  Places FindPlaces();
  /// Of one test that ended so; nullopt where nothing certain can be kept.
  std::optional<TestRecord> RecordOf(const std::string& node_id, const std::string& unit,
                                     bool passed, const Places& places);

  [[nodiscard]] TestRecord UnseenFailure(const std::string& node_id, const std::string& unit) const;

  std::unique_ptr<Shared> shared_;
  std::map<uint32_t, std::unique_ptr<Worker>> workers_;
};

}  // namespace dxpy::impact
