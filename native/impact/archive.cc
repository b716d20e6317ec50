#include "impact/archive.h"

#include <algorithm>
#include <ranges>
#include <set>

#include "base/error.h"
#include "base/packed.h"
#include "impact/archive_format.h"
#include "impact/kinds.h"
#include "impact/set_walk.h"
#include "impact/summary.h"
#include "store/entries.h"
#include "store/store_format.h"

namespace dxpy::impact {
namespace {

using store::Store;

// Sets have sets, but not so deep; a damaged store may have some that have each other.
constexpr int kMostDepth = 100;

bool IsContent(store::Kind kind) {
  return kind == kPartsKind || kind == kSetKind || kind == kRunKind;
}

std::string EncodeEnd(size_t entries) {
  PackedWriter writer;
  writer.Number(entries);
  return writer.Finish(kArchiveVersion);
}

[[noreturn]] void FailAt(uint64_t offset, const std::string& what) {
  throw Error("byte " + std::to_string(offset) + ": " + what);
}

}  // namespace

/// Finds what records name, each once, and whether all of it is there.
class Archive::Named {
 public:
  explicit Named(const Archive& archive) : archive_(archive) {}

  /// @returns  false where something that the set has is not there; then nothing of it counts.
  bool AddSet(const ContentId& id, int depth = 0) {
    const auto [known, is_new] = sets_.try_emplace(id, false);
    if (!is_new) return known->second;
    const std::string* const bytes = Find(kSetKind, ContentKey(id));
    if (bytes == nullptr || depth > kMostDepth) return false;
    SetWalk walk;
    walk.Begin(*bytes);
    DependencyView one;
    bool is_whole = true;
    while (walk.Next(one)) {
      const bool is_set = one.kind == DependencyKind::kSet || one.kind == DependencyKind::kMemory;
      if (is_set) is_whole &= AddSet(one.content, depth + 1);
      if (one.kind == DependencyKind::kSource) AddContent(kPartsKind, PartsKey(one.content));
    }
    is_whole &= walk.is_whole();
    if (is_whole) AddContent(kSetKind, ContentKey(id));
    return sets_[id] = is_whole;
  }

  void AddRun(const ContentId& id) {
    const std::string* const bytes = Find(kRunKind, ContentKey(id));
    const std::optional<RunNote> note = DecodeRun(bytes == nullptr ? std::string_view() : *bytes);
    if (!note) return;
    AddSet(note->world);
    AddContent(kRunKind, ContentKey(id));
  }

  /// By kind: what is named stands before what names it.
  [[nodiscard]] std::vector<Store::Entry> Entries() const {
    std::vector<Store::Entry> entries;
    for (const auto& id : contents_)
      entries.push_back({id.first, id.second, archive_.contents_.at(id)});
    return entries;
  }

 private:
  [[nodiscard]] const std::string* Find(store::Kind kind, std::string_view key) const {
    const auto found = archive_.contents_.find({kind, std::string(key)});
    return found == archive_.contents_.end() ? nullptr : &found->second;
  }
  // Parts that are not there cost a reader of them certainty, and nothing else.
  void AddContent(store::Kind kind, std::string_view key) {
    if (Find(kind, key) != nullptr) contents_.emplace(kind, key);
  }

