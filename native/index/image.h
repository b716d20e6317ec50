#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/index_format.h"

namespace dxpy::index {

/// An index that is about to be written, in pieces.
struct Image {
  std::string front;  ///< header, file table, path pool
  std::vector<std::span<const std::byte>> blocks;

  [[nodiscard]] size_t size_bytes() const;
  /// In one piece.
  [[nodiscard]] std::vector<std::byte> Join() const;
};

/// The part of a file's record that follows from its path and its block.
FileRecord Describe(std::string_view path, std::span<const std::byte> block);

/// Puts an index together from the blocks of its files, without looking into
/// them: whether a block is new or of the last index makes no difference.
class ImageBuilder {
 public:
  explicit ImageBuilder(uint64_t rules_hash) { header_.rules_hash = rules_hash; }

  /// Adds a file. Of two with one path the later one is left out.
  ///
  /// @param path, block  must outlive the image.
  /// @param record  of Describe(), or of the last index; where things lie in the
  ///                index is filled in here.
  void Add(std::string_view path, const FileRecord& record, std::span<const std::byte> block);

  /// @throws Error  there are more than 2^32 files, or 4 GiB of paths.
  Image Finish();

 private:
  struct Entry {
    std::string_view path;
    FileRecord record;
    std::span<const std::byte> block;
  };
  Header header_;
  std::vector<Entry> entries_;
};

}  // namespace dxpy::index
