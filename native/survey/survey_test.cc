#include "survey/survey.h"

#include <doctest/doctest.h>

#include <string>

#include "testing/temp_folder.h"

namespace dxpy::survey {
namespace {

/// A project, and what a survey says of it as lines: node ids of exact files,
/// reasons of others.
class Tree {
 public:
  Tree() {
    request.rootdir = request.confcutdir = files.path();
    request.roots = {files.path()};
    request.walk.python_files = {"test_*.py"};
    request.project.plain_fixtures = {"tmp_path", "request"};
  }

  void Write(const std::string& name, const std::string& text) const {
    files.Write(name, "import pytest\n" + text);
  }
  [[nodiscard]] Survey Take() const { return Survey::Take(request); }
  [[nodiscard]] std::string Says() const { return Lines(Take()); }

  static std::string Lines(const Survey& survey) {
    std::string lines;
    for (const SurveyedFile& file : survey.files()) {
      for (const Doubt& doubt : survey.DoubtsOf(file))
        lines += file.node + ": " + doubt.kind + " " + doubt.detail + " " + doubt.where + ":" +
                 std::to_string(doubt.line) + "\n";
      if (!file.is_exact) continue;
      VisitNodeIds(file, [&lines](const std::string& id) { lines += id + "\n"; });
    }
    return lines;
  }

