#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "impact/sets.h"
#include "store/store.h"

namespace dxpy::impact {

// What impact analysis keeps in a store. NOTE: do not change the values of existing kinds.

/// By PartsKey() of a source's content: EncodeParts().
inline constexpr store::Kind kPartsKind = 1;
/// By content: EncodeSet().
inline constexpr store::Kind kSetKind = 2;
/// By TextKey() of the node id: EncodeTest(), one of each run.
inline constexpr store::Kind kTestKind = 3;
/// By TextKey() of the unit's path: EncodeUnit(), one of each run.
inline constexpr store::Kind kUnitKind = 4;
/// By a file's name, as in Dependency::name: EncodeSeenFile(). Only the newest counts.
inline constexpr store::Kind kFileKind = 5;
/// By SummaryKey() of a source's content: EncodeSummary(). Made of the parts where it is missing.
inline constexpr store::Kind kSummaryKind = 6;
/// By content: EncodeRun(), of each run.
inline constexpr store::Kind kRunKind = 7;
/// By kLastRunKey: EncodeLastRun(). Only the newest counts.
inline constexpr store::Kind kLastRunKind = 8;
inline constexpr std::string_view kLastRunKey = "run";
/// By TextKey() of the unit's path: EncodeDigest(). Only the newest counts.
inline constexpr store::Kind kDigestKind = 9;

/// How many records of a test or unit are looked at, the newest first.
inline constexpr uint32_t kMostRecords = 8;

/// How a store of these is to be opened.
inline store::Store::Options StoreOptions() {
  return {.most_of_a_key = kMostRecords,
          .content_kinds = {kPartsKind, kSetKind, kSummaryKind, kRunKind}};
}

/// The key of what is kept by content; a view of `content`.
inline std::string_view ContentKey(const ContentId& content) {
  return {reinterpret_cast<const char*>(content.data()), content.size()};
}

/// The key of what is kept by a text that may be long. Two texts may have the same one, so what
/// is kept says which it is of.
inline std::string TextKey(std::string_view text) {
  std::string key;
  for (uint64_t hash = Hash64(text); key.size() < 8; hash >>= 8) key += static_cast<char>(hash);
  return key;
}

}  // namespace dxpy::impact
