#include "impact/unit_digest.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "impact/judge_test_support.h"
#include "impact/kinds.h"

namespace dxpy::impact {
namespace {

/// Two tests that passed, one of which reads a file.
class Two : public Project {
 public:
  Two() {
    Write("m.py", "def f():\n    return 1\n");
    Write("t.py", "import m\ndef test_a(): m.f()\ndef test_b(): open('data')\n");
    Write("data", "1");
    Collect();
    Run("test_a");
    Run("test_b");
  }
  void Collect() { Collected({"test_a", "test_b"}, {Source("m.py"), Test({})}); }
  void Run(const std::string& name, bool passed = true) {
    DependencySet set = {Test({name})};
    if (name == "test_b") set.push_back(File("data"));
    set.push_back(Set({Source("m.py", {"f"}), Value("python", "3")}));
    Ran(name, set, passed);
  }
  /// Whether the next judgement after this one need not judge anything.
  bool IsUnchanged() {
    JudgeUnit();
    return is_unchanged();
  }

 private:
  Dependency Test(const std::set<std::string>& ran) { return Source("t.py", ran, kCollects); }
};

TEST_CASE("a unit for which nothing has changed is told by a number") {
  Two project;
  CHECK(project.IsUnchanged());
  const size_t entries = project.store().size();
  CHECK(project.IsUnchanged());
  CHECK(project.store().size() == entries);
}

TEST_CASE("whatever changes so that a test may have, it is judged, and not when that is undone") {
  Two project;
  REQUIRE(project.IsUnchanged());
  const std::map<std::string, std::string> changes = {
      {"m.py", "def f():\n    return 2\n"},
      {"t.py", "import m\ndef test_a(): m.f\ndef test_b(): open('data')\n"},
      {"data", "2"}};
  for (const auto& [name, text] : changes) {
    const std::string old = project.Read(name);
    project.Write(name, text);
    CHECK_FALSE(project.IsUnchanged());
    project.Write(name, old);
    CHECK(project.IsUnchanged());
  }
  project.values["python"] = ContentOf("4");
  CHECK_FALSE(project.IsUnchanged());
  project.values.clear();
  CHECK_FALSE(project.IsUnchanged());
}

TEST_CASE("a change that reaches no test is judged once") {
  Two project;
  REQUIRE(project.IsUnchanged());
  for (const char* text :
       {"def f():\n    return 1\n# nothing\n", "def f():\n    return 1\ndef g():\n    pass\n"}) {
    project.Write("m.py", text);
    CHECK(project.IsUnchanged());
    const size_t entries = project.store().size();
    CHECK(project.IsUnchanged());
    CHECK(project.store().size() == entries);
  }
  project.Write("m.py", "def f():\n    return 2\ndef g():\n    pass\n");
  CHECK_FALSE(project.IsUnchanged());
}

TEST_CASE("a newer record of a test or of the unit is looked at") {
  Two project;
  REQUIRE(project.IsUnchanged());
  project.Run("test_b", false);
  CHECK_FALSE(project.IsUnchanged());
  CHECK(project.Affected() == "test_b: it failed when it last ran");
  project.Run("test_b");
  CHECK(project.IsUnchanged());
  project.Collected({"test_a", "test_b", "test_c"}, {project.Source("t.py", {}, kCollects)});
  CHECK_FALSE(project.IsUnchanged());
  CHECK(project.Affected() == "test_c: no result of it is known");
}

TEST_CASE("an older result that holds again has no digest") {
  Two project;
  const std::string old = project.Read("m.py");
  project.Replace("m.py", "return 1", "return 2");
  project.Run("test_a");
  project.Write("m.py", old);
  CHECK(project.Affected() == "");
  CHECK(project.IsUnchanged());
  CHECK(project.store().FindNewest(kDigestKind, TextKey("t.py")).empty());
}

TEST_CASE("a digest whose set is lost counts for nothing") {
  Two project;
  REQUIRE(project.IsUnchanged());
  UnitDigest digest = *DecodeDigest(project.store().FindNewest(kDigestKind, TextKey("t.py")));
  digest.dependencies = ContentOf("lost");
  const std::vector<store::Store::Entry> entries(
      1, {kDigestKind, TextKey("t.py"), EncodeDigest(digest)});
  REQUIRE(project.store().Append(entries).empty());
  CHECK(project.IsUnchanged());  // a new one is made
}

TEST_CASE("a digest comes back, and bytes that are none do not") {
  const UnitDigest digest{.unit = "t.py",
                          .unit_record = 1,
                          .tests = {{TextKey("t.py::a"), 2}, {TextKey("t.py::b"), UINT64_MAX}},
                          .seconds = 0.25,
                          .dependencies = ContentOf("x")};
  const std::string bytes = EncodeDigest(digest);
  CHECK(DecodeDigest(bytes) == digest);
  CHECK_FALSE(DecodeDigest(bytes + "x"));
  for (size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(DecodeDigest(std::string_view(bytes).substr(0, size)));
}

}  // namespace
}  // namespace dxpy::impact
