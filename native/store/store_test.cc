#include "store/store.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "store/store_format.h"
#include "store/test_support.h"

namespace dxpy::store {
namespace {

TEST_CASE("what was appended is found, the newest first") {
  const testing::TempFolder folder;
  Store store = OpenWell(folder.At("s"));
  CHECK(All(store, 1, "a").empty());
  CHECK(store.Append(Entries({{1, "a", "old"}, {2, "a", "other kind"}, {1, "b", ""}})).empty());
  CHECK(store.Append(Entries({{1, "a", "new"}})).empty());
  const Store again = OpenWell(folder.At("s"));
  for (const Store& each : {std::cref<const Store>(store), std::cref(again)}) {
    CHECK(All(each, 1, "a") == "new old");
    CHECK(each.FindNewest(1, "a") == "new");
    CHECK(each.FindNewest(2, "a") == "other kind");
    CHECK(each.Find(1, "b") == std::vector<std::string_view>{""});
    CHECK(each.Find(3, "a").empty());
    CHECK(each.FindNewest(1, "gone").empty());
    CHECK(each.size() == 4);
  }
}

TEST_CASE("no store, an empty file and a header alone are a store without entries") {
  const testing::TempFolder folder;
  CHECK(OpenWell(folder.At("s")).size() == 0);
  CHECK(folder.Names().empty());  // opening makes nothing
  folder.Write("s");
  CHECK(OpenWell(folder.At("s")).size() == 0);
  CHECK(OpenWell(folder.At("s")).Append(Entries({{1, "a", "1"}})).empty());
  CHECK(OpenWell(folder.At("s")).size() == 1);
  folder.Write("s", folder.Read("s").substr(0, sizeof(Header)));
  CHECK(OpenWell(folder.At("s")).size() == 0);
  CHECK(OpenWell(folder.At("s")).Append(Entries({{1, "a", "1"}})).empty());
  CHECK(OpenWell(folder.At("s")).size() == 1);
}

TEST_CASE("nothing to append makes no file") {
  const testing::TempFolder folder;
  CHECK(OpenWell(folder.At("s")).Append({}).empty());
  CHECK(folder.Names().empty());
}

TEST_CASE("entries of any bytes and sizes come back") {
  const testing::TempFolder folder;
  std::mt19937 random(1);  // NOLINT: the same every time
  std::map<std::string, std::string> expected;
  Store store = OpenWell(folder.At("s"));
  for (int round = 0; round < 20; ++round) {
    std::vector<Store::Entry> entries;
    for (int i = 0; i < 30; ++i) {
      const std::string key(random() % 40, static_cast<char>(random()));
      std::string value(random() % 5000, static_cast<char>(random()));
      expected[key] = value;
      entries.push_back({255, key, std::move(value)});
    }
    REQUIRE(store.Append(entries).empty());
  }
  const Store again = OpenWell(folder.At("s"));
  for (const auto& [key, value] : expected) {
    CHECK(store.FindNewest(255, key) == value);
    CHECK(again.FindNewest(255, key) == value);
  }
}

TEST_CASE("what is kept by its content is kept once") {
  const testing::TempFolder folder;
  Store store = OpenWell(folder.At("s"), {.content_kinds = {7, 8}});
  CHECK(
      store.Append(Entries({{7, "a", "x"}, {7, "a", "x"}, {8, "a", "x"}, {1, "a", "x"}})).empty());
  CHECK(store.size() == 3);
  Store other = OpenWell(folder.At("s"), {.content_kinds = {7}});
  CHECK(other.Append(Entries({{7, "b", "y"}})).empty());
  // What another one has appended since is known by then.
  CHECK(store.Append(Entries({{7, "b", "y"}, {7, "a", "x"}, {1, "a", "x"}})).empty());
  CHECK(store.size() == 5);
  const auto size = std::filesystem::file_size(folder.At("s"));
  CHECK(store.Append(Entries({{7, "b", "y"}})).empty());
  CHECK(std::filesystem::file_size(folder.At("s")) == size);
}

TEST_CASE("values live as long as the store, whatever is appended") {
  const testing::TempFolder folder;
  Store store = OpenWell(folder.At("s"), {.most_bytes = 40 << 20});
  REQUIRE(store.Append(Entries({{1, "a", "first"}})).empty());
  const std::string_view first = store.FindNewest(1, "a");
  for (int i = 0; i < 30; ++i)
    REQUIRE(store.Append(Entries({{1, "b", std::string(3 << 20, 'b')}})).empty());
  CHECK(first == "first");
  CHECK(store.FindNewest(1, "b").size() == size_t{3} << 20);
}

TEST_CASE("beyond its largest size a store is compacted to its newest entries") {
  const testing::TempFolder folder;
  Store store = OpenWell(folder.At("s"), {.most_bytes = 10'000});
  for (int i = 0; i < 1000; ++i)
    REQUIRE(store.Append(Entries({{1, std::to_string(i), std::string(100, 'x')}})).empty());
  const Store again = OpenWell(folder.At("s"));
  for (const Store& each : {std::cref<const Store>(store), std::cref(again)}) {
    CHECK(each.size() >= 30);
    CHECK(each.size() <= 10'000 / 128);
    for (size_t i = 0; i < 1000; ++i)
      CHECK(each.FindNewest(1, std::to_string(i)).empty() == (i < 1000 - each.size()));
  }
  CHECK(std::filesystem::file_size(folder.At("s")) <= 10'000);
  CHECK(folder.Names() == "s");
}

TEST_CASE("what is appended at once is kept, however large it is") {
  const testing::TempFolder folder;
  Store store = OpenWell(folder.At("s"), {.most_bytes = 1000});
  REQUIRE(store.Append(Entries({{1, "old", "1"}})).empty());
  REQUIRE(store.Append(Entries({{1, "a", std::string(800, 'a')}, {1, "b", std::string(900, 'b')}}))
              .empty());
  CHECK(store.size() == 2);
  CHECK(OpenWell(folder.At("s")).FindNewest(1, "a").size() == 800);
}

TEST_CASE("a store that is mostly old entries of the same keys is compacted") {
  const testing::TempFolder folder;
  Store store = OpenWell(folder.At("s"), {.most_of_a_key = 3});
  REQUIRE(store.Append(Entries({{2, "alone", "kept"}})).empty());
  for (int i = 0; i < 100; ++i)
    REQUIRE(
        store.Append(Entries({{1, "a", std::to_string(i) + std::string(50'000, 'x')}})).empty());
  CHECK(std::filesystem::file_size(folder.At("s")) < (2 << 20));
  const Store again = OpenWell(folder.At("s"));
  CHECK(again.FindNewest(2, "alone") == "kept");
  const auto values = again.Find(1, "a");
  REQUIRE(values.size() >= 3);
  for (size_t i = 0; i < 3; ++i) CHECK(values[i].starts_with(std::to_string(99 - i) + "x"));
}

TEST_CASE("a store that was replaced by another one is written where it is now") {
  const testing::TempFolder folder;
  Store first = OpenWell(folder.At("s"), {.most_bytes = 1000});
  REQUIRE(first.Append(Entries({{1, "a", std::string(300, 'a')}})).empty());
  const std::string_view value = first.FindNewest(1, "a");
  Store second = OpenWell(folder.At("s"), {.most_bytes = 1000});
  REQUIRE(second.Append(Entries({{1, "b", std::string(900, 'b')}})).empty());
  CHECK(first.FindNewest(1, "a") == std::string(300, 'a'));
  REQUIRE(first.Append(Entries({{1, "c", "c"}})).empty());
  CHECK(value == std::string(300, 'a'));
  CHECK(first.FindNewest(1, "a").empty());
  CHECK(first.FindNewest(1, "b").size() == 900);
  const Store third = OpenWell(folder.At("s"));
  CHECK(third.FindNewest(1, "c") == "c");
  CHECK(third.size() == 2);
}

TEST_CASE("a store that was deleted is made again") {
  const testing::TempFolder folder;
  Store store = OpenWell(folder.At("s"));
  REQUIRE(store.Append(Entries({{1, "a", "1"}})).empty());
  std::filesystem::remove(folder.At("s"));
  CHECK(store.FindNewest(1, "a") == "1");
  REQUIRE(store.Append(Entries({{1, "b", "2"}})).empty());
  CHECK(OpenWell(folder.At("s")).FindNewest(1, "b") == "2");
}

TEST_CASE("the example of docs/formats/store.md") {
  const testing::TempFolder folder;
  REQUIRE(OpenWell(folder.At("s")).Append(Entries({{3, "tax", "0.2"}, {3, "k", ""}})).empty());
  const std::string bytes = folder.Read("s");
  std::string lines;
  for (size_t at = 0; at < bytes.size(); at += 8) {
    for (size_t i = at; i < at + 8; ++i) {
      char text[4];
      snprintf(text, sizeof text, "%02x ", static_cast<unsigned char>(bytes[i]));
      lines += text;
    }
    lines.back() = '\n';
  }
  CHECK(lines ==
        "44 58 53 54 0d 0c 0b 0a\n"
        "01 00 00 00 00 00 00 00\n"
        "de 74 5d e1 4d 9e c5 0b\n"
        "03 00 00 00 03 00 00 03\n"
        "6f 85 74 c4 3d 12 97 57\n"
        "74 61 78 30 2e 32 00 00\n"
        "de 74 5d e1 21 5a a7 ad\n"
        "00 00 00 00 01 00 00 03\n"
        "63 1b 0b c5 22 19 d3 c3\n"
        "6b 00 00 00 00 00 00 00\n");
}

}  // namespace
}  // namespace dxpy::store
