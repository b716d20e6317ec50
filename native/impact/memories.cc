#include "impact/memories.h"

#include <utility>

namespace dxpy::impact {

StepId Reach::Memories::Follow() {
  for (const auto& [body, step] : reach_.bodies_) AddOther(body->name, step, body->stores);
  for (const Place& place : reach_.hit_) AddUnrun(reach_.PartOf(place), place, false);
  for (const Place& place : reach_.remembering_) AddRemembering(reach_.PartOf(place), place);
  while (found_ == kNoStep) {
    Names* const names = !changed_.is_done()   ? &changed_
                         : !storing_.is_done() ? &storing_
                                               : &other_;
    if (names->is_done()) break;
    const Names::Brought name = names->Next();
    for (const Place& place : reach_.MentionsOf(name)) {
      names == &changed_ ? MentionsChanged(name.name, place)
                         : MentionsOther(place, names == &storing_);
      if (found_ != kNoStep) break;
    }
  }
  return found_;
}

void Reach::Memories::AddOther(const std::string& name, StepId step, bool stores) {
  (stores ? storing_ : other_).Add(name, step, reach_.steps_);
}

// A part mentions a function that may do another thing and was not run.
void Reach::Memories::MentionsOther(Place place, bool stores) {
  if (!IsNamed(place.bits)) return;
  const Part& part = reach_.PartOf(place);
  const bool is_value = (place.bits & kValue) != 0;
  if (part.kind == PartKind::kImport) {
    for (const std::string& name : part.binds) AddOther(name, reach_.AddStepTo(place), stores);
  } else if (part.kind == PartKind::kFunction) {
    // A default value, an argument of a decorator.
    if (is_value && (place.bits & kHead) != 0) AddChanged(NamesOf(part), reach_.AddStepTo(place));
    stores = stores || (part.flags & kStores) != 0;
    const bool keeps = is_value || (stores && (part.flags & kBranches) != 0);
    if (WasRun(place)) {
      if (keeps) found_ = reach_.AddStepTo(place);
      return;
    }
    place.step = reach_.AddStepTo(place);
    if (keeps && is_run_ == nullptr) reach_.AddTrigger(place, false);
    AddUnrun(part, place, stores);
  } else if (is_value && part.kind != PartKind::kEffect) {
    // Not where it is called: what was run at import time is among what the test ran.
    AddChanged(part.binds, reach_.AddStepTo(place));
  }
}

// A part mentions a name whose meaning may be another, because of what was not run.
void Reach::Memories::MentionsChanged(const std::string& name, Place place) {
  if (!reach_.IsMention(place.bits, name)) return;
  const Part& part = reach_.PartOf(place);
  place.step = reach_.AddStepTo(place);
  if (part.kind == PartKind::kFunction) return FunctionMentionsChanged(part, place);
  if (is_run_ == nullptr && part.kind != PartKind::kImport) reach_.level_.push_back(place);
  if (IsActing(part)) Everything(place.step);
  AddChanged(part.binds, place.step);
}

void Reach::Memories::FunctionMentionsChanged(const Part& part, const Place& place) {
  if ((place.bits & kHead) != 0) {
    if (is_run_ == nullptr) reach_.level_.push_back(place);
    if (IsNamed(place.bits) && (part.flags & kActs) != 0) Everything(place.step);
    if (IsNamed(place.bits)) AddChanged(NamesOf(part), place.step);
  }
  if (WasRun(place)) {
    found_ = place.step;
    return;
  }
  if (is_run_ == nullptr) reach_.AddTrigger(place, false);
  AddUnrun(part, place, false);
}

// A lambda may be the value of an assignment, and that kept in any way.
void Reach::Memories::AddRemembering(const Part& part, const Place& place) {
  part.kind == PartKind::kFunction ? AddUnrun(part, place, false)
                                   : AddChanged(part.binds, place.step);
}

void Reach::Memories::AddUnrun(const Part& part, const Place& place, bool stores) {
  stores = stores || (part.flags & kStores) != 0;
  const uint64_t id = uint64_t{place.source} << 32 | place.part;
  if (!unrun_.insert(id << 1 | (stores ? 1 : 0)).second) return;
  for (const std::string& name : NamesOf(part)) AddOther(name, place.step, stores);
  if ((part.flags & kDecorated) != 0) AddChanged(NamesOf(part), place.step);
}

void Reach::Memories::AddChanged(const std::vector<std::string>& names, StepId step) {
  for (const std::string& name : names)
    if (!reach_.changed_.Has(name)) changed_.Add(name, step, reach_.steps_);
}

void Reach::Memories::Everything(StepId step) {
  if (is_run_ != nullptr) {
    found_ = step;
  } else {
    reach_.may_reach_everything_ = true;
  }
}

bool Reach::Memories::WasRun(const Place& place) const {
  return is_run_ != nullptr && (*is_run_)(place.source, place.part);
}

}  // namespace dxpy::impact
