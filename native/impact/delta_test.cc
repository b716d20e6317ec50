#include "impact/delta.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace dxpy::impact {
namespace {

std::string Join(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string text;
  for (const std::string& name : names) text += ' ' + name;
  return text;
}

std::string NamesOf(const std::vector<std::pair<std::string, Change>>& changes) {
  std::vector<std::string> names;
  for (const auto& [name, change] : changes) names.push_back(name);
  return Join(names);
}

std::string NamesOf(const std::vector<ChangedBody>& bodies) {
  std::vector<std::string> names;
  for (const ChangedBody& body : bodies) names.push_back(body.name);
  return Join(names);
}

std::string Dump(const FileParts& was, const Delta& delta) {
  std::vector<std::string> functions;
  for (size_t i = 0; i < delta.changed_functions.size(); ++i)
    if (delta.changed_functions[i]) functions.push_back(was.parts[i].name);
  std::string text;
  const auto add = [&text](const char* what, const std::string& names) {
    if (!names.empty()) text += std::string(text.empty() ? "" : "; ") + what + names;
  };
  const auto add_first = [&](const char* what, const std::optional<Change>& change) {
    if (change) add(what, " " + change->what);
  };
  add("functions", Join(functions));
  add("bodies", NamesOf(delta.changed_bodies));
  add("names", NamesOf(delta.changed_names));
  add_first("effect", delta.changed_effect);
  if (delta.changed_collection && !delta.changed_statement) text += "; order";
  add_first("doc", delta.changed_doc);
  if (delta.moved_line) text += "; lines";
  return text.empty() && !delta.is_empty() ? "something" : text;
}

std::string Diff(std::string_view was, std::string_view now) {
  const FileParts old_parts = ReadParts(was);
  const FileParts new_parts = ReadParts(now);
  return Dump(old_parts, Compare(old_parts, &new_parts));
}

TEST_CASE("comments and layout change nothing but lines") {
  CHECK(Diff("def f(a,b):\n  if a:\n    return  1\nX=1\n",
             "def f(a, b):  # x\n    if a:\n        return 1\nX = 1\n") == "");
  CHECK(Diff("X = 1\n", "# comment\n\nX = 1\n") == "; lines");
  CHECK(Diff("def f():\n    a\n    b\n", "def f():\n    a\n    # c\n    b\n") == "; lines");
  CHECK(Diff("def f():\n    a\n\n    b\n    c\n", "def f():\n    a\n    b\n\n    c\n") ==
        "; lines");
  CHECK(Diff("X = [1, 2]\n", "X = [\n    1, 2]\n") == "; lines");
  CHECK(Diff("def f(): 'doc'\n", "def f(): 'other'\n") == "doc f");
  CHECK(Diff("'doc'\n", "'other'\n") == "doc __doc__");
  CHECK(Diff("X = 1\n", "'other'; X = 1\n") == "doc __doc__");
}

TEST_CASE("a changed body is the function's alone") {
  CHECK(Diff("def f(): return 1\ndef g(): return 1\n", "def f(): return 1\ndef g(): return 2\n") ==
        "functions g; bodies g");
  CHECK(Diff("class A:\n  def f(s): a\n", "class A:\n  def f(s): b\n") ==
        "functions A.f; bodies f");
  CHECK(Diff("def f():\n  if a:\n    b\n  c\n", "def f():\n  if a:\n    b\n    c\n") ==
        "functions f; bodies f");
  CHECK(Diff("def f(): return a b\n", "def f(): return ab\n") == "functions f; bodies f");
  CHECK(Diff("def f():\n  a\n  b\n", "def f():\n  a;b\n") == "functions f; bodies f");
  CHECK(Diff("class A:\n  def __init__(s): a\n", "class A:\n  def __init__(s): b\n") ==
        "functions A.__init__; bodies A __init__");
  CHECK(Diff("@cache\ndef f(): return 1\n", "@cache\ndef f(): return 2\n") ==
        "functions f; bodies f; names f");
}

TEST_CASE("a changed head is a changed name") {
  CHECK(Diff("def f(a=1): pass\n", "def f(a=2): pass\n") == "functions f; names f");
  CHECK(Diff("def f(): pass\n", "async def f(): pass\n") == "functions f; names f");
  CHECK(Diff("class A:\n  def f(s): pass\n", "class A:\n  def f(s, x): pass\n") ==
        "functions A.f; names A f");
  CHECK(Diff("class A:\n  x = 1\n", "class A:\n  x = 1\n  def f(s): pass\n") == "names A f");
  CHECK(Diff("def f(): pass\n", "def g(): pass\n") == "functions f; names f g");
  CHECK(Diff("if a:\n  def f(): pass\nelse: pass\n", "if a: pass\nelse:\n  def f(): pass\n") ==
        "functions f; names f; lines");
}

TEST_CASE("of a class only the members count that changed") {
  CHECK(Diff("class A:\n  x = 1\n  y = 1\n", "class A:\n  x = 1\n  y = 2\n") == "names A y");
  CHECK(Diff("class A:\n  x = 1\n", "class A(object):\n  x = 1\n") == "names A");
  CHECK(Diff("class A:\n  x: int\n", "class A:\n  x: str\n") == "names A x");
  CHECK(Diff("class A:\n  'doc'\n", "class A:\n  'other'\n") == "doc A");
  CHECK(Diff("@d\nclass A:\n  'doc'\n", "@d\nclass A:\n  'other'\n") == "names A; effect A; doc A");
  CHECK(Diff("class A:\n  pytestmark = x\n", "class A:\n  pytestmark = y\n") ==
        "names A pytestmark; effect A");
}

TEST_CASE("statements and imports are known by the names that they bind") {
  CHECK(Diff("A = 1\nB = 1\n", "A = 1\nB = 2\n") == "names B");
  CHECK(Diff("A = B = 1\n", "A = 1\n") == "names A B");
  CHECK(Diff("import os\n", "import os, sys\n") == "names sys");
  CHECK(Diff("from os import a, b\n", "from os import a\n") == "names b");
  CHECK(Diff("import os as a\n", "import sys as a\n") == "names a");
  CHECK(Diff("# coding: latin-1\nX = '\xE9'\n", "# coding: cp1252\nX = '\xE9'\n") == "names X");
}

TEST_CASE("what acts at import time reaches everything") {
  CHECK(Diff("import a\n", "import a, b\n") == "names b; effect b");
  CHECK(Diff("f()\n", "g()\n") == "effect g()");
  CHECK(Diff("f()\ng()\n", "g()\nf()\n") == "effect g(); lines");
  CHECK(Diff("f()\ng()\n", "g()\n") == "effect f(); lines");
  CHECK(Diff("A = f(1)\n", "A = f(2)\n") == "names A; effect A");
  CHECK(Diff("@app.route('/')\ndef f(): pass\n", "@app.route('/x')\ndef f(): pass\n") ==
        "functions f; names f; effect f");
  CHECK(Diff("", "def pytest_configure(): pass\n") ==
        "names pytest_configure; effect pytest_configure");
  CHECK(Diff("import pytest\n@pytest.fixture\ndef a(): pass\n",
             "import pytest\n@pytest.fixture(autouse=True)\ndef a(): pass\n") ==
        "functions a; names a; effect a");
  CHECK(Diff("", "def setup_module(): pass\n") == "names setup_module; effect setup_module");
  CHECK(Diff("def setup_module(): a\n", "def setup_module(): b\n") ==
        "functions setup_module; bodies setup_module");
  CHECK(Diff("pytest_plugins = 'a'\n", "pytest_plugins = 'b'\n") ==
        "names pytest_plugins; effect pytest_plugins");
}

TEST_CASE("what merely moves is not changed, but where the order counts") {
  CHECK(Diff("A = 1\nB = 2\n", "B = 2\nA = 1\n") == "; lines");
  CHECK(Diff("def f(): a\ndef g(): b\n", "def g(): b\ndef f(): a\n") == "; order; lines");
  CHECK(Diff("A = 1\nA = 2\n", "A = 2\nA = 1\n") == "names A");
  CHECK(Diff("A = 1\nB = A\n", "B = A\nA = 1\n") == "names A; lines");
  CHECK(Diff("A = 1\nf()\n", "f()\nA = 1\n") == "names A; lines");
  CHECK(Diff("A = 1\ndef f(x=A): pass\n", "def f(x=A): pass\nA = 1\n") == "names A; lines");
  CHECK(Diff("A = 1\ndef f(): A\n", "def f(): A\nA = 1\n") == "; lines");
  CHECK(Diff("def f(): a\nf = g(f)\n", "f = g(f)\ndef f(): a\n") == "names f; lines");
}

TEST_CASE("of a file that is gone or cannot be read everything changed") {
  const FileParts was = ReadParts("A = 1\ndef f(): pass\n");
  CHECK(Dump(was, Compare(was, nullptr)) == "functions f; names A f; effect ; doc ; lines");
  CHECK(Diff("A = 1\n", "A = (\n") == "names A; effect ; doc ; lines");
  CHECK(Diff("A = (\n", "A = (\n") == "");
  CHECK(Diff("A = (\n", "A = [\n") == "effect ; doc ; lines");
}

TEST_CASE("changes say where they are") {
  const FileParts was = ReadParts("\nRATE = 1\nGONE = 1\n");
  const FileParts now = ReadParts("RATE = 2\n");
  const Delta delta = Compare(was, &now);
  REQUIRE(delta.changed_names.size() == 2);
  CHECK(delta.changed_names[0].second.what == "RATE");
  CHECK(delta.changed_names[0].second.line == 1);
  CHECK(!delta.changed_names[0].second.is_gone);
  CHECK(delta.changed_names[1].second.line == 3);
  CHECK(delta.changed_names[1].second.is_gone);
}

}  // namespace
}  // namespace dxpy::impact
