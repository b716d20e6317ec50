#include "facts/file_facts.h"

#include <doctest/doctest.h>

#include <string>

namespace dxpy::facts {
namespace {

std::string Ids(std::string_view source, const Rules& rules = {}) {
  return Dump(ReadFileFacts("import pytest, unittest\n" + std::string(source), rules));
}

std::string Parametrized(std::string_view arguments, std::string_view before = "") {
  return Ids(std::string(before) + "@pytest.mark.parametrize(" + std::string(arguments) +
             ")\ndef test_a(x, y=1): pass\n");
}

TEST_CASE("functions and methods are listed in the order of their names' first binding") {
  CHECK(Ids("def test_b(): pass\nasync def test_a(): pass\ndef helper(): pass\n"
            "class TestC:\n  def test_d(self): pass\n  class TestE:\n    def test_f(self): pass\n"
            "def test_b(): 'again'\n") == "test_b\ntest_a\nTestC::test_d\nTestC::TestE::test_f");
}

TEST_CASE("inherited tests come first, unless the subclass has its own") {
  CHECK(Ids("class Base:\n  def test_a(self): pass\n  def test_b(self): pass\n"
            "class TestC(Base):\n  def test_c(self): pass\n  def test_a(self): pass\n") ==
        "TestC::test_b\nTestC::test_c\nTestC::test_a");
}

TEST_CASE("a TestCase's tests are sorted, whatever the class is called") {
  CHECK(Ids("class A(unittest.TestCase):\n  def test_b(self): pass\n  def test_a(self): pass\n") ==
        "A::test_a\nA::test_b");
  CHECK(Ids("class A(unittest.TestCase):\n  def runTest(self): pass\n") == "A::runTest");
}

TEST_CASE("a TestCase's tests are not parametrized, but their marks must be valid") {
  const std::string test = "def test_a(self): pass\n";
  CHECK(Ids("class A(unittest.TestCase):\n  @pytest.mark.parametrize('x', [1])\n  " + test) ==
        "A::test_a");
  CHECK(Ids("class A(unittest.TestCase):\n"
            "  @pytest.mark.parametrize('x', [1], indirect=['y'])\n  " +
            test)
            .starts_with("dynamic 3 parameters"));
}

TEST_CASE("names are told by prefixes and globs") {
  const Rules rules{NamePatterns({"*Suite"}), NamePatterns({"check", "?_test"}), {3, 10}, {}};
  CHECK(Ids("def check_a(): pass\ndef a_test(): pass\ndef ab_test(): pass\ndef test_a(): pass\n"
            "class MySuite:\n  def check(self): pass\nclass TestA:\n  def check(self): pass\n",
            rules) == "check_a\na_test\nMySuite::check");
}

TEST_CASE("ids are written as pytest writes them") {
  CHECK(
      Parametrized(
          "'x', [1, -0, 0x1F, 1e16, 1e-5, .5, None, True, [], object(), int, lambda: 0]") ==
      "test_a[1]\ntest_a[0]\ntest_a[31]\ntest_a[1e+16]\ntest_a[1e-05]\ntest_a[0.5]\ntest_a[None]\n"
      "test_a[True]\ntest_a[x8]\ntest_a[x9]\ntest_a[int]\ntest_a[<lambda>]");
  CHECK(
      Parametrized("'x', ['a\\nb', r'\\n', '\xC3\xA9', '\\u20ac', b'\\xff\\\\', 'a' \"b\"]") ==
      "test_a[a\\nb]\ntest_a[\\\\n]\ntest_a[\\xe9]\ntest_a[\\u20ac]\ntest_a[\\xff\\]\ntest_a[ab]");
}

TEST_CASE("ids that occur twice are numbered") {
  CHECK(Parametrized("'x', ['a', 'a', 'a0', 1, 1]") ==
        "test_a[a1]\ntest_a[a2]\ntest_a[a0]\ntest_a[1_0]\ntest_a[1_1]");
}

TEST_CASE("ids may be given") {
  CHECK(Parametrized("'x', [open('f').x, 2], ids=['a', None]").starts_with("dynamic"));
  CHECK(Parametrized("'x', [1, 2, pytest.param(3, id='c', marks=pytest.mark.skip)], "
                     "ids=['a', None, 'z']") == "test_a[a]\ntest_a[2]\ntest_a[c]");
  CHECK(Parametrized("'x', [1, 'a'], ids=str") == "test_a[1]\ntest_a[a]");
  CHECK(Parametrized("'x', []") == "test_a[NOTSET]");
}

TEST_CASE("stacked parametrize() calls combine from the innermost on") {
  CHECK(Ids("@pytest.mark.parametrize('a, b', [(1, 2), pytest.param(3, 4)])\n"
            "@pytest.mark.parametrize('c', 'xy'.split())\ndef test_a(a, b, c): pass\n")
            .starts_with("dynamic"));
  CHECK(Ids("@pytest.mark.parametrize('a, b', [(1, 2), pytest.param(3, 4)])\n"
            "@pytest.mark.parametrize('c', ['x', 'y'])\ndef test_a(a, b, c): pass\n") ==
        "test_a[x-1-2]\ntest_a[x-3-4]\ntest_a[y-1-2]\ntest_a[y-3-4]");
}

TEST_CASE("lists that have a name are followed, unless somebody may change them") {
  CHECK(Parametrized("'x', CASES", "CASES = [1, 'a']\n") == "test_a[1]\ntest_a[a]");
  CHECK(Parametrized("'x', [*CASES, 3]", "CASES = [1, 'a']\n") ==
        "test_a[1]\ntest_a[a]\ntest_a[3]");
  CHECK(Parametrized("'x', CASES", "CASES = [1]\nCASES.append(2)\n") == "dynamic 3 mention: CASES");
  CHECK(Parametrized("'x', CASES", "CASES = [1]\nCASES += [2]\n") == "dynamic 4 parameters: CASES");
}

TEST_CASE("fixtures of the file that have parameters count, in their order") {
  CHECK(Ids("@pytest.fixture(params=['p', 0])\ndef fix(request): pass\n"
            "@pytest.fixture\ndef over(fix): pass\n"
            "@pytest.mark.parametrize('x', [7])\ndef test_a(x, over): pass\n"
            "def test_b(other): pass\n") == "test_a[p-7]\ntest_a[0-7]\ntest_b");
  CHECK(Ids("@pytest.fixture(params=[1], scope='module')\ndef fix(request): pass\n"
            "def test_a(fix): pass\n") == "dynamic 3 fixture: fix");
}

TEST_CASE("a test tells what it asks of others, and its marks") {
  const FileFacts facts = ReadFileFacts(
      "import pytest\nfrom .helpers import tool\npytestmark = pytest.mark.slow\n"
      "@pytest.fixture\ndef own(tmp_path): pass\n"
      "@pytest.mark.usefixtures('db')\n@pytest.mark.net(1)\n"
      "@pytest.mark.parametrize('p', [1], indirect=True)\ndef test_a(own, p, q=1): pass\n",
      Rules());
  REQUIRE(facts.is_exact());
  CHECK(facts.tests[0].fixtures == std::vector<std::string>{"db", "tmp_path", "p"});
  CHECK(facts.tests[0].indirect == std::vector<std::string>{"p"});
  CHECK(facts.tests[0].marks.size() == 4);
  CHECK(facts.tests[0].marks[1].text == "pytest.mark.net(1)");
  CHECK(facts.tests[0].line == 9);
  CHECK(facts.imported.size() == 1);
  CHECK(facts.imported[0].module == ".helpers");
  CHECK(facts.fixtures[0].name == "own");
}

TEST_CASE("what only a run can tell makes the file dynamic") {
  CHECK(Ids("from x import *\n") == "dynamic 2 star import: x");
  CHECK(Ids("from x import test_a\n") == "dynamic 2 imported test: x.test_a");
  CHECK(Ids("test_a = make()\n") == "dynamic 2 assigned test: test_a");
  CHECK(Ids("if x:\n  def test_a(): pass\n") == "dynamic 3 conditional test: test_a");
  CHECK(Ids("@other\ndef test_a(): pass\n") == "dynamic 2 decorator: other");
  CHECK(Ids("class TestA(Elsewhere): pass\n") == "dynamic 2 base class: Elsewhere");
  CHECK(Ids("class TestA(metaclass=M): pass\n") == "dynamic 2 base class: M");
  CHECK(Ids("globals()['test_a'] = 1\n") == "dynamic 2 namespace: globals");
  CHECK(Ids("def test_a(): pass\nregister(test_a)\n") == "dynamic 3 mention: test_a");
  CHECK(Ids("np = pytest.importorskip('numpy')\n") == "dynamic 2 module skip: importorskip");
  CHECK(Ids("def pytest_generate_tests(metafunc): pass\n") ==
        "dynamic 2 hook: pytest_generate_tests");
  CHECK(Ids("pytestmark = other\n") == "dynamic 2 mark: other");
  CHECK(Ids("def test_a():\n  yield 1\n") == "dynamic 2 yield: test_a");
  CHECK(Ids("def test_\xC3\xA9(): pass\n") == "dynamic 2 name: test_\xC3\xA9");
  CHECK(Ids("def test_a(:\n") == "dynamic 2 syntax: bracket");
}

TEST_CASE("imported names that others know to be plain are no tests") {
  Rules rules;
  rules.plain_imports = {"fastapi.testclient.TestClient", ".tools.test_tool"};
  const std::string source =
      "from fastapi.testclient import TestClient\nfrom .tools import test_tool as test_it\n"
      "def test_a(): pass\n";
  CHECK(Ids(source, rules) == "test_a");
  CHECK(Ids(source).starts_with("dynamic 2 imported test: fastapi.testclient.TestClient"));
}

TEST_CASE("what is proven harmless does not") {
  CHECK(Ids("import test_helpers\nfrom unittest import TestCase\ntest_data = [1]\n") == "");
  CHECK(Ids("if TYPE_CHECKING:\n  def test_a(): pass\n"
            "if __name__ == '__main__':\n  def test_b(): pass\n") == "");
  CHECK(Ids("class TestA:\n  def __init__(self): pass\n  def test_a(self): pass\n") == "");
  CHECK(Ids("class TestA:\n  __test__ = False\n  def test_a(self): pass\n") == "");
  CHECK(Ids("class TestA:\n  @property\n  def test_a(self): pass\n"
            "  @staticmethod\n  def test_b(): pass\n") == "TestA::test_b");
  CHECK(Ids("def test_a():\n  def inner():\n    yield 1\n  exec('x')\n") == "test_a");
  CHECK(Ids("from unittest import mock\nslow = pytest.mark.slow\n@slow\n"
            "@mock.patch('os.sep')\ndef test_a(sep): pass\n") == "test_a");
}

TEST_CASE("where conditions decide, each binding can be the last one") {
  CHECK(Ids("if x:\n  class TestA:\n    def test_a(self): pass\nelse:\n  TestA = None\n") ==
        "dynamic 3 conditional test: TestA");
  CHECK(Ids("try:\n  from a import TestA\nexcept ImportError:\n  TestA = None\n") ==
        "dynamic 3 imported test: a.TestA");
  CHECK(Ids("if x:\n  def test_a(): pass\ntest_a = None\n") == "");
}

TEST_CASE("a list is watched under all of its names") {
  const std::string test = "@pytest.mark.parametrize('x', ALL)\ndef test_a(x): pass\n";
  CHECK(Ids("VALUES = [1]\nALL = VALUES\nVALUES.append(2)\n" + test)
            .starts_with("dynamic 3 mention: VALUES"));
  CHECK(Ids("ONE = 1\nALL = [ONE]\n" + test) == "test_a[1]");
}

TEST_CASE("a bare annotation gives what it names to nobody") {
  CHECK(Ids("class TestA:\n  def test_a(self): pass\nclass B:\n  x: list[TestA]\n") ==
        "TestA::test_a");
  CHECK(Ids("class TestA:\n  def test_a(self): pass\nclass B:\n  x: f(TestA)\n") ==
        "dynamic 5 mention: TestA");
}

TEST_CASE("bases from elsewhere are told, even of classes that do not look like tests") {
  const FileFacts facts = ReadFileFacts(
      "import a.b\nfrom typing import Generic\nfrom collections import namedtuple\n"
      "class C(a.b.Case): pass\nclass D(Generic[T]): pass\nclass E(namedtuple('E', 'x')): pass\n",
      Rules());
  CHECK(facts.is_exact());
  REQUIRE(facts.imported.size() == 1);
  CHECK(facts.imported[0].name == "C");
  CHECK(facts.imported[0].module == "a.b");
  CHECK(facts.imported[0].origin == "Case");
  CHECK(Ids("class C(x or y): pass\n") == "dynamic 2 base class: x or y");
}

TEST_CASE("a class in a class cannot inherit from it") {
  CHECK(Ids("class TestA:\n  class TestB(TestA):\n    def test_a(self): pass\n") ==
        "dynamic 3 base class: TestA");
}

TEST_CASE("functions that may be called during the import are read, others are not") {
  CHECK(Ids("def make():\n  globals()['test_a'] = 1\n") == "");
  CHECK(Ids("def make():\n  globals()['test_a'] = 1\nmake()\n") == "dynamic 2 namespace: globals");
  CHECK(Ids("class Maker:\n  def __init__(self): exec('x')\nx = Maker()\n") ==
        "dynamic 3 namespace: exec");
}

}  // namespace
}  // namespace dxpy::facts
