#include "impact/closures.h"

#include <algorithm>
#include <functional>
#include <unordered_set>
#include <utility>

namespace dxpy::impact {
namespace {

using Runs = std::unordered_map<SourceId, std::vector<uint32_t>>;

// What was run under a set, ascending.
Runs RunsOf(const KnownSet& outer) {
  Runs runs;
  std::unordered_set<const KnownSet*> seen = {&outer};
  std::vector<const KnownSet*> queue = {&outer};
  std::vector<uint32_t> parts;
  while (!queue.empty()) {
    const KnownSet& set = *queue.back();
    queue.pop_back();
    for (const KnownSet::Use& use : set.uses) {
      if (!DecodePartNumbers(use.part_count, use.packed_parts, parts)) continue;
      std::vector<uint32_t>& all = runs[use.source];
      all.insert(all.end(), parts.begin(), parts.end());
    }
    for (const KnownSet* const inner : set.sets)
      if (seen.insert(inner).second) queue.push_back(inner);
  }
  for (auto& [source, all] : runs) std::ranges::sort(all);
  return runs;
}

}  // namespace

const Chain* Closures::Check(const KnownSet& set) {
  if (set.is_clean) return nullptr;
  const auto [known, is_new] = verdicts_.try_emplace(&set);
  if (is_new) known->second = Judge(set);
  return known->second ? &*known->second : nullptr;
}

std::optional<Chain> Closures::Judge(const KnownSet& set) {
  if (set.problem) return set.problem;
  Closure& closure = At(set);
  const Reach::Found& found = Find(closure, set);
  if (found.step != kNoStep) return closure.reach.ChainOf(found.step);
  if (closure.reach.everything() != kNoStep)
    return closure.reach.ChainOf(closure.reach.everything());
  StepId step = CheckLines(closure, set);
  const bool may_run = found.is_possible || closure.reach.may_reach_everything();
  if (step == kNoStep && may_run) step = CheckRun(closure, set);
  return step == kNoStep ? std::nullopt : std::optional(closure.reach.ChainOf(step));
}

std::optional<Chain> Closures::CheckCollection(const KnownSet& set, const std::string& unit) {
  if (set.is_clean) return std::nullopt;
  if (const Chain* const chain = Check(set)) return *chain;
  return CheckLevel(At(set), set, unit);
}

// The module level of the unit's own source, wherever that is.
std::optional<Chain> Closures::CheckLevel(Closure& closure, const KnownSet& set,
                                          const std::string& unit) {
  for (const KnownSet::Use& use : set.uses) {
    if ((use.flags & kCollects) == 0 && sources_.name(use.source) != unit) continue;
    const Delta* const delta = sources_.delta(use.source);
    if (delta != nullptr && delta->changed_collection)
      return Chain{sources_.Describe(use.source, *delta->changed_collection)};
    const StepId step = closure.reach.CheckCollection(use.source);
    if (step != kNoStep) return closure.reach.ChainOf(step);
  }
  for (const KnownSet* const inner : set.sets) {
    std::optional<Chain> chain = CheckLevel(closure, *inner, unit);
    if (chain) return chain;
  }
  return std::nullopt;
}

Closures::Closure& Closures::At(const KnownSet& set) {
  std::unique_ptr<Closure>& closure = closures_[{set.closure, set.memories}];
  if (closure) return *closure;
  std::vector<Remembering> memories;
  for (const KnownSet* const memory : set.memories) {
    const std::string& why = memory->problem->back();
    for (const KnownSet::Use& use : memory->uses) {
      if (!DecodePartNumbers(use.part_count, use.packed_parts, parts_)) continue;  // see SetTable
      for (const uint32_t part : parts_) memories.push_back({use.source, part, why});
    }
  }
  closure = std::make_unique<Closure>(Reach(sources_, set.closure, memories));
  return *closure;
}

const Reach::Found& Closures::Find(Closure& closure, const KnownSet& set) {
  const auto [known, is_new] = closure.found.try_emplace(&set);
  if (!is_new) return known->second;
  Reach::Found found;
  for (const KnownSet::Use& use : set.uses) {
    if (use.part_count == 0 || !closure.reach.has_triggers(use.source)) continue;
    const bool is_whole = DecodePartNumbers(use.part_count, use.packed_parts, parts_);
    const Reach::Found here =
        is_whole ? closure.reach.Find(use.source, parts_) : closure.reach.FindAny(use.source);
    found.is_possible = found.is_possible || here.is_possible;
    if (found.step == kNoStep) found.step = here.step;
  }
  for (const KnownSet* const inner : set.sets) {
    const Reach::Found there = Find(closure, *inner);
    found.is_possible = found.is_possible || there.is_possible;
    if (found.step == kNoStep) found.step = there.step;
  }
  return closure.found[&set] = found;
}

StepId Closures::CheckRun(Closure& closure, const KnownSet& set) {
  const Runs runs = RunsOf(set);
  return closure.reach.CheckRun([&runs](SourceId source, uint32_t part) {
    const auto all = runs.find(source);
    return all != runs.end() && std::ranges::binary_search(all->second, part);
  });
}

// Who reads lines of what runs sees functions that run meanwhile. In an import that is also the
// module's own level, and what a fixture has seen of its lines a test may be told.
StepId Closures::CheckLines(Closure& closure, const KnownSet& set) {
  Reach& reach = closure.reach;
  if (!reach.may_show_lines()) return kNoStep;
  for (const KnownSet* const inner : set.sets) {
    const auto& reader = FindBelow(closure, closure.frame_readers, *inner, &Reach::FindFrameReader);
    if (reader) return reach.LinesShown(std::nullopt, *reader);
  }
  const auto reader = FindOwn(closure, set, &Reach::FindFrameReader);
  if (!reader) return kNoStep;
  const auto& moved = FindBelow(closure, closure.moved, set, &Reach::FindMoved);
  return moved ? reach.LinesShown(moved, *reader) : kNoStep;
}

std::optional<KnownPart> Closures::FindOwn(const Closure& closure, const KnownSet& set,
                                           FindPart find) {
  for (const KnownSet::Use& use : set.uses) {
    if (use.part_count == 0) continue;
    if (!DecodePartNumbers(use.part_count, use.packed_parts, parts_)) continue;  // see SetTable
    if (const auto found = (closure.reach.*find)(use.source, parts_)) return found;
  }
  return std::nullopt;
}

const std::optional<KnownPart>& Closures::FindBelow(Closure& closure, Closure::Parts& known,
                                                    const KnownSet& set, FindPart find) {
  const auto [place, is_new] = known.try_emplace(&set);
  if (!is_new) return place->second;
  std::optional<KnownPart> found = FindOwn(closure, set, find);
  for (const KnownSet* const inner : set.sets)
    if (!found) found = FindBelow(closure, known, *inner, find);
  return known[&set] = found;
}

}  // namespace dxpy::impact
