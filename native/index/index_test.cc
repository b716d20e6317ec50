#include "index/index.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "index/test_support.h"

namespace dxpy::index {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr FileStat kStat = {.size_bytes = 5, .mtime_ns = 100, .ctime_ns = 200, .inode = 9};

TEST_CASE("an index says what was put into it") {
  const Index index = Draft()
                          .Add("b", Sample("b"))
                          .Add("a/test_a.py", Sample("dynamic"))
                          .Add("", IndexedFile{})
                          .Open();
  CHECK(Contents(index) ==
        " dynamic\na/test_a.py " + Line(Sample("dynamic")) + "\nb " + Line(Sample("b")) + "\n");
  const FileId b = index.Find("b", {}).file;
  CHECK(index.record(b).test_count == 2);
  CHECK(index.record(b).flags == kExact);
}

TEST_CASE("an empty index is one") { CHECK(Contents(Draft().Open()).empty()); }

TEST_CASE("of two files with one path the first counts") {
  const Index index = Draft().Add("a", Sample("x")).Add("a", Sample("y")).Open();
  CHECK(Contents(index) == "a " + Line(Sample("x")) + "\n");
}

TEST_CASE("every file is found, and no other") {
  Draft draft;
  for (int i = 0; i < 1000; ++i) draft.Add(std::to_string(i), {});
  const Index index = draft.Open();
  for (int i = 0; i < 1000; ++i) {
    const Lookup found = index.Find(std::to_string(i), {});
    REQUIRE(found.file != kNoFile);
    CHECK(index.Path(found.file) == std::to_string(i));
    CHECK(index.Find(std::to_string(i) + "x", {}).file == kNoFile);
  }
}

std::string Find(const FileStat& stat, int64_t read_ns = 200 + 2 * kSecond) {
  constexpr const char* kNames[] = {"unknown", "changed", "uncertain", "fresh"};
  const Index index = Draft().Add("a", {}, kStat, read_ns).Open();
  return kNames[static_cast<size_t>(index.Find("a", stat).freshness)];
}

TEST_CASE("a file is fresh if its stat is that of the index") {
  CHECK(Find(kStat) == "fresh");
  CHECK(Find({6, 100, 200, 9}) == "changed");
  CHECK(Find({5, 101, 200, 9}) == "uncertain");
  CHECK(Find({5, 99, 200, 9}) == "uncertain");
  CHECK(Find({5, 100, 201, 9}) == "uncertain");
  CHECK(Find({5, 100, 200, 8}) == "uncertain");
}

TEST_CASE("a file whose times are young when it is read is not trusted by them") {
  CHECK(Find(kStat, 199 + 2 * kSecond) == "uncertain");
  CHECK(Find(kStat, 200) == "uncertain");
  CHECK(Find(kStat, 0) == "uncertain");
  CHECK(Find(kStat, kNeverTrusted) == "uncertain");
}

TEST_CASE("times far out are no more than times") {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  CHECK_FALSE(IsTrusted({0, kMost, 0, 0}, kMost));
  CHECK_FALSE(IsTrusted({0, 0, kMost, 0}, kSecond));
  CHECK_FALSE(IsTrusted({0, kLeast, kLeast, 0}, kLeast));
  CHECK_FALSE(IsTrusted({0, kLeast, kLeast, 0}, kLeast + 1));
  CHECK(IsTrusted({0, kLeast, kLeast, 0}, kMost));
  CHECK(IsTrusted({0, -5 * kSecond, -5 * kSecond, 0}, -3 * kSecond));
}

/// The problem of an index after `change`.
template <typename Change>
std::string Problem(Change change, uint64_t rules_hash = 7) {
  std::vector<std::byte> bytes = Draft().Add("a", Sample("a")).Bytes();
  change(bytes);
  return Index::OpenBytes(bytes, rules_hash, "x.dxti").problem;
}

TEST_CASE("an index that cannot be used says why in one line") {
  const auto set = [](size_t byte, int value) {
    return Problem([=](auto& bytes) { bytes[byte] = static_cast<std::byte>(value); });
  };
  const auto none = [](auto&) {};
  CHECK(Problem(none).empty());
  CHECK(Problem(none, 8) == "x.dxti: made under other rules");
  CHECK(set(0, 'd') == "x.dxti: not an index");
  CHECK(set(8, 2) == "x.dxti: version 2 is not 1");
  CHECK(set(4, 0) == "x.dxti: damaged: byte order mark 168496128");
  CHECK(set(12, 9) == "x.dxti: damaged: checksum of the header");
  CHECK(set(55, 0) == "x.dxti: damaged: checksum of the header");
  CHECK(set(60, 1) == "x.dxti: damaged: checksum of the file table");
  CHECK(Problem([](auto& bytes) { std::reverse(bytes.begin() + 4, bytes.begin() + 8); }) ==
        "x.dxti: written on a machine of another byte order");
  CHECK(Problem([](auto& bytes) { bytes.resize(17); }) ==
        "x.dxti: damaged: 17 bytes are not the 56 of a header");
  CHECK(Problem([](auto& bytes) { bytes.push_back({}); }) ==
        "x.dxti: damaged: 433 bytes are not the 432 that were written");
}

TEST_CASE("a file that is not there is no problem, another one is") {
  const testing::TempFolder folder;
  CHECK(Contents(Index::Open(folder.At("gone"), 7)) == "no index: ");
  folder.Write("file", "");
  CHECK(Contents(Index::Open(folder.At("file/below"), 7)) == "no index: ");
  CHECK(Contents(Index::Open(folder.At("file"), 7)) ==
        "no index: " + folder.At("file") + ": damaged: 0 bytes are not the 56 of a header");
  CHECK(Contents(Index::Open(folder.path(), 7)) ==
        "no index: " + folder.path() + ": Is a directory");
}

}  // namespace
}  // namespace dxpy::index
