#include "impact/set_table.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "impact/kinds.h"

namespace dxpy::impact {
namespace {

// Sets have sets, but not so deep.
constexpr int kMostDepth = 100;

// What a user reads of a dependency that is no source.
std::string Describe(const DependencyView& dependency) {
  const std::string name(dependency.name);
  switch (dependency.kind) {
    case DependencyKind::kListing:
      return name + "/ (names in it)";
    case DependencyKind::kTree:
      return name == "." ? "the project's tree" : name + "/ (all files in it)";
    default:
      return name;
  }
}

void SetProblem(KnownSet& set, Chain chain) {
  set.is_clean = false;
  if (!set.problem) set.problem = std::move(chain);
}

}  // namespace

KnownSet& SetTable::Get(const ContentId& id) {
  const auto [known, is_new] = by_id_.try_emplace(id);
  if (!is_new) return *known->second;
  KnownSet& set = sets_.emplace_back();
  known->second = &set;
  // A damaged store may have sets that have each other: the inner one is found unfinished, and
  // has to be a problem until it is finished.
  set.problem = Chain{"what it depends on is not known"};
  ++depth_;
  const std::string_view bytes = store_.FindNewest(kSetKind, ContentKey(id));
  if (bytes.empty() || depth_ > kMostDepth) {
    set.problem = Chain{"what it depends on is not known any more"};
    set.is_clean = false;
  } else {
    KnownSet read;
    Read(read, bytes);
    set = std::move(read);
  }
  --depth_;
  return set;
}

bool SetTable::IsClean(const ContentId& id) {
  // A damaged store may have sets that have each other: the inner one is not clean.
  const auto [known, is_new] = clean_.try_emplace(id, false);
  if (!is_new) return known->second;
  SetWalk walk;
  walk.Begin(store_.FindNewest(kSetKind, ContentKey(id)));
  DependencyView one;
  while (walk.Next(one)) {
    const bool is_set = one.kind == DependencyKind::kSet || one.kind == DependencyKind::kMemory;
    if (is_set ? !IsClean(one.content) : !IsSame(one)) return false;
  }
  return clean_[id] = walk.is_whole();
}

void SetTable::Read(KnownSet& set, std::string_view bytes) {
  SetWalk walk;
  walk.Begin(bytes);
  DependencyView dependency;
  while (walk.Next(dependency)) {
    if (dependency.kind == DependencyKind::kSource) {
      AddSource(set, dependency);
    } else if (dependency.kind == DependencyKind::kSet) {
      AddSet(set, dependency.content);
    } else if (dependency.kind == DependencyKind::kMemory) {
      AddMemory(set, dependency.content);
    } else if (!IsSame(dependency)) {
      SetProblem(set, {Describe(dependency)});
    }
  }
  if (!walk.is_whole()) SetProblem(set, {"what it depends on cannot be read any more"});
}

void SetTable::AddSource(KnownSet& set, const DependencyView& dependency) {
  const SourceId source = sources_.Add(dependency.name, dependency.content);
  set.uses.push_back({source, dependency.flags, dependency.part_count, dependency.packed_parts});
  Add(set.closure, source);
  if (!sources_.is_changed(source)) return;
  set.is_clean = false;
  if ((dependency.flags & kLinesCount) != 0)
    SetProblem(set, {std::string(dependency.name) + ": somebody reads its lines"});
  if ((dependency.flags & kDocsCount) == 0) return;
  const Delta* const delta = sources_.delta(source);
  if (delta != nullptr && delta->changed_doc)
    SetProblem(set, {sources_.Describe(source, *delta->changed_doc)});
}

void SetTable::AddSet(KnownSet& set, const ContentId& id) {
  KnownSet& inner = Get(id);
  set.sets.push_back(&inner);
  Add(set.closure, inner.closure);
  set.is_clean = set.is_clean && inner.is_clean;
  if (inner.problem) SetProblem(set, *inner.problem);
  if (inner.memories.empty()) return;
  std::vector<const KnownSet*> memories;
  std::ranges::set_union(set.memories, inner.memories, std::back_inserter(memories));
  set.memories = std::move(memories);
}

// Its sources are those of functions, which count by themselves; its sets are what these kept.
void SetTable::AddMemory(KnownSet& set, const ContentId& id) {
  KnownSet& memory = Get(id);
  std::vector<uint32_t> parts;
  for (const KnownSet::Use& use : memory.uses) {
    if (!DecodePartNumbers(use.part_count, use.packed_parts, parts))
      SetProblem(set, {"what it depends on cannot be read any more"});
  }
  if (!memory.problem) LookAtModules(memory);
  if (!memory.problem) return;
  set.is_clean = false;
  const auto place = std::ranges::lower_bound(set.memories, &memory);
  if (place == set.memories.end() || *place != &memory) set.memories.insert(place, &memory);
}

// A module that was kept is another one where its module level is: who ran a function of it has
// that by itself.
void SetTable::LookAtModules(KnownSet& memory) {
  for (const KnownSet* const kept : memory.sets) {
    if (kept->is_clean) continue;
    for (const SourceId source : SourcesOf(kept->closure)) {
      if (!sources_.is_changed(source)) continue;
      const Delta* const delta = sources_.delta(source);
      if (delta == nullptr) return SetProblem(memory, {sources_.problem(source)});
      if (delta->changed_statement)
        return SetProblem(memory, {sources_.Describe(source, *delta->changed_statement)});
    }
  }
}

std::optional<ContentId> SetTable::Current(const DependencyView& dependency) {
  const std::string name(dependency.name);
  switch (dependency.kind) {
    case DependencyKind::kSource:
    case DependencyKind::kFile:
      return files_.File(name);
    case DependencyKind::kExists:
      return files_.Existence(name);
    case DependencyKind::kListing:
      return files_.Listing(name);
    case DependencyKind::kTree:
      return files_.Tree(name);
    default: {
      const auto value = values_.find(name);
      return value == values_.end() ? std::nullopt : std::optional(value->second);
    }
  }
}

}  // namespace dxpy::impact
