#include "impact/past.h"

#include <map>
#include <set>
#include <string_view>

#include "impact/kinds.h"
#include "impact/parts.h"
#include "impact/set_walk.h"
#include "impact/summary.h"

namespace dxpy::impact {

std::vector<PastResult> PastResults(const store::Store& store, const std::string& node_id) {
  std::vector<PastResult> results;
  for (const std::string_view bytes : store.Find(kTestKind, TextKey(node_id))) {
    if (results.size() == kMostRecords) break;
    std::optional<TestRecord> record = DecodeTest(bytes);
    if (!record || record->node_id != node_id) continue;
    const std::optional<RunNote> run = FindRun(store, record->run);
    results.push_back({std::move(*record), run ? std::optional(run->origin) : std::nullopt});
  }
  return results;
}

namespace {

/// Goes through a set and all that it has, each once.
class Collector {
 public:
  explicit Collector(const store::Store& store) : store_(store) {}

  AllDependencies Collect(const ContentId& outer) {
    queue_.push_back(outer);
    while (!queue_.empty()) {
      const ContentId id = queue_.back();
      queue_.pop_back();
      if (seen_.insert(id).second) Read(id);
    }
    AllDependencies all;
    all.others.assign(others_.begin(), others_.end());
    for (const auto& [source, parts] : sources_)
      all.sources.push_back({source.first, FunctionsOf(source.second, parts)});
    all.is_whole = is_whole_;
    return all;
  }

 private:
  void Read(const ContentId& id) {
    SetWalk walk;
    walk.Begin(store_.FindNewest(kSetKind, ContentKey(id)));
    DependencyView one;
    while (walk.Next(one)) {
      if (one.kind == DependencyKind::kSet) {
        queue_.push_back(one.content);
      } else if (one.kind == DependencyKind::kMemory) {
        // Of what others have left there the test may have met nothing.
        others_.insert({one.kind, std::string(ContentKey(one.content)), false});
      } else if (one.kind == DependencyKind::kSource) {
        is_whole_ &= DecodePartNumbers(one.part_count, one.packed_parts, parts_);
        sources_[{std::string(one.name), one.content}].insert(parts_.begin(), parts_.end());
      } else {
        others_.insert({one.kind, std::string(one.name), one.content == kNoContent});
      }
    }
    is_whole_ &= walk.is_whole();
  }

  std::vector<std::string> FunctionsOf(const ContentId& content, const std::set<uint32_t>& ran) {
    std::vector<std::string> names;
    const auto file = DecodeParts(store_.FindNewest(kPartsKind, PartsKey(content)));
    is_whole_ &= file.has_value() || ran.empty();
    if (!file) return names;
    for (const uint32_t part : ran)
      if (part < file->parts.size() && file->parts[part].kind == PartKind::kFunction)
        names.push_back(file->parts[part].name);
    return names;
  }

  const store::Store& store_;
  std::vector<ContentId> queue_;
  std::set<ContentId> seen_;
  std::map<std::pair<std::string, ContentId>, std::set<uint32_t>> sources_;  ///< parts that ran
  std::set<AllDependencies::Other> others_;
  std::vector<uint32_t> parts_;  ///< whose memory is used again
  bool is_whole_ = true;
};

}  // namespace

AllDependencies DependenciesOf(const store::Store& store, const ContentId& set) {
  return Collector(store).Collect(set);
}

std::vector<std::pair<std::string, ContentId>> ValuesOf(const store::Store& store,
                                                        const ContentId& set) {
  std::vector<std::pair<std::string, ContentId>> values;
  SetWalk walk;
  walk.Begin(store.FindNewest(kSetKind, ContentKey(set)));
  DependencyView one;
  while (walk.Next(one))
    if (one.kind == DependencyKind::kValue) values.emplace_back(one.name, one.content);
  return values;
}

}  // namespace dxpy::impact
