#include "impact/unit_digest.h"

#include <algorithm>
#include <set>

#include "base/packed.h"
#include "impact/kinds.h"
#include "impact/set_walk.h"

namespace dxpy::impact {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kKeyBytes = 8;  // of a TextKey

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

bool IsOfNewestRecords(const UnitDigest& digest, const store::Store& store) {
  if (store.NewestCheck(kUnitKind, TextKey(digest.unit)) != digest.unit_record) return false;
  return std::ranges::all_of(digest.tests, [&](const UnitDigest::Test& test) {
    return store.NewestCheck(kTestKind, test.key) == test.record;
  });
}

std::optional<UnitDigest> DigestMaker::Make(const std::string& unit) {
  UnitDigest digest;
  digest.unit = unit;
  const std::string unit_key = TextKey(unit);
  digest.unit_record = store_.NewestCheck(kUnitKind, unit_key);
  const std::optional<UnitRecord> record = DecodeUnit(store_.FindNewest(kUnitKind, unit_key));
  if (!record || record->unit != unit) return std::nullopt;
  std::set<ContentId> named = {record->dependencies};
  for (const std::string& node_id : record->node_ids) {
    const std::string key = TextKey(node_id);
    const std::optional<TestRecord> test = DecodeTest(store_.FindNewest(kTestKind, key));
    if (!test || test->node_id != node_id || !test->passed) return std::nullopt;
    digest.tests.push_back({key, store_.NewestCheck(kTestKind, key)});
    digest.seconds += test->seconds;
    named.insert(test->dependencies);
  }
  Keyed all;
  for (const ContentId& id : named)
    if (!AddSet(id, all)) return std::nullopt;
  digest.dependencies = Keep(all);
  entries_.push_back({kDigestKind, unit_key, EncodeDigest(digest)});
  return digest;
}

bool DigestMaker::AddSet(const ContentId& id, Keyed& all) {
  SetWalk walk;
  walk.Begin(store_.FindNewest(kSetKind, ContentKey(id)));
  DependencyView one;
  while (walk.Next(one)) {
    const bool is_set = one.kind == DependencyKind::kSet || one.kind == DependencyKind::kMemory;
    const auto now = is_set ? AsItIsNow(one.content) : sets_.Current(one);
    if (!now) return false;
    if (is_set) {
      all.try_emplace({DependencyKind::kSet, std::string(ContentKey(*now))}, *now);
    } else {
      all.try_emplace({one.kind, std::string(one.name)}, *now);
    }
  }
  return walk.is_whole();
}

// Many units have the same sets: what becomes of these is kept once.
std::optional<ContentId> DigestMaker::AsItIsNow(const ContentId& id) {
  if (sets_.Get(id).is_clean) return id;
  // A damaged store may have sets that have each other: the inner one finds nothing yet.
  const auto [known, is_new] = as_they_are_now_.try_emplace(id);
  if (!is_new) return known->second;
  Keyed all;
  if (AddSet(id, all)) as_they_are_now_[id] = Keep(all);
  return as_they_are_now_[id];
}

ContentId DigestMaker::Keep(const Keyed& all) {
  DependencySet set;
  for (const auto& [key, content] : all) {
    const bool is_set = key.first == DependencyKind::kSet;
    set.push_back({.kind = key.first,
                   .name = is_set ? std::string() : key.second,
                   .content = content,
                   .parts = {},
                   .flags = 0});
  }
  const std::string bytes = EncodeSet(set);
  const ContentId id = ContentOf(bytes);
  entries_.push_back({kSetKind, std::string(ContentKey(id)), bytes});
  return id;
}

}  // namespace dxpy::impact
