#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <string>

#include "impact/judge_test_support.h"

namespace dxpy::impact {
namespace {

/// One test that ran one function.
class Single : public Project {
 public:
  explicit Single(const std::string& returned = "1") {
    Write("m.py", "def f():\n    return " + returned + "\n");
    Write("t.py", "import m\ndef test_a():\n    assert m.f()\n");
    Collected({"test_a"}, {Source("t.py", {}, kCollects), Source("m.py")});
  }
  void Record(bool passed = true) {
    Ran("test_a", {Source("m.py", {"f"}), Source("t.py", {"test_a"})}, passed);
  }
};

TEST_CASE("a test that failed under what there is now is affected") {
  Single project;
  project.Record();
  project.Record(false);
  CHECK(project.Affected() == "test_a: it failed when it last ran");
  project.Record();
  CHECK(project.Affected() == "");
}

TEST_CASE("a switch of branches finds older results") {
  Single project;
  project.Record();
  for (int i = 2; i < 9; ++i) {
    project.Replace("m.py", std::to_string(i - 1), std::to_string(i));
    project.Record(i % 2 == 1);
  }
  for (int i = 8; i > 1; --i) {
    CHECK(project.Affected() == (i % 2 == 1 ? "" : "test_a: it failed when it last ran"));
    project.Replace("m.py", std::to_string(i), std::to_string(i - 1));
  }
  CHECK(project.Affected() == "");
  project.Replace("m.py", "1", "0");
  CHECK(project.Affected() == "test_a: m.py:1-2: f");
  project.Record();
  project.Replace("m.py", "0", "1");
  CHECK(project.Affected() == "test_a: m.py:1-2: f");  // the ninth is not looked at
}

TEST_CASE("a record of another test under the same key is none of this one") {
  Single project;
  project.Record();
  const TestRecord other{.node_id = "t.py::test_b", .unit = "t.py", .passed = false};
  const std::vector<store::Store::Entry> entries(
      1, {kTestKind, TextKey("t.py::test_a"), EncodeTest(other)});
  REQUIRE(project.store().Append(entries).empty());
  CHECK(project.Affected() == "");
}

TEST_CASE("a unit whose own source collects something else must be collected") {
  Single project;
  project.Record();
  project.Write("t.py", project.Read("t.py") + "def test_b():\n    pass\n");
  CHECK(project.Collects() == "t.py:4-5: test_b");
  CHECK(project.Affected() == "");
  project.Replace("t.py", "assert m.f()", "assert m.f() + 1");
  CHECK(project.Affected() == "test_a: t.py:2-3: test_a");
  project.Write("t.py", "import m\ndef test_a():\n    assert m.f() + 1\n");
  CHECK(project.Collects() == "");
  CHECK(project.Affected() == "test_a: t.py:2-3: test_a");
}

TEST_CASE("a unit's module level depends on names as if it were run") {
  Single project;
  project.Write("m.py", "CASES = [1]\nBASE = 1\nOTHER = 1\ndef f():\n    return 1\n");
  project.Write("t.py",
                "import pytest\nfrom m import CASES, BASE, OTHER\n"
                "@pytest.mark.parametrize('x', CASES)\n"
                "def test_a(x):\n    assert OTHER\n"
                "ALL = [BASE]\n");
  project.Collected({"test_a"}, {project.Source("t.py", {}, kCollects), project.Source("m.py")});
  const std::string old = project.Read("m.py");
  project.Replace("m.py", "OTHER = 1", "OTHER = 2");
  CHECK(project.Collects() == "");
  project.Write("m.py", old);
  project.Replace("m.py", "[1]", "[2]");
  CHECK(project.Collects() == "m.py:1: CASES > t.py:3: test_a");
  project.Write("m.py", old);
  project.Replace("m.py", "BASE = 1", "BASE = 2");
  CHECK(project.Collects() == "m.py:2: BASE > t.py:6: ALL");
}

TEST_CASE("what is not in the store any more is an affected test") {
  Single project;
  const std::vector<store::Store::Entry> none = {
      {kTestKind, TextKey("t.py::test_a"),
       EncodeTest({.node_id = "t.py::test_a", .passed = true, .dependencies = ContentOf("x")})}};
  REQUIRE(project.store().Append(none).empty());
  CHECK(project.Affected() == "test_a: what it depends on is not known any more");
  // The same source without its parts.
  project.Ran("test_a", {{DependencyKind::kSource, "m.py", ContentOf("old"), {0}, 0}});
  CHECK(project.Affected() == "test_a: m.py: its old source is not known any more");
}

TEST_CASE("a failure of which nothing was seen stands until the test passes") {
  Single project;
  project.Record();
  project.Collected({"test_a"}, {project.Source("t.py", {}, kCollects)});
  REQUIRE(project.Affected() == "");
  const TestRecord failed{.node_id = "t.py::test_a", .unit = "t.py", .passed = false};
  const UnitRecord unreadable{"t.py", {}, kNoContent, 2};
  const std::vector<store::Store::Entry> entries = {
      {kTestKind, TextKey(failed.node_id), EncodeTest(failed)}};
  REQUIRE(project.store().Append(entries).empty());
  CHECK(project.Affected() == "test_a: it failed when it last ran");
  project.Record();
  CHECK(project.Affected() == "");
  const std::vector<store::Store::Entry> more = {
      {kUnitKind, TextKey("t.py"), EncodeUnit(unreadable)}};
  REQUIRE(project.store().Append(more).empty());
  CHECK(project.Collects() == "it could not be collected when it last was");
  project.Collected({"test_a"}, {project.Source("t.py", {}, kCollects)});
  CHECK(project.Collects() == "");
}

TEST_CASE("a set that has itself is a set of which nothing is known") {
  Single project;
  const DependencySet loop = {{DependencyKind::kSet, "", ContentOf("loop"), {}, 0}};
  const std::vector<store::Store::Entry> entries(
      1, {kSetKind, std::string(ContentKey(ContentOf("loop"))), EncodeSet(loop)});
  REQUIRE(project.store().Append(entries).empty());
  project.Ran("test_a", loop);
  CHECK(project.Affected() == "test_a: what it depends on is not known");
  project.Ran("test_a", {{DependencyKind::kSet, "", ContentOf("x"), {}, 0}});
  CHECK(project.Affected() == "test_a: what it depends on is not known any more");
}

TEST_CASE("a conftest that comes is compared with none") {
  Single project;
  const Dependency none = project.Source("conftest.py");
  project.Ran("test_a", {none, project.Source("t.py", {"test_a"})});
  CHECK(project.Affected() == "");
  project.Write("conftest.py", "# nothing\n");
  CHECK(project.Affected() == "");
  project.Write("conftest.py", "def pytest_runtest_setup(item):\n    pass\n");
  CHECK(project.Affected() == "test_a: conftest.py:1-2: pytest_runtest_setup");
}

TEST_CASE("a file that is old is read once, and again where its stat differs") {
  Single project;
  project.Record();
  for (const char* name : {"m.py", "t.py"}) {
    const timespec times[2] = {{1000, 0}, {1000, 0}};
    REQUIRE(utimensat(AT_FDCWD, project.At(name).c_str(), times, 0) == 0);
  }
  CHECK(project.Affected() == "");
  CHECK(project.work().files_stated == 2);
  CHECK(project.work().files_read == 2);  // their ctime is young
  // As if they had been read later.
  std::vector<store::Store::Entry> entries;
  for (const char* name : {"m.py", "t.py"}) {
    struct stat status{};
    REQUIRE(stat(project.At(name).c_str(), &status) == 0);
    const SeenFile seen{.stat = ToFileStat(status),
                        .read_ns = FileClockNs() + 3'000'000'000,
                        .content = ContentOf(project.Read(name))};
    entries.push_back({kFileKind, name, EncodeSeenFile(seen)});
  }
  REQUIRE(project.store().Append(entries).empty());
  CHECK(project.Affected() == "");
  CHECK(project.work().files_read == 0);
  project.Replace("m.py", "return 1", "return 2");
  CHECK(project.Affected() == "test_a: m.py:1-2: f");
  CHECK(project.work().files_read == 2);  // to compare it, and to cut it into parts
}

TEST_CASE("what a file was seen as comes back, and is a proof only of an old file") {
  const SeenFile seen{.stat = {1, 2, 3, 4}, .read_ns = 5'000'000'000, .content = ContentOf("x")};
  CHECK(DecodeSeenFile(EncodeSeenFile(seen)) == seen);
  CHECK_FALSE(DecodeSeenFile(EncodeSeenFile(seen) + "x"));
  CHECK(seen.IsProof({1, 2, 3, 4}));
  CHECK_FALSE(seen.IsProof({1, 2, 3, 5}));
  SeenFile young = seen;
  young.stat.ctime_ns = 3'000'000'001;
  CHECK_FALSE(young.IsProof(young.stat));
  young.read_ns = INT64_MIN;
  CHECK_FALSE(young.IsProof(young.stat));
}

TEST_CASE("a file in a set of another root is absolute") {
  Single project;
  const std::string elsewhere = project.At("../elsewhere");
  project.Write("../elsewhere", "1");
  project.Ran("test_a", {project.File(elsewhere)});
  CHECK(project.Affected() == "");
  project.Write("../elsewhere", "2");
  CHECK(project.Affected() == "test_a: " + elsewhere);
}

}  // namespace
}  // namespace dxpy::impact
