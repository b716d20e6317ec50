#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "impact/current_files.h"
#include "impact/judge.h"
#include "impact/judge_test_memory.h"
#include "impact/kinds.h"
#include "impact/parts.h"
#include "impact/summary.h"
#include "store/store.h"
#include "testing/temp_folder.h"

namespace dxpy::impact {

/// A project whose tests are not run but recorded by hand: what they ran and read.
class Project {
 public:
  Project() : store_(store::Store::Open(folder_.At("store"), StoreOptions(), nullptr)) {}

  void Write(const std::string& name, const std::string& text = "") const {
    folder_.Write("root/" + name, text);
  }
  void Remove(const std::string& name) const { std::filesystem::remove_all(At(name)); }
  [[nodiscard]] std::string Read(const std::string& name) const {
    return folder_.Read("root/" + name);
  }
  void Replace(const std::string& name, const std::string& old, const std::string& with) const {
    std::string text = Read(name);
    const size_t at = text.find(old);
    REQUIRE(at != std::string::npos);
    Write(name, text.replace(at, old.size(), with));
  }
  [[nodiscard]] std::string At(const std::string& name) const { return folder_.At("root/" + name); }
  [[nodiscard]] store::Store& store() { return store_; }

  std::map<std::string, ContentId> values;  ///< as they are now

  /// The source as it is now, of which functions of these qualified names were run. What it is
  /// cut into is kept.
  Dependency Source(const std::string& name, const std::set<std::string>& ran = {},
                    uint32_t flags = 0) {
    Dependency source{DependencyKind::kSource, name, kNoContent, {}, flags};
    if (!std::filesystem::exists(At(name))) return source;
    source.content = ContentOf(Read(name));
    const FileParts file = ReadParts(Read(name));
    Keep(kPartsKind, PartsKey(source.content), EncodeParts(file));
    std::set<std::string> found;
    for (uint32_t i = 0; i < file.parts.size(); ++i) {
      if (file.parts[i].kind != PartKind::kFunction || !ran.contains(file.parts[i].name)) continue;
      source.parts.push_back(i);
      found.insert(file.parts[i].name);
    }
    CHECK(found == ran);
    return source;
  }
  Dependency File(const std::string& name) { return Now(DependencyKind::kFile, name); }
  Dependency Listing(const std::string& name) { return Now(DependencyKind::kListing, name); }
  Dependency Tree() { return Now(DependencyKind::kTree, "."); }
  Dependency Value(const std::string& name, const std::string& value) {
    values[name] = ContentOf(value);
    return {DependencyKind::kValue, name, ContentOf(value), {}, 0};
  }
  Dependency Set(const DependencySet& set) {
    return {DependencyKind::kSet, "", KeepSet(set), {}, 0};
  }

  ContentId KeepSet(const DependencySet& set) {
    const std::string bytes = EncodeSet(set);
    Keep(kSetKind, std::string(ContentKey(ContentOf(bytes))), bytes);
    return ContentOf(bytes);
  }
  /// A test of the unit "t.py" has run.
  void Ran(const std::string& name, const DependencySet& set, bool passed = true) {
    const TestRecord record{.node_id = "t.py::" + name,
                            .unit = "t.py",
                            .passed = passed,
                            .position = 0,
                            .seconds = 0.5,
                            .when_s = ++clock_,
                            .dependencies = KeepSet(set)};
    Keep(kTestKind, TextKey(record.node_id), EncodeTest(record));
  }
  void Collected(const std::vector<std::string>& names, const DependencySet& set) {
    UnitRecord record{.unit = "t.py", .node_ids = {}, .dependencies = KeepSet(set), .when_s = 1};
    for (const std::string& name : names) record.node_ids.push_back("t.py::" + name);
    Keep(kUnitKind, TextKey(record.unit), EncodeUnit(record));
  }

  JudgedUnit JudgeUnit() {
    Judge judge(store_, folder_.At("root"), values);
    const std::vector<JudgedUnit> judged = judge.Run({"t.py"});
    work_ = judge.work();
    REQUIRE(judged.size() == 1);
    CompareCounts(judged[0]);
    memory_.Compare(values);
    memory_.Take(folder_.At("store"), values);
    return judged[0];
  }
  /// Whether nothing had to be judged where only counts are asked for, as of the last judgement.
  [[nodiscard]] bool is_unchanged() const { return is_unchanged_; }
  /// Tests that are affected, each with why, in a line: "test_a: tax.py:1: RATE > t.py:3: test_a".
  std::string Affected() {
    std::string lines;
    for (const JudgedTest& test : JudgeUnit().tests) {
      CHECK(test.verdict.is_affected == !test.verdict.chain.empty());
      if (!test.verdict.is_affected) continue;
      lines +=
          (lines.empty() ? "" : "\n") + test.node_id.substr(6) + ": " + Join(test.verdict.chain);
    }
    return lines;
  }
  /// Why the unit must be collected; empty: it need not.
  std::string Collects() {
    const JudgedUnit unit = JudgeUnit();
    CHECK(unit.must_collect == !unit.why.empty());
    return Join(unit.why);
  }
  [[nodiscard]] Judge::Work work() const { return work_; }
  [[nodiscard]] const Memory& memory() const { return memory_; }

  static std::string Join(const std::vector<std::string>& chain) {
    std::string line;
    for (const std::string& step : chain) line += (line.empty() ? "" : " > ") + step;
    return line;
  }

 private:
  // Where only counts are asked for, the answer is the same: first by judging, then by a digest.
  void CompareCounts(const JudgedUnit& each) {
    for (int i = 0; i < 2; ++i) {
      const JudgedUnit counted =
          Judge(store_, folder_.At("root"), values).Run({each.unit}, Detail::kCounts)[0];
      CHECK(counted.must_collect == each.must_collect);
      is_unchanged_ = counted.is_unchanged;
      if (!is_unchanged_) {
        CHECK(counted.tests.size() == each.tests.size());
        continue;
      }
      double seconds = 0;
      for (const JudgedTest& test : each.tests) {
        CHECK_FALSE(test.verdict.is_affected);
        seconds += test.verdict.seconds;
      }
      CHECK(counted.unchanged_tests == each.tests.size());
      CHECK(counted.unchanged_seconds == seconds);
    }
  }
  void Keep(store::Kind kind, const std::string& key, const std::string& value) {
    const std::vector<store::Store::Entry> entries(1, {kind, key, value});
    REQUIRE(store_.Append(entries) == "");
  }
  Dependency Now(DependencyKind kind, const std::string& name) {
    CurrentFiles files(store_, folder_.At("root"));
    const ContentId content = kind == DependencyKind::kFile      ? files.File(name)
                              : kind == DependencyKind::kListing ? files.Listing(name)
                                                                 : files.Tree(name);
    return {kind, name, content, {}, 0};
  }

  testing::TempFolder folder_;
  store::Store store_;
  Memory memory_{folder_};
  int64_t clock_ = 0;
  Judge::Work work_;
  bool is_unchanged_ = false;
};

}  // namespace dxpy::impact