  testing::TempFolder files;
  SurveyRequest request;
};

constexpr const char* kFixture = "@pytest.fixture\ndef ";
constexpr const char* kWithParams = "@pytest.fixture(params=[1, 2])\ndef ";

TEST_CASE("exact files are told by their node ids") {
  Tree tree;
  tree.Write("a/test_1.py", "@pytest.mark.parametrize('x', [1, 2])\ndef test_a(x): pass\n");
  tree.Write("test_2.py", "class TestB:\n  def test_c(self, tmp_path): pass\n");
  CHECK(tree.Says() ==
        "a/test_1.py::test_a[1]\na/test_1.py::test_a[2]\ntest_2.py::TestB::test_c\n");
}

TEST_CASE("a conftest's plain fixtures change nothing, those with parameters do") {
  Tree tree;
  tree.Write("conftest.py", std::string(kFixture) + "plain(tmp_path): pass\n" + kWithParams +
                                "rich(): pass\n" + kFixture + "behind(rich): pass\n");
  tree.Write("test_1.py", "def test_a(plain): pass\n");
  tree.Write("test_2.py", "def test_a(behind): pass\n");
  tree.Write("test_3.py", "def test_a(nowhere): pass\n");
  CHECK(tree.Says() ==
        "test_1.py::test_a\ntest_2.py: fixture with parameters rich :2\n"
        "test_3.py: unknown fixture nowhere :2\n");
}

TEST_CASE("imports are followed where that may say more") {
  Tree tree;
  tree.request.search_path.extension_suffixes = {".so"};
  tree.Write("tools.py", "class Base:\n  def test_b(self): pass\ndef make(): return 1\n");
  tree.Write("conftest.py", "from tools import make\n");
  tree.Write("test_1.py", "from tools import Base\nclass TestA(Base): pass\n");
  tree.Write("test_2.py", "from tools import make\ndef test_a(): pass\n");
  tree.Write("test_3.py", "def test_a(): pass\n");
  CHECK(tree.Says().find("conftest import tools.make") != std::string::npos);
  tree.request.search_path.entries = {tree.files.path()};
  CHECK(tree.Says() == "test_1.py::TestA::test_b\ntest_2.py::test_a\ntest_3.py::test_a\n");
  CHECK(tree.Take().stats().followed == 3);
  tree.Write("conftest.py", "from tools import Base\nBase.test_c = None\n");
  CHECK(tree.Says().find("test_1.py: mention Base") != std::string::npos);
}

TEST_CASE("a fixture that a conftest imports by name stays a doubt") {
  Tree tree;
  tree.request.search_path.entries = {tree.files.path()};
  tree.Write("tools.py", std::string(kFixture) + "fix(): pass\n");
  tree.Write("conftest.py", "from tools import fix\n");
  tree.Write("test_1.py", "def test_a(fix): pass\n");
  CHECK(tree.Says().find("conftest import tools.fix conftest.py:2") != std::string::npos);
}

TEST_CASE("a conftest counts for what is below it") {
  Tree tree;
  tree.Write("a/conftest.py", std::string(kWithParams) + "x(): pass\n");
  tree.Write("conftest.py", std::string(kFixture) + "x(): pass\n");
  tree.Write("a/b/test_1.py", "def test_a(x): pass\n");
  tree.Write("c/test_2.py", "def test_a(x): pass\n");
  CHECK(tree.Says() == "a/b/test_1.py: fixture with parameters x :2\nc/test_2.py::test_a\n");
}

TEST_CASE("a fixture of the file that others ask for counts") {
  Tree tree;
  tree.Write("conftest.py",
             std::string(kFixture) + "outer(inner): pass\n" + kFixture + "inner(): pass\n");
  tree.Write("test_1.py", std::string(kWithParams) + "inner(): pass\ndef test_a(outer): pass\n");
  tree.Write("test_2.py", std::string(kWithParams) + "tmp_path(): pass\ndef test_a(outer): pass\n");
  tree.Write("test_3.py",
             std::string(kWithParams) + "request(): pass\ndef test_a(tmp_path, outer): pass\n");
  CHECK(tree.Says() ==
        "test_1.py: fixture with parameters inner :4\ntest_2.py::test_a\n"
        "test_3.py::test_a\n");
}

TEST_CASE("somebody's fixture in the place of one of pytest's counts") {
  Tree tree;
  tree.request.project.plain_fixtures.insert("tmp_path_factory");
  tree.Write("test_1.py",
             std::string(kWithParams) + "tmp_path_factory(): pass\ndef test_a(tmp_path): pass\n");
  CHECK(tree.Says() == "test_1.py: fixture with parameters tmp_path_factory :4\n");
}

TEST_CASE("fixtures that all tests ask for count, autouse or by the setting") {
  Tree tree;
  tree.Write("a/conftest.py", "@pytest.fixture(autouse=True, params=[1])\ndef x(): pass\n");
  tree.Write("a/test_1.py", "def test_a(): pass\n");
  tree.Write("test_2.py", "def test_a(): pass\n");
  tree.Write("test_3.py", "import os\n");
  CHECK(tree.Says() == "a/test_1.py: fixture with parameters x :2\ntest_2.py::test_a\n");
  tree.request.project.used_fixtures = {"y"};
  CHECK(tree.Says() ==
        "a/test_1.py: unknown fixture y :2\na/test_1.py: fixture with parameters x :2\n"
        "test_2.py: unknown fixture y :2\n");
}

TEST_CASE("indirect parameters are followed where the fixture's scope is known") {
  const std::string test =
      "@pytest.mark.parametrize('x', [1], indirect=True)\ndef test_a(x): pass\n";
  Tree tree;
  tree.Write("a/conftest.py", std::string(kFixture) + "x(): pass\n");
  tree.Write("a/test_1.py", test);
  tree.Write("b/conftest.py", "@pytest.fixture(scope='module')\ndef x(): pass\n");
  tree.Write("b/test_2.py", test);
  CHECK(tree.Says() == "a/test_1.py::test_a[1]\nb/test_2.py: indirect x :3\n");
}

TEST_CASE("hooks count for what is below their conftest, or for all") {
  const auto says = [](const std::string& conftest) {
    Tree tree;
    tree.Write("a/conftest.py", conftest);
    tree.Write("a/test_1.py", "");
    tree.Write("b/test_2.py", "def test_b(): pass\n");
    return tree.Says();
  };
  CHECK(says("def pytest_runtest_setup(item): item.x = 1\n") == "b/test_2.py::test_b\n");
  CHECK(says("def pytest_collect_file(parent): pass\n") ==
        "a/test_1.py: conftest pytest_collect_file a/conftest.py:2\nb/test_2.py::test_b\n");
  CHECK(says("collect_ignore = ['x']\n") ==
        "a/test_1.py: conftest collect_ignore a/conftest.py:2\nb/test_2.py::test_b\n");
  for (const std::string name :
       {"pytest_plugins = ['x']", "def pytest_collection_modifyitems(items): items.sort()",
        "def pytest_configure(config): config.option.x = 1", "from x import *",
        "def pytest_what_comes_next(): pass", "globals()['a'] = 1", "x = 'open"}) {
    const std::string text = says(name + "\n");
    CAPTURE(text);
    CHECK(text.find("a/test_1.py: conftest ") == 0);
    CHECK(text.find("b/test_2.py: conftest ") != std::string::npos);
  }
  CHECK(says("def pytest_configure(config): config.addinivalue_line('markers', 'x')\n") ==
        "b/test_2.py::test_b\n");
  CHECK(says("def pytest_addoption(parser): parser.addoption('--x')\n") == "b/test_2.py::test_b\n");
  CHECK(says("def pytest_addoption(parser, pluginmanager): pluginmanager.register(x)\n") !=
        "b/test_2.py::test_b\n");
  CHECK(says("def pytest_collection_modifyitems(items):\n"
             "  for item in items: item.add_marker('x')\n") == "b/test_2.py::test_b\n");
  CHECK(says("from tools import thing\n") ==
        "a/test_1.py: conftest import tools.thing a/conftest.py:2\nb/test_2.py::test_b\n");
  CHECK(says("from os.path import join\n") == "b/test_2.py::test_b\n");
}

TEST_CASE("plugins of a test file count for all") {
  Tree tree;
  tree.Write("test_1.py", "pytest_plugins = ['x']\n");
  tree.Write("test_2.py", "");
  CHECK(tree.Says() ==
        "test_1.py: hook pytest_plugins :2\ntest_1.py: test file pytest_plugins test_1.py:2\n"
        "test_2.py: test file pytest_plugins test_1.py:2\n");
}

TEST_CASE("what a file imports is not known to be no test") {
  Tree tree;
  tree.Write("test_1.py", "from tools import Thing\nfrom . import other\n");
  CHECK(tree.Says() == "test_1.py: import tools.Thing :2\ntest_1.py: import .other :3\n");
}

TEST_CASE("what is said of the project counts") {
  Tree tree;
  tree.Write("test_1.py", "@pytest.mark.loud\ndef test_a(): pass\n");
  tree.request.project.loud_marks = {"loud"};
  CHECK(tree.Says() == "test_1.py: plugin mark loud :3\n");
  tree.request.project = {};
  tree.request.project.doubts = {{"plugin", "x", 0, {}}};
  CHECK(tree.Says() == "test_1.py: plugin x :0\n");
}

TEST_CASE("conftests above the roots count, down from confcutdir") {
  Tree tree;
  tree.Write("conftest.py", "def pytest_collect_file(parent): pass\n");
  tree.Write("a/b/test_1.py", "def test_a(): pass\n");
  tree.Write("a/test_x/conftest.py", "pytest_plugins = 'x'\n");
  tree.request.roots = {tree.files.At("a/b")};
  CHECK(tree.Says() == "a/b/test_1.py: conftest pytest_collect_file conftest.py:2\n");
  tree.request.confcutdir = tree.files.At("a");
  CHECK(tree.Says() == "a/b/test_1.py::test_a\n");
  // pytest loads it before it knows that it does not walk there.
  tree.request.roots = {tree.files.At("a")};
  tree.request.walk.norecursedirs = {"test_x"};
  CHECK(tree.Says() == "a/b/test_1.py: conftest pytest_plugins a/test_x/conftest.py:2\n");
}

TEST_CASE("files that are no Python, or out of reach, are dynamic") {
  Tree tree;
  tree.request.walk.doctest_globs = {"test*.txt"};
  tree.Write("test_1.txt", "");
  tree.files.Link("test_2.py", "/nowhere/at/all.py");
  tree.request.roots.push_back(tree.files.At("test_2.py"));
  const std::string says = tree.Says();
  CHECK(says.starts_with("test_1.txt: doctest  :0\n"));
}

TEST_CASE("facts of the index are those that are read anew") {
  Tree tree;
  tree.Write("conftest.py", std::string(kWithParams) + "x(): pass\n");
  tree.Write("test_1.py", "def test_a(x): pass\n");
  tree.Write("test_2.py", "@pytest.mark.parametrize('y', 'ab')\ndef test_b(y): pass\n");
  const std::string anew = tree.Says();
  tree.request.index_path = tree.files.At("index");
  const Survey first = tree.Take();
  CHECK(Tree::Lines(first) == anew);
  CHECK(first.stats().update.parsed == 3);
  CHECK(first.stats().update.is_written);
  const Survey second = tree.Take();
  CHECK(Tree::Lines(second) == anew);
  CHECK(second.stats().update.parsed == 0);
  CHECK(second.stats().conftests == 1);
  CHECK(second.problems().empty());
  // Another build reads everything anew.
  tree.request.build = "2";
  CHECK(tree.Take().stats().update.parsed == 3);
  // And so does this one, when the conftest changed; it counts at once.
  tree.Write("conftest.py", std::string(kFixture) + "x(): pass\n");
  const Survey changed = tree.Take();
  CHECK(changed.stats().update.parsed == 1);
  CHECK(Tree::Lines(changed).starts_with("test_1.py::test_a\n"));
}

}  // namespace
}  // namespace dxpy::survey
