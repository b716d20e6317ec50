#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impact/set_table.h"
#include "impact/sets.h"
#include "store/store.h"

namespace dxpy::impact {

/// A unit none of whose tests has to run, in one entry: while its newest records are those that
/// it was judged by, and all that these name is what it was then, to the byte, the judgement is
/// the same. It repeats what can be found out again, so it may be lost.
struct UnitDigest {
  std::string unit;
  uint64_t unit_record = 0;  ///< Store::NewestCheck() of its record
  struct Test {
    std::string key;      ///< TextKey() of its node id
    uint64_t record = 0;  ///< the same of the newest one, which passed
    bool operator==(const Test&) const = default;
  };
  std::vector<Test> tests;
  double seconds = 0;  ///< of all of them together
  /// All that the unit's set and those of its tests name, as it was when they were judged: that
  /// need not be what it was when the tests ran. Without the parts of sources.
  ContentId dependencies{};

  bool operator==(const UnitDigest&) const = default;
};

[[nodiscard]] std::string EncodeDigest(const UnitDigest& digest);
[[nodiscard]] std::optional<UnitDigest> DecodeDigest(std::string_view bytes);

/// Whether the newest records of a unit and its tests are still those of a digest.
[[nodiscard]] bool IsOfNewestRecords(const UnitDigest& digest, const store::Store& store);

/// Makes digests of units that were judged just now.
class DigestMaker {
 public:
  /// @param sets  by which they were judged. Both must outlive this.
  DigestMaker(const store::Store& store, SetTable& sets) : store_(store), sets_(sets) {}

  /// @param unit  all of whose newest records hold.
  /// @returns  nullopt where a record is missing or has not passed, or a set cannot be read.
  [[nodiscard]] std::optional<UnitDigest> Make(const std::string& unit);

  /// What keeps the digests made so far.
  std::vector<store::Store::Entry> TakeEntries() { return std::exchange(entries_, {}); }

 private:
  using Keyed = std::map<std::pair<DependencyKind, std::string>, ContentId>;

  bool AddSet(const ContentId& id, Keyed& all);
  std::optional<ContentId> AsItIsNow(const ContentId& id);
  ContentId Keep(const Keyed& all);

  const store::Store& store_;
  SetTable& sets_;
  std::map<ContentId, std::optional<ContentId>> as_they_are_now_;
  std::vector<store::Store::Entry> entries_;
};

}  // namespace dxpy::impact
