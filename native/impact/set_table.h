#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "impact/current_files.h"
#include "impact/reach.h"
#include "impact/set_walk.h"
#include "impact/sets.h"
#include "impact/source_bits.h"
#include "impact/sources.h"
#include "store/store.h"

namespace dxpy::impact {

/// One set, compared with what there is now.
struct KnownSet {
  struct Use {
    SourceId source = 0;
    uint32_t flags = 0;
    uint32_t part_count = 0;
    std::string_view packed_parts;  ///< of the store
  };

  /// Nothing that it depends on is another, by any byte, nor of the sets that it has.
  bool is_clean = true;
  /// Something besides the code of sources is another, here or in a set that it has.
  std::optional<Chain> problem;
  std::vector<Use> uses;
  std::vector<KnownSet*> sets;
  /// Whose functions may have kept something that is another now, which is their problem; here or
  /// in a set that it has; ascending.
  std::vector<const KnownSet*> memories;
  /// Of its own sources, and of all sets that it has.
  SourceBits closure;
};

/// The sets that tests name, each read and compared once.
class SetTable {
 public:
  /// All must outlive this. @param values  as they are now, by name.
  SetTable(const store::Store& store, CurrentFiles& files, Sources& sources,
           const std::map<std::string, ContentId>& values)
      : store_(store), files_(files), sources_(sources), values_(values) {}

  /// It lives as long as the table.
  KnownSet& Get(const ContentId& id);

  /// Whether nothing that a set names is another, by any byte, nor of the sets and memories that
  /// it has. Nothing is made of them, so this takes a fraction of Get().
  bool IsClean(const ContentId& id);
  /// What a dependency that is no set is now; nullopt: nobody knows.
  std::optional<ContentId> Current(const DependencyView& dependency);

  [[nodiscard]] size_t size() const { return sets_.size(); }

 private:
  void Read(KnownSet& set, std::string_view bytes);
  void AddSource(KnownSet& set, const DependencyView& dependency);
  void AddSet(KnownSet& set, const ContentId& id);
  void AddMemory(KnownSet& set, const ContentId& id);
  void LookAtModules(KnownSet& memory);
  void AddOther(KnownSet& set, const DependencyView& dependency);
  bool IsSame(const DependencyView& dependency) {
    return Current(dependency) == dependency.content;
  }

  const store::Store& store_;
  CurrentFiles& files_;
  Sources& sources_;
  const std::map<std::string, ContentId>& values_;
  std::unordered_map<ContentId, KnownSet*, ContentHash> by_id_;
  std::deque<KnownSet> sets_;
  std::unordered_map<ContentId, bool, ContentHash> clean_;
  int depth_ = 0;
};

}  // namespace dxpy::impact
