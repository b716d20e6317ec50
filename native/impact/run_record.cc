#include "impact/run_record.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>
#include <utility>

#include "impact/child_records.h"
#include "impact/current_files.h"
#include "impact/kinds.h"
#include "impact/set_builder.h"
#include "impact/worker_trace.h"

namespace dxpy::impact {

struct RunRecord::Shared {
  Shared(Options given, CurrentFiles& files)
      : options(std::move(given)),
        sources(options.stdlib, files.store()),
        book(options.root, options.path, options.began_ns, files),
        children(sources, distributions, book) {}

  Options options;
  RecordedSources sources;
  Distributions distributions;
  SetBook book;
  ChildRecords children;
  ContentId run{};  ///< what the run is kept under
};

class RunRecord::Worker {
 public:
  explicit Worker(Shared& shared)
      : builder(trace, shared.sources, shared.distributions, shared.book, shared.children) {}

  WorkerTrace trace;
  SetBuilder builder;
};

RunRecord::RunRecord(Options options, CurrentFiles& files)
    : shared_(std::make_unique<Shared>(std::move(options), files)) {}

RunRecord::~RunRecord() = default;

void RunRecord::Read(uint32_t worker, std::string_view bytes) {
  std::unique_ptr<Worker>& reader = workers_[worker];
  if (!reader) reader = std::make_unique<Worker>(*shared_);
  reader->trace.Read(bytes);
}

void RunRecord::ReadChildren(std::string bytes) { shared_->children.Read(std::move(bytes)); }

namespace {

/// Where something is found in what was recorded.
struct Place {
  uint32_t worker = 0;
  uint32_t context = 0;
};

/// How each test ended; of one that was reported more often, the worst.
std::unordered_map<std::string, bool> Outcomes(const std::vector<ReportedTest>& tests) {
  std::unordered_map<std::string, bool> passed;
  for (const ReportedTest& test : tests) {
    const auto [known, is_new] = passed.try_emplace(test.node_id, test.passed);
    known->second = known->second && test.passed;
  }
  return passed;
}

}  // namespace

/// What all workers have recorded, by what it is of.
struct RunRecord::Places {
  std::unordered_map<std::string, std::vector<Place>> tests;
  std::unordered_map<std::string, Place> collections;
};

RunRecord::Places RunRecord::FindPlaces() {
  Places places;
  for (const auto& [number, worker] : workers_) {
    const auto& contexts = worker->trace.contexts();
    for (uint32_t context = 0; context < contexts.size(); ++context) {
      const TracedContext& one = contexts[context];
      for (const auto& [use, path] : one.paths) {
        if (use == PathUse::kWritten) shared_->book.NoteWritten(path);
      }
      if (one.kind == ContextKind::kCollection) places.collections[one.name] = {number, context};
      if (one.kind == ContextKind::kTest && one.has_ended) {
        places.tests[one.name].push_back({number, context});
      }
    }
  }
  return places;
}

namespace {

/// Whether a fixture that a test got failed to be torn down, maybe long after the test's end.
bool HasFailedFixture(const WorkerTrace& trace, uint32_t context) {
  std::set<uint32_t> seen = {context};
  std::vector<uint32_t> queue = {context};
  while (!queue.empty()) {
    const TracedContext& one = trace.contexts()[queue.back()];
    queue.pop_back();
    for (const uint32_t other : one.uses) {
      if (!seen.insert(other).second) continue;
      const TracedContext& used = trace.contexts()[other];
      if (used.kind == ContextKind::kFixture && used.has_ended && used.outcome != 0) return true;
      queue.push_back(other);
    }
  }
  return false;
}

}  // namespace

std::optional<TestRecord> RunRecord::RecordOf(const std::string& node_id, const std::string& unit,
                                              bool passed, const Places& places) {
  const auto found = places.tests.find(node_id);
  if (found == places.tests.end()) return std::nullopt;
  const Place& place = found->second.back();
  Worker& worker = *workers_.at(place.worker);
  const TracedContext& context = worker.trace.contexts()[place.context];
  // In whichever worker: that is a failure which is told of another test.
  const bool fixture_failed = std::ranges::any_of(found->second, [&](const Place& one) {
    return HasFailedFixture(workers_.at(one.worker)->trace, one.context);
  });
  // Where its worker saw it fail and it was reported as passed, it passed in another one, with
  // more imported than its own record tells.
  const bool passed_elsewhere = context.outcome != 0 || found->second.size() > 1;
  if (passed && passed_elsewhere && !fixture_failed) return std::nullopt;
  const auto set = worker.builder.TestSet(unit, place.context);
  if (!set) return fixture_failed ? std::optional(UnseenFailure(node_id, unit)) : std::nullopt;
  return TestRecord{.node_id = node_id,
                    .unit = shared_->book.NameOf(unit),
                    .passed = passed && !fixture_failed,
                    .position = 0,
                    .seconds = context.seconds,
                    .when_s = shared_->options.now_s,
                    .dependencies = *set,
                    .worker = place.worker,
                    .run = shared_->run};
}

// Its worker was killed, say. It stands for whatever there is until the test passes.
TestRecord RunRecord::UnseenFailure(const std::string& node_id, const std::string& unit) const {
  return {.node_id = node_id,
          .unit = shared_->book.NameOf(unit),
          .passed = false,
          .position = 0,
          .seconds = 0,
          .when_s = shared_->options.now_s,
          .dependencies = kNoContent,
          .worker = 0,
          .run = shared_->run};
}

std::vector<store::Store::Entry> RunRecord::Finish(const std::vector<CollectedUnit>& units,
                                                   const std::vector<ReportedTest>& tests) {
  Shared& shared = *shared_;
  shared.book.SetValues(shared.options.values);
  const std::unordered_map<std::string, bool> passed = Outcomes(tests);
  for (const auto& [number, worker] : workers_) worker->trace.JoinForks(shared.children.traces());
  const Places places = FindPlaces();
  const std::string note =
      EncodeRun({shared.options.now_s, shared.options.origin, shared.book.world()});
  shared.run = ContentOf(note);
  std::vector<store::Store::Entry> records;
  for (const CollectedUnit& unit : units) {
    for (uint32_t position = 0; position < unit.node_ids.size(); ++position) {
      const std::string& node_id = unit.node_ids[position];
      const auto outcome = passed.find(node_id);
      if (outcome == passed.end()) continue;
      auto record = RecordOf(node_id, unit.path, outcome->second, places);
      if (!record && !outcome->second) record = UnseenFailure(node_id, unit.path);
      if (!record) continue;
      record->position = position;
      records.push_back({kTestKind, TextKey(node_id), EncodeTest(*record)});
    }
    if (unit.has_failed) {
      const UnitRecord record{shared.book.NameOf(unit.path), {}, kNoContent, shared.options.now_s};
      records.push_back({kUnitKind, TextKey(record.unit), EncodeUnit(record)});
      continue;
    }
    const auto place = places.collections.find(unit.path);
    if (!unit.is_whole || place == places.collections.end()) continue;
    Worker& worker = *workers_.at(place->second.worker);
    const auto set = worker.builder.CollectionSet(unit.path, place->second.context);
    if (!set) continue;
    const UnitRecord record{shared.book.NameOf(unit.path), unit.node_ids, *set,
                            shared.options.now_s};
    records.push_back({kUnitKind, TextKey(record.unit), EncodeUnit(record)});
  }
  // What a record names stands before it: a run that is killed here leaves no loose ends.
  std::vector<store::Store::Entry> entries;
  shared.book.AddEntries(shared.sources, entries);
  entries.push_back({kRunKind, std::string(ContentKey(shared.run)), note});
  entries.push_back(
      {kLastRunKind, std::string(kLastRunKey), EncodeLastRun({shared.options.now_s, shared.run})});
  std::move(records.begin(), records.end(), std::back_inserter(entries));
  return entries;
}

}  // namespace dxpy::impact
