#include "impact/summary.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"
#include "base/packed.h"
#include "impact/kinds.h"

namespace dxpy::impact {
namespace {

constexpr uint8_t kVersion = 1;

uint32_t HashOf(std::string_view name) { return static_cast<uint32_t>(Hash64(name)); }

void MakeUnique(std::vector<uint32_t>& hashes) {
  std::ranges::sort(hashes);
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

// Little-endian, so that most machines need not convert them.
void WriteHashes(const std::vector<uint32_t>& hashes, PackedWriter& writer) {
  writer.Number(hashes.size());
  std::string bytes;
  bytes.reserve(hashes.size() * 4);
  for (const uint32_t hash : hashes)
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(hash >> shift);
  writer.Bytes(bytes);
}

std::vector<uint32_t> ReadHashes(PackedReader& reader) {
  const std::string_view bytes = reader.Bytes(reader.Count() * 4);
  std::vector<uint32_t> hashes(bytes.size() / 4);
  for (size_t i = 0; i < bytes.size(); ++i)
    hashes[i / 4] |= uint32_t{static_cast<uint8_t>(bytes[i])} << (i % 4 * 8);
  return hashes;
}

}  // namespace

std::string PartsKey(const ContentId& content) {
  static const char kPartsVersion = EncodeParts({})[0];
  return std::string(ContentKey(content)) + kPartsVersion;
}

std::string SummaryKey(const ContentId& content) {
  return PartsKey(content) + static_cast<char>(kVersion);
}

bool MayBeFixture(const Part& part) {
  return part.kind == PartKind::kFunction && (part.flags & (kFixture | kDecorated)) != 0;
}

Summary Summarize(const FileParts& file) {
  Summary summary;
  for (const Part& part : file.parts) {
    if (part.kind == PartKind::kFunction) {
      summary.function_flags |= part.flags;
    } else if (part.kind != PartKind::kImport) {
      summary.module_flags |= part.flags;
    }
    for (const PartMention& mention : part.mentions)
      summary.mentions.push_back(HashOf(mention.name));
    if (!MayBeFixture(part)) continue;
    for (const std::string& name : part.binds) summary.fixtures.push_back(HashOf(name));
  }
  MakeUnique(summary.mentions);
  MakeUnique(summary.fixtures);
  return summary;
}

bool MayMention(const Summary& summary, std::string_view name) {
  return std::ranges::binary_search(summary.mentions, HashOf(name));
}

bool MayHaveFixture(const Summary& summary, std::string_view name) {
  return std::ranges::binary_search(summary.fixtures, HashOf(name));
}

std::string EncodeSummary(const Summary& summary) {
  PackedWriter writer;
  writer.Number(summary.function_flags);
  writer.Number(summary.module_flags);
  WriteHashes(summary.mentions, writer);
  WriteHashes(summary.fixtures, writer);
  return writer.Finish(kVersion);
}

std::optional<Summary> DecodeSummary(std::string_view bytes) {
  PackedReader reader(bytes, kVersion);
  Summary summary;
  summary.function_flags = reader.Number32();
  summary.module_flags = reader.Number32();
  summary.mentions = ReadHashes(reader);
  summary.fixtures = ReadHashes(reader);
  if (!reader.is_at_end() || !std::ranges::is_sorted(summary.mentions) ||
      !std::ranges::is_sorted(summary.fixtures))
    return std::nullopt;
  return summary;
}

}  // namespace dxpy::impact
