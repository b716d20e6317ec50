#include "impact/archive.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "impact/kinds.h"
#include "impact/past.h"
#include "impact/summary.h"
#include "testing/temp_folder.h"

namespace dxpy::impact {
namespace {

using store::Store;

/// A store with what some runs have found out about one project.
class Known {
 public:
  explicit Known(const std::string& host) : host_(host), store_(Reopen()) {}

  /// A test has run at a time.
  void Ran(const std::string& name, int64_t when_s, bool passed = true) {
    const FileParts parts = ReadParts("def " + name + "(): pass\n");
    const ContentId source = ContentOf("def " + name + "(): pass\n");
    const ContentId inner = Set({{DependencyKind::kSource, "t.py", source, {0}, 0}});
    const ContentId memory = Set({{DependencyKind::kMemory, "", inner, {}, 0}});
    const ContentId outer = Set(
        {{DependencyKind::kSet, "", inner, {}, 0}, {DependencyKind::kMemory, "", memory, {}, 0}});
    const std::string note = EncodeRun({when_s, {host_, "main", ""}, Set({})});
    const ContentId run = ContentOf(note);
    const TestRecord test{.node_id = "t.py::" + name,
                          .unit = "t.py",
                          .passed = passed,
                          .position = 0,
                          .seconds = 0.5,
                          .when_s = when_s,
                          .dependencies = outer,
                          .worker = 3,
                          .run = run};
    const UnitRecord unit{"t.py", {test.node_id}, outer, when_s};
    Keep({{kPartsKind, PartsKey(source), EncodeParts(parts)},
          {kRunKind, std::string(ContentKey(run)), note},
          {kLastRunKind, std::string(kLastRunKey), EncodeLastRun({when_s, run})},
          {kTestKind, TextKey(test.node_id), EncodeTest(test)},
          {kUnitKind, TextKey("t.py"), EncodeUnit(unit)},
          {kFileKind, "t.py", "what one machine knows"}});
  }
  void Keep(const std::vector<Store::Entry>& entries) { REQUIRE(store_.Append(entries) == ""); }

  /// When a test ran, the newest first, with a '-' where it failed: "5 -3 1".
  [[nodiscard]] std::string Results(const std::string& name) const {
    std::string line;
    for (const PastResult& one : PastResults(store_, "t.py::" + name))
      line += (line.empty() ? "" : " ") + std::string(one.record.passed ? "" : "-") +
              std::to_string(one.record.when_s);
    return line;
  }
  [[nodiscard]] std::string Bytes() const {
    Archive archive;
    archive.AddStore(store_);
    return archive.Bytes();
  }
  Store& store() { return store_; }

 private:
  Store Reopen() { return Store::Open(folder_.At("store"), StoreOptions(), nullptr); }
  ContentId Set(const DependencySet& set) {
    const std::string bytes = EncodeSet(set);
    Keep({{kSetKind, std::string(ContentKey(ContentOf(bytes))), bytes}});
    return ContentOf(bytes);
  }

