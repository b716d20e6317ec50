#include "index/image.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <numeric>
#include <tuple>

#include "base/error.h"
#include "base/hash.h"

namespace dxpy::index {
namespace {

template <typename Record>
void Append(std::string& bytes, const Record& record) {
  bytes.append(reinterpret_cast<const char*>(&record), sizeof record);
}

// Neighbours in the last index are neighbours in this one, mostly.
void AppendBlock(std::vector<std::span<const std::byte>>& blocks,
                 std::span<const std::byte> block) {
  if (!blocks.empty() && blocks.back().data() + blocks.back().size() == block.data()) {
    blocks.back() = {blocks.back().data(), blocks.back().size() + block.size()};
  } else {
    blocks.push_back(block);
  }
}

void CheckFits(size_t value, const char* what) {
  if (value >= std::numeric_limits<uint32_t>::max())
    throw Error("index: " + std::to_string(value) + " " + what + " exceed 32 bits");
}

}  // namespace

size_t Image::size_bytes() const {
  return std::accumulate(blocks.begin(), blocks.end(), front.size(),
                         [](size_t sum, auto block) { return sum + block.size(); });
}

std::vector<std::byte> Image::Join() const {
  std::vector<std::byte> bytes;
  bytes.reserve(size_bytes());
  const auto head = std::as_bytes(std::span(front));
  bytes.insert(bytes.end(), head.begin(), head.end());
  for (const auto block : blocks) bytes.insert(bytes.end(), block.begin(), block.end());
  return bytes;
}

FileRecord Describe(std::string_view path, std::span<const std::byte> block) {
  const auto header = Load<BlockHeader>(block);
  FileRecord record;
  record.path_hash = Hash64(path);
  record.block_check = Hash64(block, record.path_hash);
  record.block_bytes = static_cast<uint32_t>(block.size());
  record.test_count = header.test_count;
  record.flags = header.flags;
  return record;
}

void ImageBuilder::Add(std::string_view path, const FileRecord& record,
                       std::span<const std::byte> block) {
  entries_.push_back({path, record, block});
}

Image ImageBuilder::Finish() {
  std::ranges::stable_sort(entries_, {}, [](const Entry& entry) {
    return std::tuple(entry.record.path_hash, entry.path);
  });
  const auto same = [](const Entry& a, const Entry& b) { return a.path == b.path; };
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
  CheckFits(entries_.size(), "files");
  header_.file_count = static_cast<uint32_t>(entries_.size());
  for (const Entry& entry : entries_) header_.path_bytes += entry.path.size();
  CheckFits(header_.path_bytes, "bytes of paths");

  Image image;
  image.front.reserve(BlocksOffset(header_));
  image.front.resize(sizeof(Header));
  uint32_t path_offset = 0;
  uint64_t block_offset = BlocksOffset(header_);
  for (Entry& entry : entries_) {
    entry.record.path_offset = path_offset;
    entry.record.path_bytes = static_cast<uint32_t>(entry.path.size());
    entry.record.block_offset = block_offset;
    path_offset += entry.record.path_bytes;
    block_offset += entry.record.block_bytes;
    Append(image.front, entry.record);
    AppendBlock(image.blocks, entry.block);
  }
  header_.file_bytes = block_offset;
  header_.table_check = Hash64(std::string_view(image.front).substr(sizeof(Header)));
  for (const Entry& entry : entries_) image.front += entry.path;
  image.front.resize(BlocksOffset(header_), '\0');

  std::memcpy(image.front.data(), &header_, sizeof header_);
  header_.header_check =
      Hash64(std::string_view(image.front).substr(0, offsetof(Header, header_check)));
  std::memcpy(image.front.data(), &header_, sizeof header_);
  return image;
}

}  // namespace dxpy::index