  const Archive& archive_;
  std::map<ContentId, bool> sets_;
  std::set<std::pair<store::Kind, std::string>> contents_;
};

bool Archive::Add(store::Kind kind, std::string_view key, std::string_view value) {
  if (kind == kTestKind) {
    std::optional<TestRecord> test = DecodeTest(value);
    if (!test) return false;
    Keep(records_[{kind, test->node_id}],
         {test->when_s, !test->passed, std::string(value), test->dependencies, test->run});
  } else if (kind == kUnitKind) {
    std::optional<UnitRecord> unit = DecodeUnit(value);
    if (!unit) return false;
    Keep(records_[{kind, unit->unit}], {unit->when_s,
                                        unit->dependencies == kNoContent,
                                        std::string(value),
                                        unit->dependencies,
                                        {}});
  } else if (kind == kLastRunKind) {
    const std::optional<LastRun> last = DecodeLastRun(value);
    if (!last) return false;
    if (!last_run_ || last->when_s >= last_run_->when_s) last_run_ = last;
  } else if (IsContent(kind)) {
    contents_.try_emplace({kind, std::string(key)}, value);
  }
  return true;
}

void Archive::Keep(std::vector<Record>& records, Record record) {
  std::erase(records, record);  // what is read last stands where it was written last
  records.push_back(std::move(record));
  if (records.size() > kMostRecords) records.erase(records.begin());
}

std::vector<Archive::Record> Archive::Merged(const std::vector<Record>& ours,
                                             const std::vector<Record>& theirs) {
  std::vector<Record> merged;
  auto next = ours.begin();
  for (const Record& record : theirs) {
    if (std::ranges::find(ours, record) != ours.end()) continue;
    while (next != ours.end() && *next < record) merged.push_back(*next++);
    merged.push_back(record);
  }
  merged.insert(merged.end(), next, ours.end());
  const size_t too_many = merged.size() - std::min(merged.size(), size_t{kMostRecords});
  merged.erase(merged.begin(), merged.begin() + static_cast<ptrdiff_t>(too_many));
  return merged;
}

void Archive::Merge(const Archive& other) {
  contents_.insert(other.contents_.begin(), other.contents_.end());
  for (const auto& [id, theirs] : other.records_) {
    std::vector<Record>& ours = records_[id];
    ours = Merged(ours, theirs);
  }
  last_run_ = std::max(last_run_, other.last_run_);
}

void Archive::AddStore(const Store& store) {
  store.Visit([this](store::Kind kind, std::string_view key, std::string_view value) {
    Add(kind, key, value);  // what is of another version nobody reads
  });
}

void Archive::AddBytes(std::span<const std::byte> bytes) {
  if (const std::string problem = store::HeaderProblem(bytes); !problem.empty()) FailAt(0, problem);
  Archive added;
  size_t entries = 0;
  uint64_t at = sizeof(store::Header);
  for (; at < bytes.size(); ++entries) {
    const std::optional<store::EntryView> entry = store::EntryAt(bytes, at);
    if (!entry) FailAt(at, "damaged");
    at += entry->bytes;
    if (entry->kind != kArchiveEndKind) {
      if (!added.Add(entry->kind, entry->key, entry->value))
        FailAt(entry->offset, "written by another version");
      continue;
    }
    if (entry->value != EncodeEnd(entries)) FailAt(entry->offset, "damaged");
    if (at != bytes.size()) FailAt(at, "something follows its end");
    Merge(added);
    return;
  }
  FailAt(at, "cut short");
}

std::vector<Store::Entry> Archive::Entries() const {
  Named named(*this);
  std::vector<Store::Entry> records;
  for (const auto& [id, all] : records_) {
    for (const Record& record : all) {
      const bool is_unseen = record.failed && record.set == kNoContent;
      if (!is_unseen && !named.AddSet(record.set)) continue;
      named.AddRun(record.run);
      records.push_back({id.first, TextKey(id.second), record.value});
    }
  }
  if (last_run_) {
    named.AddRun(last_run_->run);
    records.push_back({kLastRunKind, std::string(kLastRunKey), EncodeLastRun(*last_run_)});
  }
  std::vector<Store::Entry> entries = named.Entries();
  std::ranges::move(records, std::back_inserter(entries));
  return entries;
}

std::string Archive::Bytes() const {
  std::string bytes;
  store::AppendHeader(bytes);
  const std::vector<Store::Entry> entries = Entries();
  for (const Store::Entry& entry : entries)
    store::AppendEntry(bytes, 0, entry.kind, entry.key, entry.value);
  store::AppendEntry(bytes, 0, kArchiveEndKind, kArchiveEndKey, EncodeEnd(entries.size()));
  return bytes;
}

std::string Archive::AddTo(Store& store) const {
  Archive there;
  there.AddStore(store);
  Archive both = there;
  std::vector<Store::Entry> entries = Entries();
  both.Merge(*this);
  // Records stand in the order of their times also where older ones come to newer ones.
  std::erase_if(entries, [](const Store::Entry& entry) { return !IsContent(entry.kind); });
  std::ranges::move(both.NewRecords(there), std::back_inserter(entries));
  return store.Append(entries);
}

std::vector<Store::Entry> Archive::NewRecords(const Archive& there) const {
  std::vector<Store::Entry> entries;
  for (const auto& [id, all] : records_) {
    const auto found = there.records_.find(id);
    const std::vector<Record> none;
    const std::vector<Record>& old = found == there.records_.end() ? none : found->second;
    // The longest end of what is there that is the beginning of what shall be.
    size_t kept = std::min(old.size(), all.size());
    while (kept > 0 && !std::equal(old.end() - static_cast<ptrdiff_t>(kept), old.end(), all.begin(),
                                   all.begin() + static_cast<ptrdiff_t>(kept)))
      --kept;
    for (; kept < all.size(); ++kept)
      entries.push_back({id.first, TextKey(id.second), all[kept].value});
  }
  const bool is_newer = last_run_ && (!there.last_run_ || there.last_run_->run != last_run_->run);
  if (is_newer)
    entries.push_back({kLastRunKind, std::string(kLastRunKey), EncodeLastRun(*last_run_)});
  return entries;
}

Archive::Counts Archive::counts() const {
  Counts counts;
  for (const auto& [id, all] : records_) {
    ++(id.first == kTestKind ? counts.tests : counts.units);
    if (id.first == kTestKind) counts.results += all.size();
  }
  return counts;
}

}  // namespace dxpy::impact