  std::string host_;
  testing::TempFolder folder_;
  Store store_;
};

void Add(Archive& archive, const std::string& bytes) {
  archive.AddBytes(std::as_bytes(std::span(bytes)));
}

Archive Read(const std::string& bytes) {
  Archive archive;
  Add(archive, bytes);
  return archive;
}

std::string Problem(const std::string& bytes) {
  Archive archive;
  std::string problem;
  try {
    Add(archive, bytes);
  } catch (const Error& error) {
    problem = error.what();
  }
  CHECK(archive.counts().tests == (problem.empty() ? 1 : 0));
  return problem;
}

TEST_CASE("an archive has all that records name, and nothing that one machine knows") {
  Known here("here");
  here.Ran("test_a", 5);
  Known there("there");
  REQUIRE(Read(here.Bytes()).AddTo(there.store()) == "");
  CHECK(there.Results("test_a") == "5");
  const std::vector<PastResult> results = PastResults(there.store(), "t.py::test_a");
  REQUIRE(results.size() == 1);
  CHECK(results[0].origin == RunOrigin{"here", "main", ""});
  const AllDependencies all = DependenciesOf(there.store(), results[0].record.dependencies);
  CHECK(all.is_whole);
  REQUIRE(all.sources.size() == 1);
  CHECK(all.sources[0].functions == std::vector<std::string>{"test_a"});
  REQUIRE(all.others.size() == 1);
  CHECK(all.others[0].kind == DependencyKind::kMemory);
  CHECK(!there.store().FindNewest(kSetKind, all.others[0].name).empty());
  CHECK(FindLastRun(there.store())->when_s == 5);
  CHECK(there.store().FindNewest(kFileKind, "t.py").empty());
  CHECK(Archive(Read(here.Bytes())).Bytes() == here.Bytes());
}

TEST_CASE("results stand in the order of their times, whoever is added to whom") {
  Known one("one");
  for (const int when_s : {1, 4, 7}) one.Ran("test_a", when_s, when_s != 4);
  Known two("two");
  for (const int when_s : {2, 6}) two.Ran("test_a", when_s, when_s != 6);
  Archive both = Read(one.Bytes());
  Add(both, two.Bytes());
  Archive reversed = Read(two.Bytes());
  Add(reversed, one.Bytes());
  CHECK(both.Bytes() == reversed.Bytes());
  CHECK(both.counts().results == 5);
  REQUIRE(Read(two.Bytes()).AddTo(one.store()) == "");
  CHECK(one.Results("test_a").starts_with("7 -6 -4 2 1"));
  CHECK(FindLastRun(one.store())->when_s == 7);
  REQUIRE(Read(one.Bytes()).AddTo(two.store()) == "");
  CHECK(two.Results("test_a").starts_with("7 -6 -4 2 1"));
  CHECK(FindLastRun(two.store())->when_s == 7);
}

TEST_CASE("a success that is there already does not come after a failure of the same second") {
  for (const int failed_s : {5, 3}) {  // 3: the clock was set back
    Known one("one");
    one.Ran("test_a", 5);
    const std::string before = one.Bytes();
    one.Ran("test_a", failed_s, false);
    const std::string results = one.Results("test_a");
    CHECK(results == "-" + std::to_string(failed_s) + " 5");
    REQUIRE(Read(before).AddTo(one.store()) == "");
    CHECK(one.Results("test_a") == results);
    Known two("two");
    REQUIRE(Read(one.Bytes()).AddTo(two.store()) == "");
    CHECK(two.Results("test_a") == results);
  }
}

TEST_CASE("of two results of one second in two archives, a failure counts as the newer") {
  Known one("one");
  one.Ran("test_a", 5, false);
  Known two("two");
  two.Ran("test_a", 5);
  Archive both = Read(one.Bytes());
  Add(both, two.Bytes());
  Archive reversed = Read(two.Bytes());
  Add(reversed, one.Bytes());
  CHECK(both.Bytes() == reversed.Bytes());
  REQUIRE(both.AddTo(two.store()) == "");
  CHECK(two.Results("test_a").starts_with("-5 5"));
}

TEST_CASE("what is there is not added again") {
  Known one("one");
  for (const int when_s : {1, 4, 7}) one.Ran("test_a", when_s);
  const size_t entries = one.store().size();
  REQUIRE(Read(one.Bytes()).AddTo(one.store()) == "");
  CHECK(one.store().size() == entries);
}

TEST_CASE("a result whose dependencies are not known any more is left out") {
  Known one("one");
  one.Ran("test_a", 1);
  const TestRecord lost{.node_id = "t.py::test_b", .unit = "t.py", .passed = true};
  one.Keep({{kTestKind, TextKey(lost.node_id), EncodeTest(lost)}});
  CHECK(Read(one.Bytes()).counts().tests == 1);
}

TEST_CASE("a failure of which nothing was seen is taken along") {
  Known one("one");
  one.Ran("test_a", 1);
  const TestRecord test{.node_id = "t.py::test_b", .unit = "t.py", .passed = false};
  const UnitRecord unit{"u.py", {}, kNoContent, 2};
  one.Keep({{kTestKind, TextKey(test.node_id), EncodeTest(test)},
            {kUnitKind, TextKey(unit.unit), EncodeUnit(unit)}});
  Known two("two");
  REQUIRE(Read(one.Bytes()).AddTo(two.store()) == "");
  CHECK(DecodeTest(two.store().FindNewest(kTestKind, TextKey(test.node_id))) == test);
  CHECK(DecodeUnit(two.store().FindNewest(kUnitKind, TextKey(unit.unit))) == unit);
}

TEST_CASE("a damaged archive is refused as a whole, wherever it is damaged") {
  Known one("one");
  one.Ran("test_a", 1);
  const std::string bytes = one.Bytes();
  CHECK(Problem(bytes).empty());
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    // Padding, and what a header reserves, nobody reads.
    if (const std::string problem = Problem(damaged); !problem.empty())
      CHECK(problem.starts_with("byte "));
  }
  for (size_t size = 0; size < bytes.size(); ++size)
    CHECK(Problem(bytes.substr(0, size)).starts_with("byte "));
  CHECK(Problem(bytes + "more") ==
        "byte " + std::to_string(bytes.size()) + ": something follows its end");
  CHECK(Problem(bytes.substr(0, bytes.size() - 32)).ends_with(": cut short"));
  CHECK(Problem("text") == "byte 0: damaged: 4 bytes are not the 16 of a header");
  CHECK(Problem("some other file of text") == "byte 0: not a store");
}

TEST_CASE("a record of another version is no damage, and refused too") {
  Known one("one");
  one.Ran("test_a", 1);
  const std::string plain = one.Bytes();
  const TestRecord test{.node_id = "t.py::test_a", .unit = "t.py"};
  std::string other = EncodeTest(test);
  other[0] = 99;
  testing::TempFolder folder;
  Store raw = Store::Open(folder.At("raw"), {}, nullptr);
  const std::vector<Store::Entry> entries(1, {kTestKind, TextKey(test.node_id), other});
  REQUIRE(raw.Append(entries) == "");
  CHECK(Problem(folder.Read("raw")) == "byte 16: written by another version");
}

TEST_CASE("an archive of nothing has the bytes of docs/formats/archive.md") {
  std::string text;
  for (const char byte : Archive().Bytes()) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[static_cast<uint8_t>(byte) >> 4];
    text += kDigits[static_cast<uint8_t>(byte) & 15];
  }
  CHECK(text ==
        "445853540d0c0b0a0100000000000000"
        "de745de13de14b5803000000030000ff"
        "d7dac4acc8cf3415656e640100000000");
}

}  // namespace
}  // namespace dxpy::impact
