#include "impact/reach.h"

#include <algorithm>
#include <string_view>

#include "impact/memories.h"

namespace dxpy::impact {

bool Reach::IsSamePart(const Step& a, const Step& b) {
  return a.is_part && b.is_part && a.source == b.source && a.part == b.part;
}

std::vector<std::string> NamesOf(const Part& function) {
  std::vector<std::string> names = function.binds;
  std::string_view rest = function.name;
  const std::string_view last = rest.substr(rest.rfind('.') + 1);
  if (!last.starts_with("__") || !last.ends_with("__")) return names;
  for (size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
    names.emplace_back(rest.substr(0, dot));
    rest.remove_prefix(dot + 1);
  }
  return names;
}

Reach::Reach(Sources& sources, const SourceBits& closure, const std::vector<Remembering>& memories)
    : sources_(sources), closure_bits_(closure), closure_(SourcesOf(closure)) {
  for (const Remembering& memory : memories) AddMemory(memory);
  for (const SourceId source : closure_)
    if (sources_.is_changed(source)) AddSource(source);
  FollowNames();
  // From here on it is known what is reached whatever a test ran.
  Memories(*this, nullptr).Follow();
  SortTriggers();
}

namespace {

// A decorator may keep what it returns. Beyond that a line is not kept for somebody else's use.
bool ReadsOnlyFrames(const Part& part) {
  return part.kind == PartKind::kFunction && (part.flags & kDecorated) == 0;
}

// The first of `some` that is among `others`; both ascending.
std::optional<uint32_t> FirstAmong(const std::vector<uint32_t>& some,
                                   const std::vector<uint32_t>& others) {
  for (const uint32_t one : some)
    if (std::ranges::binary_search(others, one)) return one;
  return std::nullopt;
}

}  // namespace

void Reach::AddSource(SourceId source) {
  const Delta* const delta = sources_.delta(source);
  if (delta != nullptr) return AddDelta(source, *delta);
  const std::string& problem = sources_.problem(source);
  ReachEverything(AddStep({.source = source, .text = problem}));
}

void Reach::AddMemory(const Remembering& memory) {
  const FileParts* const file =
      Has(closure_bits_, memory.source) ? sources_.parts(memory.source) : nullptr;
  if (file == nullptr || memory.part >= file->parts.size()) return;
  Place place{memory.source, memory.part, 0, AddStep({.text = memory.what})};
  place.step = AddStepTo(place);
  remembering_.push_back(place);
  const uint32_t flags = PartOf(place).flags;
  // Who ran it may have got what it had kept before.
  if ((flags & kStores) != 0 && (flags & kBranches) != 0) AddTrigger(place, true);
}

void Reach::AddDelta(SourceId source, const Delta& delta) {
  const auto step_of = [&](const Change& change) {
    return AddStep({.source = source, .change = &change});
  };
  for (uint32_t part = 0; part < delta.changed_functions.size(); ++part) {
    if (const std::optional<Change>& change = delta.changed_functions[part])
      AddTrigger({source, part, 0, step_of(*change)}, true);
  }
  if (delta.changed_effect) ReachEverything(step_of(*delta.changed_effect));
  for (const auto& [name, change] : delta.changed_names)
    changed_.Add(name, step_of(change), steps_);
  for (const ChangedBody& body : delta.changed_bodies)
    bodies_.emplace_back(&body, step_of(body.change));
  if (delta.changed_statement) AddReaders(kReadsNames, step_of(*delta.changed_statement));
  if (delta.changed_doc) AddReaders(kReadsDocs, step_of(*delta.changed_doc));
  if (!delta.moved_line) return;
  const bool is_first = moved_line_ == kNoStep;
  const StepId moved = step_of(*delta.moved_line);
  if (is_first) moved_line_ = moved;
  AddReaders(is_first ? kReadsLines | kReadsFrames : kReadsLines, moved);
}

// What uses names, docstrings or lines in a way that nobody can read off is taken for something
// that mentions what changed.
void Reach::AddReaders(uint32_t flags, StepId step) {
  for (const SourceId source : closure_) {
    const Summary* const summary = sources_.summary(source);
    if (summary == nullptr) continue;  // FollowNames() says so
    if (((summary->function_flags | summary->module_flags) & flags) == 0) continue;
    const FileParts* const file = sources_.parts(source);
    if (file == nullptr) continue;
    for (uint32_t i = 0; i < file->parts.size(); ++i) {
      const Part& part = file->parts[i];
      if ((part.flags & flags) == 0 || part.kind == PartKind::kImport) continue;
      if ((part.flags & flags) == kReadsFrames && ReadsOnlyFrames(part)) {
        frame_readers_[source].push_back(i);
      } else {
        Touch(part, {source, i, kPlain, step});
      }
    }
  }
}

void Reach::Names::Add(const std::string& name, StepId step, const std::vector<Step>& steps) {
  const auto [known, is_new] = brought_.try_emplace(name, Brought{name, step});
  Brought& brought = known->second;
  if (!is_new) {
    if (brought.is_shared || IsSamePart(steps[brought.step], steps[step])) return;
    brought.is_shared = true;
  }
  queue_.push_back(name);
}

Reach::Names::Brought Reach::Names::Next() {
  const std::string name = std::move(queue_.back());
  queue_.pop_back();
  return brought_[name];
}

std::vector<Reach::Place> Reach::MentionsOf(const Names::Brought& name) {
  std::vector<Place> places;
  for (const Mention& mention : sources_.Mentions(name.name)) {
    if (!Has(closure_bits_, mention.source)) continue;
    const Step own{.source = mention.source, .part = mention.part, .is_part = true};
    // Who alone brings a name mentions it where it binds it.
    if (!name.is_shared && IsSamePart(steps_[name.step], own)) continue;
    places.push_back({mention.source, mention.part, mention.bits, name.step});
  }
  return places;
}

void Reach::FollowNames() {
  if (changed_.is_empty() && bodies_.empty() && hit_.empty() && remembering_.empty()) return;
  for (const SourceId source : closure_) {
    if (sources_.summary(source) == nullptr)
      ReachEverything(AddStep(
          {.source = source, .text = sources_.name(source) + ": what it mentions is not known"}));
  }
  while (!changed_.is_done()) {
    const Names::Brought name = changed_.Next();
    for (const Place& place : MentionsOf(name))
      if (IsMention(place.bits, name.name)) Touch(PartOf(place), place);
  }
}

// A part mentions a name whose meaning may be another.
void Reach::Touch(const Part& part, Place place) {
  uint8_t& seen = touched_[uint64_t{place.source} << 32 | place.part];
  const bool is_new = seen == 0;
  const bool in_head = IsNamed(place.bits) && (place.bits & kHead) != 0;
  const uint8_t bits = 1 | (in_head ? 2 : 0) | ((place.bits & kParameter) != 0 ? 4 : 0);
  if ((seen | bits) == seen) return;
  seen |= bits;
  place.step = AddStepTo(place);
  if (part.kind == PartKind::kFunction) {
    if (is_new) {
      AddTrigger(place, true);
      hit_.push_back(place);
    }
    if ((bits & ~1) != 0) level_.push_back(place);
    if (!in_head) return;
    if ((part.flags & kActs) != 0) ReachEverything(place.step);
    for (const std::string& name : NamesOf(part)) changed_.Add(name, place.step, steps_);
    return;
  }
  if (part.kind != PartKind::kImport) level_.push_back(place);
  // Which names a star brings is not known.
  const bool is_star = std::ranges::find(part.binds, "*") != part.binds.end();
  if (IsActing(part) || is_star) ReachEverything(place.step);
  for (const std::string& name : part.binds) changed_.Add(name, place.step, steps_);
}

bool Reach::IsMention(uint8_t bits, const std::string& name) {
  return IsNamed(bits) || ((bits & kParameter) != 0 && MayBeFixture(name));
}

bool Reach::MayBeFixture(const std::string& name) {
  const auto [known, is_new] = fixtures_.try_emplace(name);
  if (is_new) {
    known->second = std::ranges::any_of(
        closure_, [&](SourceId source) { return sources_.HasFixture(source, name); });
  }
  return known->second;
}

StepId Reach::AddStep(Step step) {
  steps_.push_back(std::move(step));
  return static_cast<StepId>(steps_.size() - 1);
}

StepId Reach::AddStepTo(const Place& place) {
  return AddStep({.source = place.source, .part = place.part, .is_part = true, .from = place.step});
}

void Reach::AddTrigger(const Place& place, bool is_certain) {
  triggers_[place.source].push_back({place.part, place.step, is_certain});
}

// By part; of those of one part the one that is certain, or came first.
void Reach::SortTriggers() {
  for (auto& [source, triggers] : triggers_) {
    std::ranges::stable_sort(triggers, {}, [](const Trigger& trigger) {
      return std::pair(trigger.part, trigger.is_certain ? 0 : 1);
    });
    const auto same = [](const Trigger& a, const Trigger& b) { return a.part == b.part; };
    triggers.erase(std::unique(triggers.begin(), triggers.end(), same), triggers.end());
  }
}

Reach::Found Reach::Find(SourceId source, const std::vector<uint32_t>& parts) const {
  Found found;
  const auto triggers = triggers_.find(source);
  if (triggers == triggers_.end()) return found;
  for (const Trigger& trigger : triggers->second) {
    if (!std::ranges::binary_search(parts, trigger.part)) continue;
    found.is_possible = true;
    if (!trigger.is_certain) continue;
    found.step = trigger.step;
    break;
  }
  return found;
}

Reach::Found Reach::FindAny(SourceId source) const {
  const auto triggers = triggers_.find(source);
  if (triggers == triggers_.end()) return {};
  return {triggers->second.front().step, true};
}

StepId Reach::CheckRun(const IsRun& is_run) {
  const size_t steps = steps_.size();
  const StepId found = Memories(*this, &is_run).Follow();
  if (found == kNoStep) steps_.resize(steps);  // thousands may ask
  return found;
}

std::optional<KnownPart> Reach::FindFrameReader(SourceId source,
                                                const std::vector<uint32_t>& parts) const {
  const auto readers = frame_readers_.find(source);
  if (readers == frame_readers_.end()) return std::nullopt;
  const std::optional<uint32_t> part = FirstAmong(readers->second, parts);
  return part ? std::optional(KnownPart{source, *part}) : std::nullopt;
}

std::optional<KnownPart> Reach::FindMoved(SourceId source,
                                          const std::vector<uint32_t>& parts) const {
  const Delta* const delta = sources_.is_changed(source) ? sources_.delta(source) : nullptr;
  if (delta == nullptr) return std::nullopt;
  const std::optional<uint32_t> part = FirstAmong(delta->moved_functions, parts);
  return part ? std::optional(KnownPart{source, *part}) : std::nullopt;
}

StepId Reach::LinesShown(const std::optional<KnownPart>& moved, const KnownPart& reader) {
  StepId from = moved_line_;
  if (moved) {
    const std::string where = sources_.Describe(moved->source, moved->part);
    from = AddStep({.source = moved->source, .text = where + " (it stands on other lines)"});
  }
  return AddStepTo({reader.source, reader.part, 0, from});
}

StepId Reach::CheckCollection(SourceId source) const {
  for (const Place& place : level_)
    if (place.source == source) return place.step;
  return kNoStep;
}

Chain Reach::ChainOf(StepId step) const {
  Chain chain;
  for (; step != kNoStep; step = steps_[step].from) {
    const Step& each = steps_[step];
    std::string text = each.text;
    if (each.is_part) text = sources_.Describe(each.source, each.part);
    if (each.change != nullptr) text = sources_.Describe(each.source, *each.change);
    // A function that mentions itself, a class that is reached twice.
    if (chain.empty() || chain.back() != text) chain.push_back(std::move(text));
  }
  std::ranges::reverse(chain);
  return chain;
}

}  // namespace dxpy::impact
