#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impact/run_note.h"
#include "impact/sets.h"
#include "store/store.h"

namespace dxpy::impact {

/// The record of a project to be taken elsewhere: what is known of tests and test files, and what
/// that names, without what one machine knows of its files. docs/formats/archive.md.
///
/// Records of one test from several archives are put in the order of their times, whatever order
/// the archives are added in: what is the newest decides. Those of one store keep its order, also
/// where two are of one second or the clock was set back.
class Archive {
 public:
  /// Takes all that a store has and that is whole.
  void AddStore(const store::Store& store);
  /// Takes an archive's bytes, all of them or none.
  /// @throws Error  they are not what was written: at which byte, what.
  void AddBytes(std::span<const std::byte> bytes);

  /// The bytes of an archive with all that was added.
  [[nodiscard]] std::string Bytes() const;
  /// Adds it to a store, whose own records stay.
  /// @returns  what went wrong, in one line; empty where nothing did.
  [[nodiscard]] std::string AddTo(store::Store& store) const;

  struct Counts {
    size_t units = 0;
    size_t tests = 0;
    size_t results = 0;  ///< of tests
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Record {
    int64_t when_s = 0;
    bool failed = false;  ///< of two in one second, a failure counts as the later
    std::string value;
    ContentId set{};
    ContentId run{};  ///< of a test
    auto operator<=>(const Record&) const = default;
  };
  class Named;

  /// @returns  false where the value is none of its kind.
  bool Add(store::Kind kind, std::string_view key, std::string_view value);
  static void Keep(std::vector<Record>& records, Record record);
  /// Both in the order of their times, without changing the order of either.
  static std::vector<Record> Merged(const std::vector<Record>& ours,
                                    const std::vector<Record>& theirs);
  void Merge(const Archive& other);
  /// Contents that others name, and behind them the records that name nothing else.
  [[nodiscard]] std::vector<store::Store::Entry> Entries() const;
  /// Those of one test or unit that a store does not have, or has in another order.
  [[nodiscard]] std::vector<store::Store::Entry> NewRecords(const Archive& there) const;

  std::map<std::pair<store::Kind, std::string>, std::string> contents_;  ///< by kind and key
  /// By kind and text (a node id, a path), the oldest first, at most kMostRecords.
  std::map<std::pair<store::Kind, std::string>, std::vector<Record>> records_;
  std::optional<LastRun> last_run_;
};

}  // namespace dxpy::impact
