#include "impact/unit_digest.h"

#include <map>
#include <set>
#include <utility>

#include "base/hash.h"
#include "base/packed.h"
#include "impact/kinds.h"
#include "impact/set_walk.h"

namespace dxpy::impact {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kKeyBytes = 8;  // of a TextKey

using Keyed = std::map<std::pair<DependencyKind, std::string>, ContentId>;

/// Adds what a set has; what is named twice with two contents never holds.
bool AddSet(const store::Store& store, const ContentId& id, Keyed& all) {
  SetWalk walk;
  walk.Begin(store.FindNewest(kSetKind, ContentKey(id)));
  DependencyView one;
  while (walk.Next(one)) {
    const bool is_set = one.kind == DependencyKind::kSet || one.kind == DependencyKind::kMemory;
    // Sets have no names, and each counts.
    const std::string_view name = is_set ? ContentKey(one.content) : one.name;
    const auto [known, is_new] = all.try_emplace({one.kind, std::string(name)}, one.content);
    if (!is_new && known->second != one.content) return false;
  }
  return walk.is_whole();
}

std::string EncodeAll(const Keyed& all) {
  DependencySet set;
  for (const auto& [key, content] : all) {
    const bool is_set = key.first == DependencyKind::kSet || key.first == DependencyKind::kMemory;
    set.push_back({.kind = key.first,
                   .name = is_set ? std::string() : key.second,
                   .content = content,
                   .parts = {},
                   .flags = 0});
  }
  return EncodeSet(set);
}

}  // namespace

std::string EncodeDigest(const UnitDigest& digest) {
  PackedWriter writer;
  writer.Text(digest.unit);
  writer.Number(digest.unit_record);
  writer.Number(digest.tests.size());
  for (const UnitDigest::Test& test : digest.tests) {
    writer.Bytes(test.key);
    writer.Number(test.record);
  }
  writer.Double(digest.seconds);
  writer.Bytes(digest.dependencies);
  return writer.Finish(kVersion);
}

std::optional<UnitDigest> DecodeDigest(std::string_view bytes) {
  PackedReader reader(bytes, kVersion);
  UnitDigest digest;
  digest.unit = reader.Text();
  digest.unit_record = reader.Number();
  const size_t count = reader.Count();
  digest.tests.reserve(count);
  for (size_t i = 0; i < count && reader.is_ok(); ++i) {
    UnitDigest::Test& test = digest.tests.emplace_back();
    test.key = reader.Bytes(kKeyBytes);
    test.record = reader.Number();
  }
  digest.seconds = reader.Double();
  digest.dependencies = reader.Bytes16();
  if (!reader.is_at_end()) return std::nullopt;
  return digest;
}

uint64_t RecordCheck(std::string_view record) { return Hash64(record); }

bool IsOfNewestRecords(const UnitDigest& digest, const store::Store& store) {
  const std::string_view unit = store.FindNewest(kUnitKind, TextKey(digest.unit));
  if (unit.empty() || RecordCheck(unit) != digest.unit_record) return false;
  for (const UnitDigest::Test& test : digest.tests) {
    const std::string_view record = store.FindNewest(kTestKind, test.key);
    if (record.empty() || RecordCheck(record) != test.record) return false;
  }
  return true;
}

std::optional<MadeDigest> MakeDigest(const std::string& unit, const store::Store& store) {
  const std::string_view bytes = store.FindNewest(kUnitKind, TextKey(unit));
  const std::optional<UnitRecord> record = DecodeUnit(bytes);
  if (!record || record->unit != unit) return std::nullopt;
  MadeDigest made;
  UnitDigest& digest = made.digest;
  digest.unit = unit;
  digest.unit_record = RecordCheck(bytes);
  std::set<ContentId> sets = {record->dependencies};
  for (const std::string& node_id : record->node_ids) {
    const std::string key = TextKey(node_id);
    const std::string_view test_bytes = store.FindNewest(kTestKind, key);
    const std::optional<TestRecord> test = DecodeTest(test_bytes);
    if (!test || test->node_id != node_id || !test->passed) return std::nullopt;
    digest.tests.push_back({key, RecordCheck(test_bytes)});
    digest.seconds += test->seconds;
    sets.insert(test->dependencies);
  }
  Keyed all;
  for (const ContentId& id : sets)
    if (!AddSet(store, id, all)) return std::nullopt;
  const std::string set = EncodeAll(all);
  digest.dependencies = ContentOf(set);
  made.entries.push_back({kSetKind, std::string(ContentKey(digest.dependencies)), set});
  made.entries.push_back({kDigestKind, TextKey(unit), EncodeDigest(digest)});
  return made;
}

}  // namespace dxpy::impact
