#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "impact/delta.h"
#include "impact/source_bits.h"
#include "impact/sources.h"

namespace dxpy::impact {

/// What changed first, then what that reaches; for a user to read.
using Chain = std::vector<std::string>;

/// One step of a chain, by its number.
using StepId = uint32_t;
inline constexpr StepId kNoStep = UINT32_MAX;

/// A part of a source.
struct KnownPart {
  SourceId source = 0;
  uint32_t part = 0;
};

/// Whether somebody ran a part.
using IsRun = std::function<bool(SourceId source, uint32_t part)>;

/// A function that may have kept something which is another now.
struct Remembering {
  SourceId source = 0;
  uint32_t part = 0;
  std::string what;
};

/// What the changes in the sources of one closure reach: rules 1 to 5 of decision 13.
///
/// What a test ran is not asked for at first: tests that share a closure share the answer which
/// functions lead to them. Only of tests that ran a function which may have remembered
/// something it is asked what else they ran, in CheckRun().
class Reach {
 public:
  /// @param sources  must outlive this.
  /// @param memories  of sources that need not be in the closure.
  Reach(Sources& sources, const SourceBits& closure, const std::vector<Remembering>& memories = {});

  /// Everything that has this closure is reached; kNoStep: it is not.
  [[nodiscard]] StepId everything() const { return everything_; }

  struct Found {
    StepId step = kNoStep;     ///< who ran one of these parts is reached
    bool is_possible = false;  ///< who ran one of these parts may be: see CheckRun()
  };
  /// @param parts  of `source`.
  [[nodiscard]] Found Find(SourceId source, const std::vector<uint32_t>& parts) const;
  /// For who may have run any part of `source`.
  [[nodiscard]] Found FindAny(SourceId source) const;
  /// Whether Find() finds anything in a source.
  [[nodiscard]] bool has_triggers(SourceId source) const { return triggers_.contains(source); }
  /// Whether everybody who has this closure has to be asked what they ran.
  [[nodiscard]] bool may_reach_everything() const { return may_reach_everything_; }

  /// For who ran nothing that Find() has a step for. @returns  kNoStep: it is not reached.
  [[nodiscard]] StepId CheckRun(const IsRun& is_run);

  /// Some code stands on other lines, and some functions read lines of what runs.
  [[nodiscard]] bool may_show_lines() const {
    return moved_line_ != kNoStep && !frame_readers_.empty();
  }
  /// The first of these parts that reads lines of what runs.
  [[nodiscard]] std::optional<KnownPart> FindFrameReader(SourceId source,
                                                         const std::vector<uint32_t>& parts) const;
  /// The first of these parts that is the same on other lines.
  [[nodiscard]] std::optional<KnownPart> FindMoved(SourceId source,
                                                   const std::vector<uint32_t>& parts) const;
  /// For who ran both. @param moved  nullopt: what moved may be anything.
  [[nodiscard]] StepId LinesShown(const std::optional<KnownPart>& moved, const KnownPart& reader);

  /// What pytest collects from `source`, of this closure, may be another: its module level, in
  /// which are heads of functions, mentions names that are reached. kNoStep: it is the same.
  [[nodiscard]] StepId CheckCollection(SourceId source) const;

  [[nodiscard]] Chain ChainOf(StepId step) const;

 private:
  struct Step {
    SourceId source = 0;
    uint32_t part = 0;
    bool is_part = false;
    const Change* change = nullptr;  ///< instead of a part
    std::string text{};              ///< instead of both
    StepId from = kNoStep;
  };
  static bool IsSamePart(const Step& a, const Step& b);
  struct Place {
    SourceId source = 0;
    uint32_t part = 0;
    uint8_t bits = 0;  ///< of the mention by which it is reached
    StepId step = kNoStep;
  };
  struct Trigger {
    uint32_t part = 0;
    StepId step = kNoStep;
    bool is_certain = false;
  };
  /// Names that something is reached by.
  class Names {
   public:
    /// @param step  that brings the name.
    void Add(const std::string& name, StepId step, const std::vector<Step>& steps);
    [[nodiscard]] bool Has(const std::string& name) const { return brought_.contains(name); }
    [[nodiscard]] bool is_empty() const { return brought_.empty(); }
    [[nodiscard]] bool is_done() const { return queue_.empty(); }
    struct Brought {
      std::string name;
      StepId step = kNoStep;
      bool is_shared = false;  ///< several parts bring it
    };
    /// The next one that is to be followed.
    Brought Next();

   private:
    std::unordered_map<std::string, Brought> brought_;
    std::vector<std::string> queue_;
  };
  class Memories;

  void AddSource(SourceId source);
  void AddMemory(const Remembering& memory);
  void AddDelta(SourceId source, const Delta& delta);
  void AddReaders(uint32_t flags, StepId step);
  void FollowNames();
  void Touch(const Part& part, Place place);
  void SortTriggers();

  StepId AddStep(Step step);
  StepId AddStepTo(const Place& place);
  void AddTrigger(const Place& place, bool is_certain);
  void ReachEverything(StepId step) { everything_ = everything_ == kNoStep ? step : everything_; }
  [[nodiscard]] const Part& PartOf(const Place& place) {
    return sources_.parts(place.source)->parts[place.part];
  }
  [[nodiscard]] bool IsMention(uint8_t bits, const std::string& name);
  [[nodiscard]] bool MayBeFixture(const std::string& name);
  /// All that mentions a name; the places' step is the name's.
  std::vector<Place> MentionsOf(const Names::Brought& name);

  Sources& sources_;
  SourceBits closure_bits_;
  std::vector<SourceId> closure_;
  std::vector<Step> steps_;
  StepId everything_ = kNoStep;
  bool may_reach_everything_ = false;
  std::unordered_map<SourceId, std::vector<Trigger>> triggers_;
  Names changed_;             ///< what they mean may be another, whatever was run
  std::vector<Place> hit_;    ///< functions that mention one of these
  std::vector<Place> level_;  ///< what does so at module level
  std::vector<std::pair<const ChangedBody*, StepId>> bodies_;
  std::vector<Place> remembering_;  ///< functions that may have kept what is another now
  std::unordered_map<SourceId, std::vector<uint32_t>> frame_readers_;  ///< ascending
  StepId moved_line_ = kNoStep;
  std::unordered_map<uint64_t, uint8_t> touched_;  ///< parts, by which bits
  std::unordered_map<std::string, bool> fixtures_;
};

/// By which names a function is known. Methods such as __init__ are called by their class's.
[[nodiscard]] std::vector<std::string> NamesOf(const Part& function);

/// A mention of something by its name, and not only of a parameter that has the same one.
inline bool IsNamed(uint8_t bits) { return (bits & (kPlain | kAttribute | kText)) != 0; }

/// Executing it at import time may change anything.
inline bool IsActing(const Part& part) {
  return part.kind == PartKind::kEffect ||
         ((part.flags & kActs) != 0 && part.kind != PartKind::kImport);
}

}  // namespace dxpy::impact
