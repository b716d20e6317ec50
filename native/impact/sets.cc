#include "impact/sets.h"

#include <algorithm>

#include "base/hash.h"
#include "base/packed.h"
#include "impact/set_walk.h"

namespace dxpy::impact {
namespace {

// Raised with every change of the form, or of what a field means.
constexpr uint8_t kVersion = 2;

constexpr auto kMostKind = static_cast<uint64_t>(DependencyKind::kMemory);
constexpr uint64_t kMostFlags = kLinesCount | kDocsCount | kCollects;

void PutHash(uint64_t hash, uint8_t* bytes) {
  for (int i = 0; i < 8; ++i, hash >>= 8) bytes[i] = static_cast<uint8_t>(hash);
}

// The first, then the distances. Parts that are not ascending come back as something else.
std::string PackParts(const std::vector<uint32_t>& parts) {
  PackedWriter writer;
  uint32_t last = 0;
  for (const uint32_t part : parts) {
    writer.Number(part - last);
    last = part;
  }
  return writer.Finish(kVersion);
}

}  // namespace

std::string EncodeSet(const DependencySet& set) {
  PackedWriter writer;
  writer.Number(set.size());
  for (const Dependency& dependency : set) {
    writer.Number(static_cast<uint64_t>(dependency.kind));
    writer.Text(dependency.name);
    writer.Bytes(dependency.content);
    writer.Number(dependency.flags);
    writer.Number(dependency.parts.size());
    if (dependency.parts.empty()) continue;
    const std::string parts = PackParts(dependency.parts);
    writer.Number(parts.size());
    writer.Bytes(parts);
  }
  return writer.Finish(kVersion);
}

void SetWalk::Begin(std::string_view bytes) {
  reader_.Begin(bytes, kVersion);
  left_ = reader_.Count();
  is_sound_ = true;
}

bool SetWalk::Next(DependencyView& dependency) {
  if (left_ == 0) return false;
  --left_;
  dependency.kind = static_cast<DependencyKind>(reader_.Number(kMostKind));
  dependency.name = reader_.Text();
  dependency.content = reader_.Bytes16();
  dependency.flags = reader_.Number32(kMostFlags);
  dependency.part_count = reader_.Number32();
  dependency.packed_parts = dependency.part_count > 0 ? reader_.Bytes(reader_.Count()) : "";
  is_sound_ = reader_.is_ok() && dependency.part_count <= dependency.packed_parts.size();
  if (!is_sound_) left_ = 0;
  return is_sound_;
}

bool DecodePartNumbers(uint32_t part_count, std::string_view packed_parts,
                       std::vector<uint32_t>& parts) {
  parts.clear();
  if (part_count == 0) return packed_parts.empty();
  PackedReader reader(packed_parts, kVersion);
  uint32_t last = 0;
  parts.reserve(std::min<size_t>(part_count, packed_parts.size()));
  for (uint32_t i = 0; i < part_count && reader.is_ok(); ++i) {
    const uint32_t distance = reader.Number32(UINT32_MAX - last);
    if (i > 0 && distance == 0) return false;
    last += distance;
    parts.push_back(last);
  }
  return reader.is_at_end();
}

std::optional<DependencySet> DecodeSet(std::string_view bytes) {
  SetWalk walk;
  walk.Begin(bytes);
  DependencySet set;
  DependencyView view;
  while (walk.Next(view)) {
    Dependency& dependency = set.emplace_back(Dependency{.kind = view.kind,
                                                         .name = std::string(view.name),
                                                         .content = view.content,
                                                         .parts = {},
                                                         .flags = view.flags});
    if (!DecodePartNumbers(view.part_count, view.packed_parts, dependency.parts))
      return std::nullopt;
  }
  if (!walk.is_whole()) return std::nullopt;
  return set;
}

ContentId ContentOf(std::string_view bytes) {
  // Two XXH64 under different seeds, of which one depends on the size. This tells whether bytes
  // are what they were: an edit by anybody who does not mean to deceive goes unnoticed once in
  // 2^128, or in 2^64 should the two not be independent. A hash that withstands forgers would not
  // help: whoever can write sources can write tests that pass.
  constexpr uint64_t kSecondSeed = 0x2545'F491'4F6C'DD1D;
  ContentId id;
  PutHash(Hash64(bytes), id.data());
  PutHash(Hash64(bytes, kSecondSeed ^ bytes.size()), id.data() + 8);
  if (id == kNoContent) id.back() = 1;
  return id;
}

std::string EncodeTest(const TestRecord& record) {
  PackedWriter writer;
  writer.Text(record.node_id);
  writer.Text(record.unit);
  writer.Number(record.passed ? 1 : 0);
  writer.Number(record.position);
  writer.Double(record.seconds);
  writer.Number(static_cast<uint64_t>(record.when_s));
  writer.Bytes(record.dependencies);
  writer.Number(record.worker);
  writer.Bytes(record.run);
  return writer.Finish(kVersion);
}

std::optional<TestRecord> DecodeTest(std::string_view bytes) {
  PackedReader reader(bytes, kVersion);
  TestRecord record;
  record.node_id = reader.Text();
  record.unit = reader.Text();
  record.passed = reader.Number(1) != 0;
  record.position = reader.Number32();
  record.seconds = reader.Double();
  record.when_s = static_cast<int64_t>(reader.Number());
  record.dependencies = reader.Bytes16();
  record.worker = reader.Number32();
  record.run = reader.Bytes16();
  if (!reader.is_at_end()) return std::nullopt;
  return record;
}

std::string EncodeUnit(const UnitRecord& record) {
  PackedWriter writer;
  writer.Text(record.unit);
  writer.Number(record.node_ids.size());
  for (const std::string& node_id : record.node_ids) writer.Text(node_id);
  writer.Bytes(record.dependencies);
  writer.Number(static_cast<uint64_t>(record.when_s));
  return writer.Finish(kVersion);
}

std::optional<UnitRecord> DecodeUnit(std::string_view bytes) {
  PackedReader reader(bytes, kVersion);
  UnitRecord record;
  record.unit = reader.Text();
  const size_t count = reader.Count();
  record.node_ids.reserve(count);
  for (size_t i = 0; i < count && reader.is_ok(); ++i) record.node_ids.emplace_back(reader.Text());
  record.dependencies = reader.Bytes16();
  record.when_s = static_cast<int64_t>(reader.Number());
  if (!reader.is_at_end()) return std::nullopt;
  return record;
}

}  // namespace dxpy::impact
