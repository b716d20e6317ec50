#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "index/index_format.h"
#include "index/indexed_file.h"

namespace dxpy::index {

/// The bytes that the index keeps for one file. They hold no position in the
/// index, so the next index takes those of an unchanged file as they are.
/// @throws Error  they would exceed 4 GiB.
std::string EncodeBlock(const IndexedFile& file);

/// A list of texts in a block.
class TextList {
 public:
  TextList(std::span<const std::byte> refs, std::string_view strings)
      : refs_(refs), strings_(strings) {}

  [[nodiscard]] size_t size() const { return refs_.size() / sizeof(TextRef); }
  [[nodiscard]] std::string_view operator[](size_t i) const {
    const auto ref = Load<TextRef>(refs_.subspan(i * sizeof(TextRef)));
    return strings_.substr(ref.offset, ref.bytes);
  }

 private:
  std::span<const std::byte> refs_;
  std::string_view strings_;
};

struct TestView {
  std::string_view id;
  uint32_t line = 0;
  TextList marks;
};

struct ImportView {
  std::string_view module;
  uint32_t level = 0;
  uint32_t line = 0;
  TextList names;
};

struct SymbolView {
  std::string_view name;
  SymbolKind kind = SymbolKind::kFunction;
  uint32_t first_line = 0;
  uint32_t last_line = 0;
  uint64_t block_hash = 0;
};

/// Reads a block in place. Views point into its bytes, which must outlive them.
///
/// Open() checks all counts and offsets, so that what comes after cannot leave
/// the block, whatever its bytes are. Whether they are those that were written
/// is for the checksum to say. Immutable, so any number of threads may read.
class BlockView {
 public:
  /// @returns  nullopt where `bytes` cannot be a block.
  static std::optional<BlockView> Open(std::span<const std::byte> bytes);

  [[nodiscard]] uint32_t flags() const { return header_.flags; }
  [[nodiscard]] bool exact() const { return (header_.flags & kExact) != 0; }
  [[nodiscard]] std::string_view reason() const { return Text(header_.reason); }
  [[nodiscard]] std::string_view blob() const { return Text(header_.blob); }

  [[nodiscard]] size_t test_count() const { return header_.test_count; }
  [[nodiscard]] size_t import_count() const { return header_.import_count; }
  [[nodiscard]] size_t symbol_count() const { return header_.symbol_count; }
  /// @param i  less than the count.
  [[nodiscard]] TestView test(size_t i) const;
  [[nodiscard]] ImportView import(size_t i) const;
  [[nodiscard]] SymbolView symbol(size_t i) const;

  /// What it was opened on, for the next index.
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  /// All of it, for one who wants to keep it.
  [[nodiscard]] IndexedFile Copy() const;

 private:
  BlockView() = default;
  [[nodiscard]] bool IsSound() const;
  [[nodiscard]] bool Holds(TextRef ref) const;
  [[nodiscard]] bool HoldsTexts(uint32_t begin, uint32_t end) const;
  [[nodiscard]] std::string_view Text(TextRef ref) const {
    return strings_.substr(ref.offset, ref.bytes);
  }
  [[nodiscard]] TextList Texts(uint32_t begin, uint32_t end) const;

  std::span<const std::byte> bytes_;
  BlockHeader header_;
  std::span<const std::byte> symbols_;
  std::span<const std::byte> imports_;
  std::span<const std::byte> tests_;
  std::span<const std::byte> texts_;
  std::string_view strings_;
};

}  // namespace dxpy::index
