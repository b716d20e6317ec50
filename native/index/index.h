#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_stat.h"
#include "base/mapped_file.h"
#include "index/block.h"
#include "index/index_format.h"

namespace dxpy::index {

/// Position of a file in one index. The next index may give it another one.
using FileId = uint32_t;
inline constexpr FileId kNoFile = 0xFFFF'FFFF;

/// A file whose times are younger than this when it is read may change again
/// without a change of its times: their unit is 2 s on FAT, 1 s on some others.
inline constexpr uint64_t kTimestampSlackNs = 2'000'000'000;

/// Whether a file that had this stat when it was read at `read_ns` cannot have
/// changed since without a change of its stat.
bool IsTrusted(const FileStat& stat, int64_t read_ns);

/// What is known about a file by its stat alone.
enum class Freshness : uint8_t {
  kUnknown,    ///< the index does not have it
  kChanged,    ///< it is not what was read: another size
  kUncertain,  ///< its content hash must decide
  kFresh,      ///< it is what was read
};

struct Lookup {
  FileId file = kNoFile;
  Freshness freshness = Freshness::kUnknown;
};

struct OpenedIndex;

/// The facts of all source files of a project as the last run left them.
///
/// Opening maps the file and checks header and file table. What is kept of one
/// file, its block, is checked when it is asked for. So opening costs the same
/// few hundred microseconds for 20,000 files whatever is known of them, and
/// damage costs the file that it hit.
///
/// A fact is valid if
///   1. the index was made under the same rules (Open),
///   2. the file has the size, times and inode that it was read with, and these
///      times lay kTimestampSlackNs before it was read (Find: kFresh); or else
///      it has the content that was read (the caller compares content_hash),
///   3. the block is what was written (Facts).
///
/// No damage makes it crash or give a wrong answer: each byte that an answer
/// rests on is under a checksum, and all counts and offsets are checked besides.
/// Immutable, so any number of threads may ask.
class Index {
 public:
  /// Maps the index at `path`; one that cannot be used is not an error.
  static OpenedIndex Open(const std::string& path, uint64_t rules_hash);
  /// Takes an index from memory. `name` is what messages call it.
  static OpenedIndex OpenBytes(std::vector<std::byte> bytes, uint64_t rules_hash,
                               const std::string& name);
  static OpenedIndex OpenMapping(MappedFile mapping, uint64_t rules_hash, const std::string& name);

  [[nodiscard]] FileId file_count() const { return header_.file_count; }
  /// @param file  less than the count, in all that follow.
  [[nodiscard]] FileRecord record(FileId file) const;

  /// Looks for a file and compares its stat. About 0.2 us.
  [[nodiscard]] Lookup Find(std::string_view path, const FileStat& stat) const;

  /// nullopt: damaged.
  [[nodiscard]] std::optional<std::string_view> Path(FileId file) const;
  /// nullopt: damaged. The view points into the index.
  [[nodiscard]] std::optional<BlockView> Facts(FileId file) const;

  [[nodiscard]] size_t size_bytes() const { return bytes_.size(); }

 private:
  Index() = default;
  static OpenedIndex Check(Index index, uint64_t rules_hash, const std::string& name);
  [[nodiscard]] std::string Problem(uint64_t rules_hash) const;
  [[nodiscard]] uint64_t HashAt(FileId file) const;
  [[nodiscard]] std::string_view PathOf(const FileRecord& record) const;

  std::optional<MappedFile> mapping_;  // one of these two holds the bytes
  std::vector<std::byte> memory_;
  std::span<const std::byte> bytes_;
  Header header_;
};

struct OpenedIndex {
  std::optional<Index> index;
  std::string problem;  ///< one line: where and why there is none; empty if there is no file
};

}  // namespace dxpy::index
