#include "impact/matching.h"

#include <algorithm>
#include <tuple>

namespace dxpy::impact {
namespace {

struct Key {
  PartKind kind;
  std::string_view name;
  uint64_t hash;
  uint32_t index;

  [[nodiscard]] auto Equals() const { return std::tie(kind, name, hash); }
  bool operator<(const Key& other) const {
    return std::tie(kind, name, hash, index) <
           std::tie(other.kind, other.name, other.hash, other.index);
  }
};

std::vector<Key> SortedKeys(const FileParts& file) {
  std::vector<Key> keys;
  keys.reserve(file.parts.size());
  for (uint32_t i = 0; i < file.parts.size(); ++i) {
    const Part& part = file.parts[i];
    const bool effect = part.kind == PartKind::kEffect;
    keys.push_back({part.kind, effect ? std::string_view() : std::string_view(part.name),
                    effect ? part.head_hash : 0, i});
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

// A part that takes effect when the module is imported, with how many acting ones are before it.
struct Step {
  uint32_t old_index;
  uint32_t new_index;
};

// The matched parts in the old order.
std::vector<Step> MatchedSteps(const Matching& matching) {
  std::vector<Step> steps;
  for (uint32_t i = 0; i < matching.new_of_old.size(); ++i)
    if (matching.new_of_old[i] != kNoPart) steps.push_back({i, matching.new_of_old[i]});
  return steps;
}

bool IsAscending(const std::vector<Step>& steps) {
  return std::is_sorted(steps.begin(), steps.end(),
                        [](const Step& a, const Step& b) { return a.new_index < b.new_index; });
}

// How many acting parts stand before each part.
std::vector<uint32_t> CountActing(const FileParts& file) {
  std::vector<uint32_t> counts;
  counts.reserve(file.parts.size());
  uint32_t count = 0;
  for (const Part& part : file.parts) {
    counts.push_back(count);
    if ((part.flags & kActs) != 0) ++count;
  }
  return counts;
}

/// A name in the old file, and where what binds it or looks it up stands in the new one.
struct Use {
  std::string_view name;
  uint32_t new_index;
  bool binds;
};

// In the old order, for each name.
std::vector<Use> UsesAtImport(const FileParts& was, const std::vector<Step>& steps) {
  std::vector<Use> uses;
  for (const Step& step : steps) {
    const Part& part = was.parts[step.old_index];
    for (const std::string& name : part.binds) uses.push_back({name, step.new_index, true});
    for (const PartMention& mention : part.mentions)
      if (part.kind != PartKind::kFunction || (mention.bits & kHead) != 0)
        uses.push_back({mention.name, step.new_index, false});
  }
  std::stable_sort(uses.begin(), uses.end(),
                   [](const Use& a, const Use& b) { return a.name < b.name; });
  return uses;
}

void AddReordered(const std::vector<Use>& uses, std::vector<std::string_view>& names) {
  for (size_t begin = 0, end = 0; begin < uses.size(); begin = end) {
    bool binds = false;
    bool ascends = true;
    for (end = begin; end < uses.size() && uses[end].name == uses[begin].name; ++end) {
      binds |= uses[end].binds;
      ascends &= end == begin || uses[end - 1].new_index <= uses[end].new_index;
    }
    if (binds && !ascends) names.push_back(uses[begin].name);
  }
}

}  // namespace

Matching MatchParts(const FileParts& was, const FileParts& now) {
  Matching matching;
  matching.new_of_old.assign(was.parts.size(), kNoPart);
  matching.old_of_new.assign(now.parts.size(), kNoPart);
  const std::vector<Key> olds = SortedKeys(was);
  const std::vector<Key> news = SortedKeys(now);
  for (size_t i = 0, j = 0; i < olds.size() && j < news.size();) {
    if (olds[i].Equals() < news[j].Equals()) {
      ++i;
    } else if (news[j].Equals() < olds[i].Equals()) {
      ++j;
    } else {
      matching.new_of_old[olds[i].index] = news[j].index;
      matching.old_of_new[news[j++].index] = olds[i++].index;
    }
  }
  return matching;
}

std::vector<std::string_view> FindReorderedNames(const FileParts& was, const FileParts& now,
                                                 const Matching& matching) {
  std::vector<std::string_view> names;
  const std::vector<Step> steps = MatchedSteps(matching);
  if (IsAscending(steps)) return names;
  // What acts may look up anything, by way of functions that it calls. Where acting parts
  // themselves are others, an effect has changed, and that says more.
  const std::vector<uint32_t> old_counts = CountActing(was);
  const std::vector<uint32_t> new_counts = CountActing(now);
  for (const Step& step : steps)
    if (old_counts[step.old_index] != new_counts[step.new_index])
      for (const std::string& name : was.parts[step.old_index].binds) names.push_back(name);
  AddReordered(UsesAtImport(was, steps), names);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool AreDefinitionsReordered(const FileParts& was, const Matching& matching) {
  std::vector<Step> steps = MatchedSteps(matching);
  std::erase_if(steps, [&was](const Step& step) {
    const PartKind kind = was.parts[step.old_index].kind;
    return kind != PartKind::kFunction && kind != PartKind::kClass;
  });
  return !IsAscending(steps);
}

}  // namespace dxpy::impact
