#include "resolve/resolver.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "resolve/map_files.h"

namespace dxpy::resolve {
namespace {

using Files = std::map<std::string, std::string>;

// The ids of /t/test_a.py, or why there are none; then what is left open.
std::string Ids(const Files& files) {
  MapFiles map(files);
  const facts::Rules rules;
  Resolver resolver(map, {{"/t"}, {".so"}}, rules);
  const facts::FileFacts facts = resolver.Read("/t/test_a.py");
  std::string dump = Dump(facts);
  for (const facts::ImportedName& open : facts.imported) dump += "\nopen " + open.name;
  return dump;
}

std::string Ids(const std::string& helpers, const std::string& test) {
  return Ids({{"/t/helpers.py", helpers}, {"/t/test_a.py", test}});
}

TEST_CASE("an imported function, class or module is what it is there") {
  CHECK(Ids("def test_h(): pass\ndef other(): pass\n",
            "def test_a(): pass\nfrom helpers import test_h as test_b, other\n") ==
        "test_a\ntest_b");
  CHECK(Ids("class TestH:\n  def test_h(self): pass\n", "from helpers import TestH\n") ==
        "TestH::test_h");
  CHECK(Ids("class TestH:\n  __test__ = False\n  def test_h(self): pass\n",
            "from helpers import TestH\n") == "");
  CHECK(Ids("import unittest\nclass H(unittest.TestCase):\n  def test_h(self): pass\n",
            "from helpers import H as Other\n") == "Other::test_h");
  CHECK(Ids({{"/t/p/__init__.py", ""},
             {"/t/p/test_m.py", ""},
             {"/t/test_a.py", "from p import test_m\n"}}) == "");
  CHECK(Ids("test_data = [1]\ntest_made = make()\n", "from helpers import test_data\n") == "");
}

TEST_CASE("methods are inherited from other files in pytest's order") {
  const std::string base =
      "import pytest\nCASES = [1, 'b']\nclass Base:\n"
      "  @pytest.mark.parametrize('x', CASES)\n  def test_b(self, x): pass\n"
      "  def test_c(self): pass\n";
  CHECK(Ids(base,
            "from helpers import Base\nclass TestA(Base):\n  def test_a(self): pass\n"
            "  def test_c(self): pass\n") ==
        "TestA::test_b[1]\nTestA::test_b[b]\nTestA::test_a\nTestA::test_c");
  CHECK(Ids(base, "import helpers\nclass TestA(helpers.Base): pass\n") ==
        "TestA::test_b[1]\nTestA::test_b[b]\nTestA::test_c");
  CHECK(Ids("class Base:\n  def __init__(self): pass\n  def test_b(self): pass\n",
            "from helpers import Base\nclass TestA(Base):\n  def test_a(self): pass\n") == "");
}

TEST_CASE("values of parametrize are read where they are written") {
  CHECK(Ids("A = 1\nCASES = [A, 'b']\n",
            "import pytest, helpers\n@pytest.mark.parametrize('x', helpers.CASES)\n"
            "def test_a(x): pass\n") == "test_a[1]\ntest_a[b]");
  CHECK(Ids("import pytest\nboth = pytest.mark.parametrize('x', [1, 2])\n",
            "from helpers import both\n@both\ndef test_a(x): pass\n") == "test_a[1]\ntest_a[2]");
}

TEST_CASE("names are followed through packages, other names and star imports") {
  const std::string test = "from p import TestX\n";
  const std::string klass = "class TestX:\n  def test_x(self): pass\n";
  CHECK(Ids({{"/t/p/__init__.py", "from .m import Hidden as TestX\n"},
             {"/t/p/m.py", "from .n import TestX as Hidden\n"},
             {"/t/p/n.py", klass},
             {"/t/test_a.py", test}}) == "TestX::test_x");
  CHECK(Ids({{"/t/p/__init__.py", "from .m import *\n"},
             {"/t/p/m.py", klass},
             {"/t/test_a.py", test}}) == "TestX::test_x");
  CHECK(Ids({{"/t/p/__init__.py", "from .m import *\nfrom .n import *\n"},
             {"/t/p/m.py", klass},
             {"/t/p/n.py", "__all__ = ['Other']\n" + klass},
             {"/t/test_a.py", test}}) == "TestX::test_x");
  CHECK(Ids({{"/t/p/__init__.py", "from .TestX import TestX\n"},
             {"/t/p/TestX.py", klass},
             {"/t/test_a.py", test}}) == "TestX::test_x");
}

TEST_CASE("what is not plain in the other file stays open, and says why") {
  const auto stays = [](const std::string& helpers, const std::string& why) {
    const std::string klass = "class TestX:\n  def test_x(self): pass\n";
    const std::string ids = Ids(helpers.find("KLASS") == std::string::npos
                                    ? helpers + klass
                                    : helpers.substr(0, helpers.find("KLASS")) + klass +
                                          helpers.substr(helpers.find("KLASS") + 6),
                                "from helpers import TestX\n");
    CHECK_MESSAGE(ids.starts_with("dynamic 1 "), ids);
    CHECK_MESSAGE(ids.find(why) != std::string::npos, ids);
    CHECK_MESSAGE(ids.find("/t/helpers.py") != std::string::npos, ids);
  };
  stays("try:\n  from other import TestX\nexcept ImportError:\n  TestX = None\n",
        "bound more than once");
  stays("KLASS\nif ready():\n  TestX = None\n", "bound more than once");
  stays("globals()['x'] = 1\n", "globals");
  stays("def later():\n  global TestX\n", "written to by a function");
  stays("def later():\n  TestX.test_y = 1\n", "written to by a function");
  stays("KLASS\nTestX.test_y = 1\n", "TestX");
  stays("KLASS\nregister(TestX)\n", "TestX");
  stays("KLASS\nfrom other import *\n", "before a star import");
  stays("import sys\nsys.modules[__name__] = object()\n", "sys.modules");
  stays("x = 'not closed\n", "syntax");
}

TEST_CASE("code that writes to objects by name touches classes, not what is only looked at") {
  const std::string writer = "def w(o): setattr(o, 'a', 1)\nw(1)\n";
  const std::string test =
      "import pytest\nfrom helpers import V\n"
      "@pytest.mark.parametrize('x', [V])\ndef test_a(x): pass\n";
  CHECK(Ids(writer + "V = 1\n", test) == "test_a[1]");
  CHECK(Ids("def w(o): o.__dict__['a'] = 1\nw(1)\nV = 1\n", test) == "test_a[1]");
  CHECK(Ids("import os\ndef w(): os.__dict__['a'] = 1\nw()\nV = 1\n", test)
            .starts_with("dynamic 3 parameters: V"));
  CHECK(Ids(writer + "V = 1\nclass C:\n  __test__ = False\n", test)
            .starts_with("dynamic 3 parameters: V"));
  CHECK(Ids("o = 1\n" + writer + "V = 1\n", test).starts_with("dynamic 3 parameters: V"));
  CHECK(Ids(writer + "class TestX:\n  def test_x(self): pass\n", "from helpers import TestX\n")
            .starts_with("dynamic 1 mention: setattr (/t/helpers.py)"));
}

TEST_CASE("an encoding is what a comment in the first two lines says") {
  const std::string klass = "\nclass TestX:\n  def test_x(self): '\xc3\xa9'\n";
  const std::string import = "from helpers import TestX\n";
  CHECK(Ids("'Functions for encoding: and decoding'" + klass, import) == "TestX::test_x");
  CHECK(Ids("#!python\n# vim: fileencoding=utf-8" + klass, import) == "TestX::test_x");
  CHECK(Ids("# coding: latin-1" + klass, import).starts_with("dynamic 1 imported test"));
  CHECK(Ids("\r\n#coding=latin-1" + klass, import).starts_with("dynamic 1 imported test"));
}

TEST_CASE("code that changes where modules are found ends the way") {
  const std::string klass = "class TestX:\n  def test_x(self): pass\n";
  const auto tree = [&](const std::string& init, const std::string& test) {
    return Files{{"/t/p/__init__.py", init}, {"/t/p/m.py", klass}, {"/t/test_a.py", test}};
  };
  const std::string import = "from p.m import TestX\n";
  CHECK(Ids(tree("", import)) == "TestX::test_x");
  CHECK(Ids(tree("__path__.append('x')\n", import)).starts_with("dynamic 1 imported test"));
  CHECK(Ids(tree("import sys\nsys.modules['p.m'] = 1\n", import)).starts_with("dynamic 1 "));
  CHECK(Ids(tree("", "import sys\nsys.path.insert(0, 'x')\n" + import)).starts_with("dynamic 3 "));
  CHECK(Ids(tree("", "if __name__ == '__main__':\n  sys.path.insert(0, 'x')\n" + import)) ==
        "TestX::test_x");
}

TEST_CASE("in a class an imported function is a method, of which nothing is known") {
  CHECK(Ids("def test_h(x): pass\n", "class TestX:\n  from helpers import test_h\n")
            .starts_with("dynamic 2 imported test: helpers.test_h"));
}

TEST_CASE("cycles end") {
  CHECK(Ids({{"/t/a.py", "from b import TestX\n"},
             {"/t/b.py", "from a import TestX\n"},
             {"/t/test_a.py", "from a import TestX\n"}})
            .starts_with("dynamic 1 imported test: a.TestX"));
  CHECK(Ids({{"/t/a.py", "from b import *\n"},
             {"/t/b.py", "from a import *\n"},
             {"/t/test_a.py", "from a import TestX\n"}})
            .starts_with("dynamic 1 imported test: a.TestX"));
  CHECK(Ids("from helpers import Base\nclass Base(Base):\n  def test_x(self): pass\n",
            "from helpers import Base\nclass TestX(Base): pass\n")
            .starts_with("dynamic 2 base class: Base"));
}

TEST_CASE("a file that touches what it imports has a say in it") {
  const std::string base = "class Base:\n  def test_x(self): pass\nCASES = [1]\n";
  CHECK(Ids(base, "from helpers import Base\nBase.test_y = 1\nclass TestX(Base): pass\n")
            .find("mention: Base (/t/test_a.py:2)") != std::string::npos);
  CHECK(Ids(base,
            "import pytest\nfrom helpers import CASES\nCASES.append(2)\n"
            "@pytest.mark.parametrize('x', CASES)\ndef test_a(x): pass\n")
            .starts_with("dynamic 5 mention: CASES (/t/test_a.py:3)"));
}

TEST_CASE("what no file is found for stays as it is") {
  CHECK(Ids("", "from nowhere import thing\ndef test_a(): pass\n") == "test_a\nopen thing");
  CHECK(Ids("", "from nowhere import TestX\n") == "dynamic 1 imported test: nowhere.TestX");
  CHECK(Ids("from nowhere import Base\nclass Case(Base): pass\n",
            "from helpers import Case\ndef test_a(): pass\n") == "test_a\nopen Case");
}

TEST_CASE("the files that had a say are told") {
  MapFiles map({{"/t/a.py", "from b import Base\n"},
                {"/t/b.py", "class Base: pass\n"},
                {"/t/c.py", ""},
                {"/t/test_a.py", "from a import Base\nclass TestX(Base): pass\n"}});
  const facts::Rules rules;
  Resolver resolver(map, {{"/t"}, {".so"}}, rules);
  CHECK(resolver.Read("/t/test_a.py").sources == std::vector<std::string>{"/t/a.py", "/t/b.py"});
  CHECK(resolver.Read("/t/test_a.py").sources.size() == 2);  // also the second time
  CHECK(Dump(resolver.Read("/t/nowhere.py")) == "dynamic 0 syntax: cannot be read");
}

}  // namespace
}  // namespace dxpy::resolve
