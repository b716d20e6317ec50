#include "impact/sets.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "impact/set_walk.h"

namespace dxpy::impact {
namespace {

DependencySet Sample() {
  return {
      {DependencyKind::kSource,
       "shop/tax.py",
       ContentOf("tax"),
       {0, 3, 4, 1000, 4'000'000'000},
       kDocsCount},
      {DependencyKind::kSource, "tests/conftest.py", kNoContent, {}, 0},
      {DependencyKind::kFile, "data/stock.json", ContentOf("stock"), {}, 0},
      {DependencyKind::kListing, "data", ContentOf("names"), {}, 0},
      {DependencyKind::kValue, "fakedep 1.0", ContentOf("1"), {}, 0},
      {DependencyKind::kTree, ".", ContentOf("tree"), {}, 0},
      {DependencyKind::kSet, "", ContentOf("set"), {}, 0},
  };
}

TestRecord SampleTest() {
  return {.node_id = "tests/test_tax.py::test_tax[1-x]",
          .unit = "tests/test_tax.py",
          .passed = true,
          .position = 7,
          .seconds = 0.125,
          .when_s = 1'700'000'000,
          .dependencies = ContentOf("set"),
          .worker = 300,
          .run = ContentOf("run")};
}

UnitRecord SampleUnit() {
  return {.unit = "tests/test_tax.py",
          .node_ids = {"tests/test_tax.py::a", "tests/test_tax.py::b", "tests/test_tax.py::a"},
          .dependencies = ContentOf("set"),
          .when_s = -1};
}

TEST_CASE("a set, a test and a unit come back as they were") {
  CHECK(DecodeSet(EncodeSet(Sample())) == Sample());
  CHECK(DecodeSet(EncodeSet({})) == DependencySet{});
  CHECK(DecodeTest(EncodeTest(SampleTest())) == SampleTest());
  CHECK(DecodeTest(EncodeTest({})) == TestRecord{});
  CHECK(DecodeUnit(EncodeUnit(SampleUnit())) == SampleUnit());
  CHECK(DecodeUnit(EncodeUnit({})) == UnitRecord{});
}

TEST_CASE("equal sets have equal bytes, and others have others") {
  CHECK(EncodeSet(Sample()) == EncodeSet(Sample()));
  std::set<std::string> all = {EncodeSet(Sample())};
  for (size_t i = 0; i < Sample().size(); ++i) {
    DependencySet other = Sample();
    other[i].content[3] ^= 1;
    all.insert(EncodeSet(other));
    other = Sample();
    other[i].name += "x";
    all.insert(EncodeSet(other));
    other = Sample();
    other[i].flags ^= kLinesCount;
    all.insert(EncodeSet(other));
    other = Sample();
    other[i].parts.push_back(4'100'000'000);
    all.insert(EncodeSet(other));
  }
  CHECK(all.size() == 1 + Sample().size() * 4);
}

/// What can be read of any bytes is the same when it is written and read again.
template <typename Decode, typename Encode>
int CountRead(const std::string& bytes, const Decode& decode, const Encode& encode) {
  int read = 0;
  const auto check = [&](const std::string& damaged) {
    const auto decoded = decode(damaged);
    if (!decoded) return;
    ++read;
    REQUIRE(decode(encode(*decoded)) == decoded);
  };
  for (size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode(bytes.substr(0, size)));
  CHECK_FALSE(decode(bytes + '\0'));
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    check(damaged);
  }
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const char byte : {'\0', '\x7F', '\x80', '\xFF'}) {
      std::string damaged = bytes;
      damaged[at] = byte;
      check(damaged);
    }
  }
  return read;
}

TEST_CASE("damaged bytes are nothing, or something that can be kept") {
  CHECK(CountRead(EncodeSet(Sample()), DecodeSet, EncodeSet) > 0);
  CHECK(CountRead(EncodeTest(SampleTest()), DecodeTest, EncodeTest) > 0);
  CHECK(CountRead(EncodeUnit(SampleUnit()), DecodeUnit, EncodeUnit) > 0);
}

TEST_CASE("a text that many places name is not copied beyond all bounds") {
  UnitRecord record = SampleUnit();
  record.node_ids.assign(100'000, std::string(10'000, 'x'));
  CHECK_FALSE(DecodeUnit(EncodeUnit(record)));
}

TEST_CASE("a content is told by each of its bytes, and by their number") {
  std::set<ContentId> ids = {kNoContent};
  for (size_t size = 0; size < 100; ++size) {
    ids.insert(ContentOf(std::string(size, '\0')));
    for (size_t at = 0; at < size; ++at) {
      std::string bytes(size, '\0');
      bytes[at] = 1;
      ids.insert(ContentOf(bytes));
    }
  }
  CHECK(ids.size() == 1 + 100 + 99 * 100 / 2);
}

TEST_CASE("a content is the same on every machine and in every version") {
  const ContentId id = ContentOf("RATE = 0.2\n");
  std::string text;
  for (const uint8_t byte : id) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  CHECK(text == "6cddbb94670a1fafbdf3dd89d45cad71");
}

TEST_CASE("the example of docs/formats/dependencies.md") {
  const DependencySet set = {
      {DependencyKind::kSource, "tax.py", ContentOf("RATE = 0.2\n"), {1, 3}, kDocsCount},
      {DependencyKind::kFile, "stock", kNoContent, {}, 0},
  };
  std::string text;
  for (const char byte : EncodeSet(set)) {
    text += "0123456789abcdef"[static_cast<uint8_t>(byte) >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  CHECK(
      text ==
      "0202067461782e70790573746f636b"
      "02"
      "00006cddbb94670a1fafbdf3dd89d45cad71020204020001020101000000000000000000000000000000000000");
}

TEST_CASE("a walk through a set copies nothing and sees all of it") {
  const std::string bytes = EncodeSet(Sample());
  SetWalk walk;
  for (int round = 0; round < 2; ++round) {
    walk.Begin(bytes);
    DependencyView view;
    size_t count = 0;
    for (; walk.Next(view); ++count) {
      CHECK(view.name == Sample()[count].name);
      CHECK(view.name.data() >= bytes.data());
      CHECK(view.name.data() <= bytes.data() + bytes.size());
      CHECK(view.part_count == Sample()[count].parts.size());
    }
    CHECK(count == Sample().size());
    CHECK(walk.is_whole());
  }
}

}  // namespace
}  // namespace dxpy::impact
