#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "impact/sets.h"
#include "store/store.h"

namespace dxpy::impact {

/// Where a run took place, as far as its caller knows; for a user to read. Nothing is decided by
/// it.
struct RunOrigin {
  std::string host;
  std::string branch;  ///< empty: none, or no repository
  std::string commit;  ///< that was checked out; the files need not have been as it has them

  bool operator==(const RunOrigin&) const = default;
};

/// What is kept of a run as a whole. The records of its tests name it.
struct RunNote {
  int64_t when_s = 0;  ///< since 1970
  RunOrigin origin;
  ContentId world{};  ///< the set of what all its tests depended on: settings, plugins, ...

  bool operator==(const RunNote&) const = default;
};

[[nodiscard]] std::string EncodeRun(const RunNote& note);
[[nodiscard]] std::optional<RunNote> DecodeRun(std::string_view bytes);

/// Of the run that ended last: what it is kept under.
struct LastRun {
  int64_t when_s = 0;
  ContentId run{};
  auto operator<=>(const LastRun&) const = default;
};

[[nodiscard]] std::string EncodeLastRun(const LastRun& last);
[[nodiscard]] std::optional<LastRun> DecodeLastRun(std::string_view bytes);

/// Nullopt: nothing is known of it.
[[nodiscard]] std::optional<RunNote> FindRun(const store::Store& store, const ContentId& run);
[[nodiscard]] std::optional<RunNote> FindLastRun(const store::Store& store);

}  // namespace dxpy::impact
