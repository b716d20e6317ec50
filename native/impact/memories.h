#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "impact/reach.h"

namespace dxpy::impact {

/// Follows results that may have been remembered from before a test: rule 4.
///
/// A function that the test did not run may do another thing than before: its body changed, or
/// it mentions a name that changed, or a function of this kind; or, whether or not the test ran
/// it, while it ran something was read that is another now. Somebody may have called it
/// earlier and kept what it returned, or it has itself stored something. That is no more than
/// these:
/// - a function that the test ran, mentions it, and does something only under a condition,
///   where one of the two, or of those that lead from one to the other, stores something; or it
///   does not call it there but passes it on: that reaches the test;
/// - who has decorated it, an assignment or a class that takes it for a value: what these bind
///   means something else then, as a changed name does.
class Reach::Memories {
 public:
  /// @param is_run  of the test; null: it is not known, and everything that may lead to a test
  ///     is added to the triggers, as if nothing else had been run. Both must outlive this.
  Memories(Reach& reach, const IsRun* is_run) : reach_(reach), is_run_(is_run) {}

  /// @returns  how the test is reached; kNoStep: it is not, or it is not known what it ran.
  StepId Follow();

 private:
  void MentionsOther(Place place, bool stores);
  void MentionsChanged(const std::string& name, Place place);
  void FunctionMentionsChanged(const Part& part, const Place& place);
  void AddRemembering(const Part& part, const Place& place);
  void AddUnrun(const Part& part, const Place& place, bool stores);
  void AddOther(const std::string& name, StepId step, bool stores);
  void AddChanged(const std::vector<std::string>& names, StepId step);
  void Everything(StepId step);
  [[nodiscard]] bool WasRun(const Place& place) const;

  Reach& reach_;
  const IsRun* is_run_;
  Names other_;    ///< functions that may do another thing, and were not run
  Names storing_;  ///< those of them that store something, or lead to one that does
  Names changed_;  ///< names besides Reach::changed_
  std::unordered_set<uint64_t> unrun_;
  StepId found_ = kNoStep;
};

}  // namespace dxpy::impact
