#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dxpy {

/// Writes numbers and texts as few bytes, for keeping. A number is an unsigned LEB128 without
/// needless bytes: seven bits a byte, the lowest first, the high bit set where more follow. Each
/// different text stands once, in front of all else, and is named by its place from 0.
class PackedWriter {
 public:
  void Number(uint64_t number);
  /// `text` must outlive the writer.
  void Text(std::string_view text);
  /// As they are, without their count.
  void Bytes(std::string_view bytes) { body_ += bytes; }
  void Bytes(const std::array<uint8_t, 16>& bytes);
  void Double(double number);

  /// All of it, behind a byte that says by which version it was written.
  [[nodiscard]] std::string Finish(uint8_t version) const;

 private:
  size_t NumberOf(std::string_view text);

  std::vector<std::string_view> named_;
  std::unordered_map<std::string_view, size_t> numbers_;  // of these, once they are many
  std::string texts_;
  std::string body_;
};

/// Reads what a PackedWriter has written, or any other bytes: then is_ok() becomes false, and all
/// that follows is empty. Nothing is allocated by a count that the bytes do not have room for.
/// What it returns are views of the bytes.
class PackedReader {
 public:
  PackedReader() = default;
  PackedReader(std::string_view bytes, uint8_t version) { Begin(bytes, version); }
  /// Begins anew; memory is used again.
  void Begin(std::string_view bytes, uint8_t version);

  /// @param most  what it may be at most.
  uint64_t Number(uint64_t most = UINT64_MAX);
  uint32_t Number32(uint64_t most = UINT32_MAX) { return static_cast<uint32_t>(Number(most)); }
  /// A number of things that take a byte each, or more.
  size_t Count() { return Number(rest_.size()); }
  /// A text may be named by many places. Where these add up to more than 256 MiB, something
  /// is wrong with the bytes: who copies each text needs no limit of its own.
  std::string_view Text();
  std::string_view Bytes(size_t count);
  std::array<uint8_t, 16> Bytes16();
  double Double();

  [[nodiscard]] bool is_ok() const { return is_ok_; }
  /// Nothing was wrong, and nothing is left.
  [[nodiscard]] bool is_at_end() const { return is_ok_ && rest_.empty(); }

 private:
  void Fail();

  std::string_view rest_;
  std::vector<std::string_view> texts_;
  size_t named_bytes_ = 0;
  bool is_ok_ = true;
};

}  // namespace dxpy
