#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "impact/child_sets.h"
#include "impact/child_traces.h"
#include "impact/set_builder.h"

namespace dxpy::impact {

/// The dependency sets of recorded processes, each made once; equal traces share one.
class ChildRecords : public ChildSets {
 public:
  /// All must outlive this.
  ChildRecords(RecordedSources& sources, Distributions& distributions, SetBook& book)
      : sources_(sources), distributions_(distributions), book_(book) {}

  /// Takes what processes have left; once. Notes in the book what they have written.
  void Read(std::string bytes);

  Found Find(const TracedChild& child) override;
  /// What was read; null: nothing yet.
  [[nodiscard]] const ChildTraces* traces() const { return traces_.get(); }

 private:
  struct Record {
    Record(ChildRecords& records)
        : builder(trace, records.sources_, records.distributions_, records.book_, records) {}

    WorkerTrace trace;
    SetBuilder builder;
    bool is_readable = true;
    bool is_asked_for = false;
    Found found;
  };
  Record& RecordOf(std::string_view trace);

  RecordedSources& sources_;
  Distributions& distributions_;
  SetBook& book_;
  std::string bytes_;
  std::unique_ptr<ChildTraces> traces_;
  std::unordered_map<uint64_t, std::unique_ptr<Record>> records_;  // by a hash of the trace
};

}  // namespace dxpy::impact
