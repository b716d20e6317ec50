#include "index/index.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "base/error.h"
#include "base/hash.h"

namespace dxpy::index {
namespace {

bool HasMagic(std::span<const std::byte> bytes) {
  return bytes.size() >= kMagic.size() &&
         std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) == 0;
}

// What can be said of an index that is not even a header long.
std::string ShortProblem(std::span<const std::byte> bytes) {
  return "damaged: " + std::to_string(bytes.size()) + " bytes are not the " +
         std::to_string(sizeof(Header)) + " of a header";
}

std::string HeaderProblem(const Header& header, std::span<const std::byte> bytes) {
  if (header.byte_order != kByteOrder) {
    if (header.byte_order == __builtin_bswap32(kByteOrder))
      return "written on a machine of another byte order";
    return "damaged: byte order mark " + std::to_string(header.byte_order);
  }
  // A later version may have another header, so its checksum would mean nothing.
  if (header.version != kVersion) {
    return "version " + std::to_string(header.version) + " is not " + std::to_string(kVersion);
  }
  const auto checked = bytes.first(offsetof(Header, header_check));
  if (header.header_check != Hash64(checked)) return "damaged: checksum of the header";
  if (header.file_bytes != bytes.size()) {
    return "damaged: " + std::to_string(bytes.size()) + " bytes are not the " +
           std::to_string(header.file_bytes) + " that were written";
  }
  return {};
}

}  // namespace

bool IsTrusted(const FileStat& stat, int64_t read_ns) {
  const int64_t youngest = std::max(stat.mtime_ns, stat.ctime_ns);
  // Unsigned: a damaged or mad time may be anything, and the difference overflow.
  const uint64_t age_ns = static_cast<uint64_t>(read_ns) - static_cast<uint64_t>(youngest);
  return youngest < read_ns && age_ns >= kTimestampSlackNs;
}

OpenedIndex Index::Open(const std::string& path, uint64_t rules_hash) {
  std::optional<MappedFile> mapping = MappedFile::Open(path);
  if (mapping) return OpenMapping(std::move(*mapping), rules_hash, path);
  if (errno == ENOENT || errno == ENOTDIR) return {};
  return {std::nullopt, SystemError(path, errno).what()};
}

OpenedIndex Index::OpenMapping(MappedFile mapping, uint64_t rules_hash, const std::string& name) {
  Index index;
  index.bytes_ = mapping.bytes();
  index.mapping_ = std::move(mapping);
  return Check(std::move(index), rules_hash, name);
}

OpenedIndex Index::OpenBytes(std::vector<std::byte> bytes, uint64_t rules_hash,
                             const std::string& name) {
  Index index;
  index.memory_ = std::move(bytes);
  index.bytes_ = index.memory_;
  return Check(std::move(index), rules_hash, name);
}

OpenedIndex Index::Check(Index index, uint64_t rules_hash, const std::string& name) {
  const std::string problem =
      index.bytes_.size() < sizeof(Header) ? ShortProblem(index.bytes_) : std::string();
  if (!problem.empty()) return {std::nullopt, name + ": " + problem};
  index.header_ = Load<Header>(index.bytes_);
  const std::string wrong = index.Problem(rules_hash);
  if (!wrong.empty()) return {std::nullopt, name + ": " + wrong};
  return {std::move(index), {}};
}

std::string Index::Problem(uint64_t rules_hash) const {
  if (!HasMagic(bytes_)) return "not an index";
  std::string problem = HeaderProblem(header_, bytes_);
  if (!problem.empty()) return problem;
  if (header_.rules_hash != rules_hash) return "made under other rules";
  // path_bytes alone could overflow the sum.
  if (header_.path_bytes > bytes_.size() || BlocksOffset(header_) > bytes_.size())
    return "damaged: its tables exceed it";
  const auto table =
      bytes_.subspan(sizeof(Header), size_t{header_.file_count} * sizeof(FileRecord));
  if (header_.table_check != Hash64(table)) return "damaged: checksum of the file table";
  return {};
}

FileRecord Index::record(FileId file) const {
  return Load<FileRecord>(bytes_.subspan(sizeof(Header) + size_t{file} * sizeof(FileRecord)));
}

uint64_t Index::HashAt(FileId file) const {
  static_assert(offsetof(FileRecord, path_hash) == 0);
  return Load<uint64_t>(bytes_.subspan(sizeof(Header) + size_t{file} * sizeof(FileRecord)));
}

Lookup Index::Find(std::string_view path, const FileStat& stat) const {
  const uint64_t hash = Hash64(path);
  FileId begin = 0;
  for (FileId end = header_.file_count; begin < end;) {
    const FileId middle = begin + (end - begin) / 2;
    if (HashAt(middle) < hash) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  for (FileId file = begin; file < header_.file_count && HashAt(file) == hash; ++file) {
    const FileRecord found = record(file);
    if (PathOf(found) != path) continue;
    if (found.stat.size_bytes != stat.size_bytes) return {file, Freshness::kChanged};
    const bool same = found.stat == stat && IsTrusted(stat, found.read_ns);
    return {file, same ? Freshness::kFresh : Freshness::kUncertain};
  }
  return {};
}

std::string_view Index::PathOf(const FileRecord& record) const {
  if (uint64_t{record.path_offset} + record.path_bytes > header_.path_bytes) return {};
  const auto path =
      bytes_.subspan(PathsOffset(header_.file_count) + record.path_offset, record.path_bytes);
  return {reinterpret_cast<const char*>(path.data()), path.size()};
}

std::optional<std::string_view> Index::Path(FileId file) const {
  const FileRecord found = record(file);
  const std::string_view path = PathOf(found);
  if (Hash64(path) != found.path_hash) return std::nullopt;
  return path;
}

std::optional<BlockView> Index::Facts(FileId file) const {
  const FileRecord found = record(file);
  if (found.block_offset > bytes_.size() || found.block_bytes > bytes_.size() - found.block_offset)
    return std::nullopt;
  const auto block = bytes_.subspan(found.block_offset, found.block_bytes);
  if (Hash64(block, found.path_hash) != found.block_check) return std::nullopt;
  std::optional<BlockView> facts = BlockView::Open(block);
  const bool agrees =
      facts && facts->flags() == found.flags && facts->test_count() == found.test_count;
  if (!agrees) facts.reset();
  return facts;
}

}  // namespace dxpy::index
