#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impact/sets.h"
#include "store/store.h"

namespace dxpy::impact {

/// A unit all of whose tests need not run, in one entry: while its newest records are those that
/// it was made of, and `dependencies` hold to the byte, nothing of it has to be judged. It only
/// repeats what the records say, so it may be lost.
struct UnitDigest {
  std::string unit;
  uint64_t unit_record = 0;  ///< RecordCheck() of the newest one
  struct Test {
    std::string key;      ///< TextKey() of its node id
    uint64_t record = 0;  ///< RecordCheck() of the newest one, which passed
    bool operator==(const Test&) const = default;
  };
  std::vector<Test> tests;
  double seconds = 0;  ///< of all of them together
  /// What the unit's set and those of its tests have, without the parts of sources.
  ContentId dependencies{};

  bool operator==(const UnitDigest&) const = default;
};

[[nodiscard]] std::string EncodeDigest(const UnitDigest& digest);
[[nodiscard]] std::optional<UnitDigest> DecodeDigest(std::string_view bytes);

/// Tells whether a record is another one.
[[nodiscard]] uint64_t RecordCheck(std::string_view record);

/// Whether the newest records of a unit and its tests are still those of a digest.
[[nodiscard]] bool IsOfNewestRecords(const UnitDigest& digest, const store::Store& store);

/// A digest, and the entries that keep it.
struct MadeDigest {
  UnitDigest digest;
  std::vector<store::Store::Entry> entries;
};

/// From the newest records of a unit and its tests.
/// @returns  nullopt where one of them is missing or has not passed, or a set cannot be read.
[[nodiscard]] std::optional<MadeDigest> MakeDigest(const std::string& unit,
                                                   const store::Store& store);

}  // namespace dxpy::impact
