#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

#include "base/file_stat.h"

namespace dxpy::index {

// What the writer and the reader of an index share; docs/formats/index.md has
// the layout byte by byte and a worked example. Structs are stored as they are
// in memory, without padding, in the writing machine's byte order.

inline constexpr std::array<char, 4> kMagic = {'D', 'X', 'T', 'I'};
inline constexpr uint32_t kByteOrder = 0x0A0B'0C0D;
inline constexpr uint32_t kVersion = 1;

/// Blocks begin at multiples of this, and their sizes are such.
inline constexpr size_t kBlockAlignment = 8;

/// At the start of the file.
struct Header {
  std::array<char, 4> magic = kMagic;
  uint32_t byte_order = kByteOrder;
  uint32_t version = kVersion;
  uint32_t file_count = 0;
  uint64_t file_bytes = 0;    ///< of the whole index
  uint64_t rules_hash = 0;    ///< of all that facts depend on besides the file
  uint64_t path_bytes = 0;    ///< of the path pool
  uint64_t table_check = 0;   ///< Hash64 of the file table
  uint64_t header_check = 0;  ///< Hash64 of the bytes before
};

/// One entry of the file table, which is ordered by path_hash, then by path.
struct FileRecord {
  uint64_t path_hash = 0;    ///< Hash64 of the path: order, search, and the path's checksum
  uint32_t path_offset = 0;  ///< in the path pool
  uint32_t path_bytes = 0;
  FileStat stat;              ///< when it was read
  uint64_t content_hash = 0;  ///< Hash64 of the file
  int64_t read_ns = 0;        ///< the clock before it was read; kNeverTrusted
  uint64_t block_offset = 0;  ///< in the index
  uint64_t block_check = 0;   ///< Hash64 of the block, seeded with path_hash
  uint32_t block_bytes = 0;
  uint32_t test_count = 0;  ///< as in the block
  uint32_t flags = 0;       ///< as in the block
  uint32_t reserved = 0;
};

/// A read_ns for a file that was changing while it was read.
inline constexpr int64_t kNeverTrusted = std::numeric_limits<int64_t>::min();

/// Bits of flags.
inline constexpr uint32_t kExact = 1;

/// A piece of a block's string area.
struct TextRef {
  uint32_t offset = 0;
  uint32_t bytes = 0;
};

/// At the start of a block. There follow, without gaps: symbols, imports, tests,
/// texts, the string area, zeros up to kBlockAlignment.
struct BlockHeader {
  uint32_t symbol_count = 0;
  uint32_t import_count = 0;
  uint32_t test_count = 0;
  uint32_t text_count = 0;
  uint32_t string_bytes = 0;
  uint32_t flags = 0;
  TextRef reason;
  TextRef blob;
};

struct SymbolRecord {
  uint64_t block_hash = 0;
  TextRef name;
  uint32_t kind = 0;
  uint32_t first_line = 0;
  uint32_t last_line = 0;
  uint32_t reserved = 0;
};

struct ImportRecord {
  TextRef module;
  uint32_t level = 0;
  uint32_t line = 0;
  uint32_t names_begin = 0;  ///< in the texts
  uint32_t names_end = 0;
};

struct TestRecord {
  TextRef id;
  uint32_t line = 0;
  uint32_t marks_begin = 0;  ///< in the texts
  uint32_t marks_end = 0;
};

// Without padding, so that every byte of a record means something.
static_assert(sizeof(Header) == 56 && sizeof(FileRecord) == 96 && sizeof(FileStat) == 32);
static_assert(sizeof(BlockHeader) == 40 && sizeof(SymbolRecord) == 32);
static_assert(sizeof(ImportRecord) == 24 && sizeof(TestRecord) == 20 && sizeof(TextRef) == 8);

/// `bytes` up to the next multiple of kBlockAlignment.
constexpr uint64_t Aligned(uint64_t bytes) {
  return (bytes + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
}

/// Where the path pool and the blocks begin.
constexpr uint64_t PathsOffset(uint64_t file_count) {
  return sizeof(Header) + file_count * sizeof(FileRecord);
}
constexpr uint64_t BlocksOffset(const Header& header) {
  return Aligned(PathsOffset(header.file_count) + header.path_bytes);
}

/// The record at the front of `bytes`, which may lie at any address.
template <typename Record>
Record Load(std::span<const std::byte> bytes) {
  std::array<std::byte, sizeof(Record)> raw;
  std::memcpy(raw.data(), bytes.data(), sizeof(Record));
  return std::bit_cast<Record>(raw);
}

}  // namespace dxpy::index
