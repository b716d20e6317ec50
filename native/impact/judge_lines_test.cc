#include <doctest/doctest.h>

#include <string>

#include "impact/judge_test_support.h"

namespace dxpy::impact {
namespace {

constexpr const char* kShop =
    "import sys\n"
    "def line():\n    return sys._getframe(1).f_lineno\n"
    "def used():\n    return line()\n"
    "def unused():\n    return line()\n"
    "def last():\n    return 1\n";

/// A test that has asked on which line somebody stands.
class Asked : public Project {
 public:
  Asked() {
    Write("shop.py", kShop);
    Write("t.py", "import shop\n\ndef test_a(): shop.used()\n");
  }
  void Record(const DependencySet& set) {
    Collected({"test_a"}, {Source("t.py", {}, kCollects)});
    Ran("test_a", set);
    REQUIRE(Affected().empty());
  }
  Dependency Test() { return Source("t.py", {"test_a"}, kCollects); }
  void InsertBefore(const std::string& text) const { Replace("shop.py", text, "\n" + text); }
};

TEST_CASE("who reads lines of what runs is affected where that stands on others") {
  Asked project;
  project.Record({project.Test(), project.Source("shop.py", {"line", "used"})});
  project.InsertBefore("def last");
  CHECK(project.Affected() == "");
  project.InsertBefore("def unused");
  CHECK(project.Affected() == "");
  project.InsertBefore("def used");
  CHECK(project.Affected() ==
        "test_a: shop.py:5: used (it stands on other lines) > shop.py:2: line");
}

TEST_CASE("lines of the test itself are what runs, too") {
  Asked project;
  project.Record({project.Test(), project.Source("shop.py", {"line", "used"})});
  project.Replace("t.py", "\ndef", "\n\ndef");
  CHECK(project.Affected() ==
        "test_a: t.py:4: test_a (it stands on other lines) > shop.py:2: line");
}

TEST_CASE("who runs nobody that reads lines does not care") {
  Asked project;
  project.Record({project.Test(), project.Source("shop.py", {"used"})});
  project.InsertBefore("import sys");
  CHECK(project.Affected() == "");
}

TEST_CASE("what read lines in an import or a fixture may have told any of them") {
  Asked project;
  project.Record({project.Test(), project.Set({project.Source("shop.py", {"line"})})});
  project.InsertBefore("def last");
  CHECK(project.Affected() == "test_a: shop.py:9-10: last > shop.py:2: line");
}

TEST_CASE("a decorator may have kept lines of somebody else's, so any line counts") {
  Asked project;
  project.Replace("shop.py", "def line", "@cache\ndef line");
  project.Record({project.Test(), project.Source("shop.py", {"line"})});
  project.InsertBefore("def last");
  CHECK(project.Affected() == "test_a: shop.py:10-11: last > shop.py:2: line");
}

}  // namespace
}  // namespace dxpy::impact
