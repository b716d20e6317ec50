#include "tree/needs.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace dxpy::tree {
namespace {

std::string Joined(const std::vector<std::string>& words, const char* between) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : between) + word;
  return line;
}

/// Imports as lines: "..a.b: c d".
std::string ImportsOf(std::string_view source) {
  std::string lines;
  for (const NeededModule& module : ReadNeeds(source).imports) {
    lines += std::string(module.level, '.') + Joined(module.path, ".");
    if (!module.names.empty()) lines += ": " + Joined(module.names, " ");
    lines += module.has_star ? ": *\n" : "\n";
  }
  return lines;
}

/// Texts as words: ".tax" where it is relative, "case.py" of a source.
std::string TextsOf(std::string_view source) {
  std::string line;
  for (const NamedText& text : ReadNeeds(source).texts) {
    line += (line.empty() ? "" : " ") + std::string(text.is_relative ? "." : "");
    line += Joined(text.path, ".") + (text.is_file ? ".py" : "");
  }
  return line;
}

std::string UnboundedIn(std::string_view source) {
  const Needs needs = ReadNeeds(source);
  return needs.any_file.what.empty() ? needs.any_module.what : needs.any_file.what;
}

TEST_CASE("imports of every form are read, wherever they stand") {
  CHECK(ImportsOf("import a.b as c, d\n"
                  "from . import e\n"
                  "def f():\n"
                  "    from ..g.h import i as j, k\n"
                  "try:\n"
                  "    from l import *\n"
                  "except ImportError:\n"
                  "    pass\n"
                  "if TYPE_CHECKING:\n"
                  "    import m\n") == "a.b\nd\n.: e\n..g.h: i k\nl: *\nm\n");
}

TEST_CASE("texts that may name modules are kept, and prose is not") {
  CHECK(TextsOf("x = 'shop.tax.rate'") == "shop.tax.rate");
  CHECK(TextsOf("x = import_module('.tax', 'shop')") == ".tax shop");
  CHECK(TextsOf("x = 'shop', \"app:main\", b'c.d'") == "shop app main c.d");
  CHECK(TextsOf("x = 'a shop with a tax'") == "");
  CHECK(TextsOf("x = '''\n  class: shop.log.Handler\n'''") == "shop.log.Handler");
  CHECK(TextsOf("x = f'shop.{name}.rate'") == "shop .rate");
}

TEST_CASE("a docstring names nothing, and an argument on a line of its own does") {
  CHECK(TextsOf("def f():\n    'shop.tax'\n    return 1\n") == "");
  CHECK(TextsOf("f(\n    'shop.tax'\n)\n") == "shop.tax");
}

TEST_CASE("a source that is named is a file") {
  CHECK(TextsOf("x = 'data/case.py'") == "case.py");
  CHECK(TextsOf("x = HERE / 'case.py'") == "case.py");
  CHECK(TextsOf("x = 'python case.py -v'") == "case.py");
  CHECK(UnboundedIn("x = 'data/case.py'").empty());
}

TEST_CASE("names of sources that are made as it runs may be any") {
  for (const char* const text :
       {"'*.py'", "'.py'", "'case_%d.py'", "f'{name}.py'", "f'{a}_b.py'", "'{}.py'"})
    CHECK_MESSAGE(UnboundedIn(std::string("x = ") + text) == "'.py' in a text", text);
  CHECK(UnboundedIn("x = 'data.pyc', 'a.python'").empty());
}

TEST_CASE("what cannot be followed is said, with its line") {
  for (const char* const source : {"import subprocess",
                                   "from subprocess import run",
                                   "exec(code)",
                                   "eval('1')",
                                   "import pkgutil",
                                   "import os\nos.system('x')",
                                   "os.walk(x)",
                                   "p.glob('*')",
                                   "from glob import glob",
                                   "import glob",
                                   "from glob import iglob as g",
                                   "p.rglob('x')",
                                   "os.listdir()",
                                   "p.iterdir()",
                                   "importlib.import_module(name)",
                                   "__import__(name)",
                                   "importlib.import_module(f'shop.{x}')",
                                   "import_module('shop.' + x)",
                                   "from importlib import import_module as load",
                                   "load = importlib.import_module",
                                   "sys.modules[name]",
                                   "from sys import modules",
                                   "builtins.exec(x)",
                                   "spec_from_file_location('x', y)",
                                   "entry_points(group='x')",
                                   "pickle.loads(x)",
                                   "def test(pytester): pass",
                                   "import django.conf",
                                   "from celery import app",
                                   "x = f'{__import__(name)}'",
                                   "pytest.main([])",
                                   "shutil.copytree(a, b)",
                                   "__path__ = []",
                                   "import os\nos.execv('x', [])"})
    CHECK_MESSAGE(!UnboundedIn(source).empty(), source);
  CHECK(ReadNeeds("import a\n\nexec(code)\n").any_module.line == 3);
}

TEST_CASE("what looks like that and can be followed is let pass") {
  for (const char* const source :
       {"model.eval()", "app.exec()", "ast.walk(tree)", "platform.system()",
        "importlib.import_module('shop.tax')", "from importlib import import_module",
        "import_module('.tax', package='shop')", "pytest.importorskip('shop.tax')",
        "sys.modules[__name__]", "sys.modules['shop.tax']", "runner.invoke(main)",
        "glob = dict(globs)", "# exec(code)\n", "re.compile('x')", "x = 'exec(code)'"})
    CHECK_MESSAGE(UnboundedIn(source) == "", source);
}

TEST_CASE("what cannot be read may lead anywhere") {
  for (const char* const source : {"def f(:\n", "x = 'no end", "\0", "x = )\n"}) {
    const Needs needs =
        ReadNeeds(std::string_view(source, std::max(1UL, std::string(source).size())));
    CHECK_MESSAGE(!needs.any_file.what.empty(), source);
    CHECK(needs.hooks_everywhere);
  }
}

TEST_CASE("hooks that a conftest has for all tests are told from those for its own") {
  CHECK(ReadNeeds("def pytest_configure(config): pass").hooks_everywhere);
  CHECK(ReadNeeds("pytest_sessionstart = start").hooks_everywhere);
  CHECK(ReadNeeds("from hooks import pytest_configure").hooks_everywhere);
  CHECK(ReadNeeds("from hooks import *").hooks_everywhere);
  CHECK_FALSE(ReadNeeds("def pytest_runtest_setup(item): pass").hooks_everywhere);
  CHECK_FALSE(ReadNeeds("import pytest_asyncio\npytest_asyncio.fixture").hooks_everywhere);
  CHECK_FALSE(ReadNeeds("from pytest_mock import mocker").hooks_everywhere);
}

}  // namespace
}  // namespace dxpy::tree
