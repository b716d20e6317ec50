#include "resolve/meddlers.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "resolve/map_files.h"
#include "resolve/resolver.h"

namespace dxpy::resolve {
namespace {

constexpr const char* kHelpers =
    "class Base:\n  def test_x(self): pass\n"
    "class Client:\n  pass\n"
    "def test_f(): pass\n"
    "CASES = [1]\n";

// What a test file is that imports `third`, which has this text, and takes a base, a
// test and values from `helpers`: "exact", or the first line that says why not.
std::string With(const std::string& third, const std::map<std::string, std::string>& more = {}) {
  std::map<std::string, std::string> files = {
      {"/t/helpers.py", kHelpers},
      {"/t/third.py", third},
      {"/t/test_a.py",
       "import pytest, third\nfrom helpers import Base, CASES, Client, test_f\n"
       "class TestA(Base): pass\n"
       "@pytest.mark.parametrize('x', CASES)\ndef test_b(x): pass\n"}};
  files.insert(more.begin(), more.end());
  MapFiles map(std::move(files));
  const facts::Rules rules;
  Resolver resolver(map, {{"/t"}, {".so"}}, rules);
  const facts::FileFacts facts = resolver.Read("/t/test_a.py");
  if (!facts.is_exact()) return facts.reasons[0].detail;
  return facts.imported.empty() ? "exact" : "open: " + facts.imported[0].obstacle;
}

TEST_CASE("a third module that changes a class, a function or a list is found") {
  const auto is_found = [](const std::string& third) {
    CAPTURE(third);
    CHECK(With(third).find("/t/third.py:2") != std::string::npos);
  };
  is_found("from helpers import Base\nBase.test_y = 1\n");
  is_found("from helpers import Base as B\nB.__test__ = False\n");
  is_found("import helpers\nhelpers.Base.test_y = 1\n");
  is_found("import helpers as h\nh.Base = None\n");
  is_found("import helpers\ndel helpers.Base.test_x\n");
  is_found("import helpers\nsetattr(helpers, 'Base', None)\n");
  is_found("from helpers import Base\nsetattr(Base, 'test_y', None)\n");
  is_found("import helpers\nvars(helpers).clear()\n");
  is_found("import helpers\nhelpers.CASES.append(2)\n");
  is_found("from helpers import CASES\nCASES += [2]\n");
  is_found("from helpers import CASES\nfor case in CASES: case.x = 1\n");
  is_found("from helpers import *\nBase.test_y = 1\n");
  is_found("from helpers import test_f\nregister(test_f)\n");
  is_found("import helpers\nhelpers.Client.__test__ = True\n");
  is_found("import helpers\n(helpers.Client, x) = 1, 2\n");
  is_found("import helpers\ndef later(): helpers.Base.test_y = 1\n");
  is_found("from helpers import Base\ndef later(): return Base\n");
  is_found("\ndef later(module): module.Base = 1\n");
}

TEST_CASE("what does no harm in a third module is let through") {
  const auto is_harmless = [](const std::string& third) {
    CAPTURE(third);
    CHECK(With(third) == "exact");
  };
  is_harmless("from helpers import Base\nclass TestC(Base): pass\n");
  is_harmless("import helpers\nclass TestC(helpers.Base): pass\n");
  is_harmless(
      "import pytest, helpers\n@pytest.mark.parametrize('x', helpers.CASES)\n"
      "def test_c(x): pass\n");
  is_harmless(
      "from helpers import Base, CASES\n"
      "def f(x):\n  for c in CASES: Base().go(c)\n  return isinstance(x, (int, Base))\n");
  is_harmless("class Base: pass\nBase.test_y = 1\nCASES = []\nCASES.append(1)\n");
  is_harmless("class A:\n  def f(self): self.CASES = 1\n");
  is_harmless("def f(x: 'Seq[third.CASES]' = None): pass\n");
}

TEST_CASE("a meddler is found however far away it is imported") {
  const std::string meddler = "import helpers\nhelpers.Base.test_y = 1\n";
  CHECK(With("def f():\n  import far\n", {{"/t/far.py", meddler}}).find("/t/far.py:2") !=
        std::string::npos);
  CHECK(With("from p.q import r\n", {{"/t/p/__init__.py", meddler}, {"/t/p/q/r.py", ""}})
            .find("/t/p/__init__.py:2") != std::string::npos);
  CHECK(With("import importlib\nimportlib.import_module('far')\n", {{"/t/far.py", meddler}})
            .find("/t/far.py:2") != std::string::npos);
  CHECK(With("", {{"/t/far.py", meddler}}) == "exact");
}

TEST_CASE("a name from code that never speaks of tests is none, however it is made") {
  const auto open = [](const std::string& product) {
    MapFiles map({{"/t/product/__init__.py", product},
                  {"/t/product/model.py", "Model = make()\n"},
                  {"/t/product/check.py", "import unittest\nCase = make(unittest.TestCase)\n"},
                  {"/t/test_a.py", "from product import Model\ndef test_a(): pass\n"}});
    const facts::Rules rules;
    Resolver resolver(map, {{"/t"}, {".so"}}, rules);
    return resolver.Read("/t/test_a.py").imported.size();
  };
  CHECK(open("from .model import Model\n") == 0);
  CHECK(open("def __getattr__(name): return find('.model', name)\n") == 0);
  CHECK(open("from . import check\ndef __getattr__(name): return find(name)\n") == 1);
  CHECK(open("from importlib import *\nModel = import_module(name='.check')\n"
             "Model = import_module(f('.check'))\n") == 1);
  CHECK(open("import product\nModel = product.check.Case\n") == 0);  // nobody imports it
  CHECK(open("import product.check\nModel = 1 + 1\n") == 1);
  CHECK(open("Model = make()\nModel.__test__ = 1\n") == 1);
}

TEST_CASE("what puts a folder first in sys.path leaves imports unknown") {
  CHECK(With("import sys\nsys.path.insert(0, 'x')\n") != "exact");
  CHECK(With("import sys\nsys.path.append('x')\n") == "exact");
}

}  // namespace
}  // namespace dxpy::resolve
