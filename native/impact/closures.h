#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "impact/reach.h"
#include "impact/set_table.h"
#include "impact/sources.h"

namespace dxpy::impact {

/// Says of sets whether they hold: whether what ran under them would do the same now. What the
/// changes reach is found out once for all sets with the same sources.
class Closures {
 public:
  /// @param sources  must outlive this, and the sets that are asked about.
  explicit Closures(Sources& sources) : sources_(sources) {}

  /// @returns  null where the set holds; else why it does not.
  const Chain* Check(const KnownSet& set);
  /// Of the collection of a unit: where the set holds, the unit has the tests that it had. The
  /// unit's own source has kCollects, or its name.
  std::optional<Chain> CheckCollection(const KnownSet& set, const std::string& unit);

 private:
  struct Closure {
    explicit Closure(Reach of_these) : reach(std::move(of_these)) {}
    Reach reach;
    std::unordered_map<const KnownSet*, Reach::Found> found;
    using Parts = std::unordered_map<const KnownSet*, std::optional<KnownPart>>;
    Parts frame_readers;  ///< that were run under a set
    Parts moved;          ///< the same of what stands on other lines
  };

  std::optional<Chain> Judge(const KnownSet& set);
  Closure& At(const KnownSet& set);
  const Reach::Found& Find(Closure& closure, const KnownSet& set);
  std::optional<Chain> CheckLevel(Closure& closure, const KnownSet& set, const std::string& unit);
  StepId CheckRun(Closure& closure, const KnownSet& set);
  StepId CheckLines(Closure& closure, const KnownSet& set);
  using FindPart = std::optional<KnownPart> (Reach::*)(SourceId,
                                                       const std::vector<uint32_t>&) const;
  std::optional<KnownPart> FindOwn(const Closure& closure, const KnownSet& set, FindPart find);
  const std::optional<KnownPart>& FindBelow(Closure& closure, Closure::Parts& known,
                                            const KnownSet& set, FindPart find);

  Sources& sources_;
  using Key = std::pair<SourceBits, std::vector<const KnownSet*>>;  ///< and memories
  std::map<Key, std::unique_ptr<Closure>> closures_;
  std::unordered_map<const KnownSet*, std::optional<Chain>> verdicts_;
  std::vector<uint32_t> parts_;  ///< whose memory is used again
};

}  // namespace dxpy::impact
