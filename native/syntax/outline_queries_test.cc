#include "syntax/outline_queries.h"

#include <doctest/doctest.h>

namespace dxpy::syntax {
namespace {

TEST_CASE("test functions and the methods of test classes are counted") {
  const Outline outline = ScanOutline(
      "def test_a(): pass\ndef helper():\n  def test_no(): pass\nclass TestB:\n"
      "  def test_b(self): pass\n  test_x = 1\nclass Other:\n  def test_no(self): pass\n"
      "class Case(unittest.TestCase):\n  async def test_c(self): pass\n");
  CHECK(CountTests(outline) == 3);
}

TEST_CASE("a test function counts under a condition too") {
  CHECK(CountTests(ScanOutline("if x:\n  def test_a(): pass\nelse:\n  class test_b: pass\n")) == 1);
}

TEST_CASE("a plain name has no layout") {
  CHECK(PlainName("a . b.\\\r\n\tc") == "a.b.c");
  CHECK(PlainName("") == "");
}

}  // namespace
}  // namespace dxpy::syntax
