#include "syntax/import_reader.h"

#include <doctest/doctest.h>

#include <string>

#include "syntax/outline_dump.h"

namespace dxpy::syntax {
namespace {

std::string Scan(std::string_view source) { return Dump(ScanOutline(source)); }

TEST_CASE("modules are imported with and without other names") {
  CHECK(Scan("import a.b as c, d\n") == "1 import a.b as c, d");
  CHECK(Scan("import as_, b as as_x\n") == "1 import as_, b as as_x");
}

TEST_CASE("names are imported from modules at any level") {
  CHECK(Scan("from a import b as c, d\n") == "1 from a import b as c, d");
  CHECK(Scan("from . import b\n") == "1 from . import b");
  CHECK(Scan("from ...a.b import(c)\n") == "1 from ...a.b import c");
  CHECK(Scan("from . .. import c\n") == "1 from ... import c");
}

TEST_CASE("a star is no name") { CHECK(Scan("from .a import *\n") == "1 from .a import *"); }

TEST_CASE("brackets hold comments, newlines and a last comma") {
  CHECK(Scan("from a import (  # x (\n  b as\n  c,\n\n  d,\n)\nimport e\n") ==
        "1-6 from a import b as c, d\n7 import e");
}

TEST_CASE("layout between the parts of a name is left out") {
  CHECK(Scan("import a . b, c.\\\n  d\n") == "1-2 import a.b, c.d");
}

TEST_CASE("each statement between semicolons is read") {
  CHECK(Scan("x = ';'; import a;from b import c;\n") == "1 import a\n1 from b import c");
}

TEST_CASE("words that begin like import are names") {
  CHECK(Scan("import_ = importlib = from_x = 1\nraise E from import_\n") == "");
}

TEST_CASE("an import knows the blocks around it") {
  CHECK(Scan("def f():\n  try:\n    import a\n  except ImportError: a = None\n") ==
        "1-4 def f\n3 import a in f: function try");
}

TEST_CASE("an import that breaks off is no import") {
  CHECK(Scan("import\n") == "1 header");
  CHECK(Scan("import a.\n") == "1 header");
  CHECK(Scan("from a\n") == "1 header");
  CHECK(Scan("from a import (b") == "1 header");
}

}  // namespace
}  // namespace dxpy::syntax
