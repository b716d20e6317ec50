#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "index/index.h"
#include "index/test_support.h"

namespace dxpy::index {
namespace {

using Bytes = std::vector<std::byte>;

const Bytes& Whole() {
  static const Bytes kBytes = Draft()
                                  .Add("test_a.py", Sample("a"), {1, 2, 3, 4}, 5'000'000'000)
                                  .Add("b/test_b.py", Sample("dynamic"), {6, 7, 8, 9})
                                  .Add("empty.py", IndexedFile{})
                                  .Bytes();
  return kBytes;
}

/// Answers of an index, a line each; "damaged" in each that it does not give.
std::vector<std::string> Answers(const Bytes& bytes) {
  const OpenedIndex opened = Index::OpenBytes(bytes, 7, "i");
  if (!opened.index) return {"damaged: " + opened.problem};
  std::vector<std::string> lines;
  for (const char* path : {"test_a.py", "b/test_b.py", "empty.py", "gone.py"}) {
    const Lookup found = opened.index->Find(path, {1, 2, 3, 4});
    // A file that is not found is parsed, which is what damage asks for.
    lines.push_back(found.file == kNoFile
                        ? "damaged"
                        : path + std::to_string(static_cast<int>(found.freshness)));
  }
  const std::string contents = Contents(*opened.index);
  for (size_t at = 0; at < contents.size();) {
    const size_t end = contents.find('\n', at);
    lines.push_back(contents.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// The answers of a damaged index that are neither right nor "damaged".
std::string Wrong(const Bytes& damaged) {
  static const std::vector<std::string> kRight = Answers(Whole());
  std::string wrong;
  for (const std::string& line : Answers(damaged)) {
    if (line.find("damaged") == std::string::npos &&
        std::find(kRight.begin(), kRight.end(), line) == kRight.end())
      wrong += line + "\n";
  }
  return wrong;
}

TEST_CASE("an index that is cut anywhere is not used") {
  for (size_t size = 0; size < Whole().size(); ++size) {
    CAPTURE(size);
    const Bytes cut(Whole().begin(), Whole().begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(Answers(cut).size() == 1);
  }
}

TEST_CASE("no flipped bit gives a wrong answer") {
  size_t noticed = 0;
  for (size_t bit = 0; bit < Whole().size() * 8; ++bit) {
    Bytes damaged = Whole();
    damaged[bit / 8] ^= std::byte{1} << bit % 8;
    CAPTURE(bit);
    REQUIRE(Wrong(damaged).empty());
    noticed += Answers(damaged) != Answers(Whole()) ? 1 : 0;
  }
  // All but those of the padding between paths and blocks.
  const size_t paths = std::string_view("test_a.pyb/test_b.pyempty.py").size();
  CHECK(noticed == (Whole().size() - (Aligned(paths) - paths)) * 8);
}

TEST_CASE("no lost or misplaced sector gives a wrong answer") {
  constexpr size_t kSector = 32;
  for (size_t to = 0; to + kSector <= Whole().size(); to += kSector) {
    Bytes zeros = Whole();
    std::fill_n(zeros.begin() + static_cast<std::ptrdiff_t>(to), kSector, std::byte{0});
    CHECK(Wrong(zeros).empty());
    for (size_t from = 0; from + kSector <= Whole().size(); from += kSector) {
      Bytes moved = Whole();
      std::copy_n(Whole().begin() + static_cast<std::ptrdiff_t>(from), kSector,
                  moved.begin() + static_cast<std::ptrdiff_t>(to));
      CHECK(Wrong(moved).empty());
    }
  }
}

TEST_CASE("the block of another file is not taken for a file's own") {
  const Bytes& whole = Whole();
  Bytes swapped = whole;
  // Records 0 and 1: exchange where their blocks are, and seal only the tables.
  std::array<FileRecord, 2> records{};
  for (size_t i = 0; i < 2; ++i)
    records[i] =
        Load<FileRecord>(std::span(whole).subspan(sizeof(Header) + i * sizeof(FileRecord)));
  std::swap(records[0].block_offset, records[1].block_offset);
  std::swap(records[0].block_bytes, records[1].block_bytes);
  std::swap(records[0].block_check, records[1].block_check);
  std::memcpy(swapped.data() + sizeof(Header), records.data(), sizeof records);
  auto header = Load<Header>(swapped);
  const auto table = std::span<const std::byte>(swapped).subspan(
      sizeof(Header), size_t{header.file_count} * sizeof(FileRecord));
  header.table_check = Hash64(table);
  std::memcpy(swapped.data(), &header, sizeof header);
  header.header_check =
      Hash64(std::span<const std::byte>(swapped).first(offsetof(Header, header_check)));
  std::memcpy(swapped.data(), &header, sizeof header);
  REQUIRE(Index::OpenBytes(swapped, 7, "i").index);
  CHECK(Wrong(swapped).empty());
}

// Nothing but a forger makes these; they must not crash.
TEST_CASE("damage under right checksums stays within the index") {
  std::mt19937 random(1);  // NOLINT: the same every time
  size_t read = 0;
  for (int round = 0; round < 20'000; ++round) {
    Bytes damaged = Whole();
    for (uint32_t change = 0; change <= random() % 4; ++change) {
      constexpr std::byte kValues[] = {std::byte{0}, std::byte{1}, std::byte{0x80},
                                       std::byte{0xFF}};
      damaged[random() % damaged.size()] = kValues[random() % 4];
    }
    Reseal(damaged);
    read += Answers(damaged).size();
  }
  CHECK(read > 20'000);
}

}  // namespace
}  // namespace dxpy::index
