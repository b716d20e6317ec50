#include "facts/touched_names.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace dxpy::facts {
namespace {

// Sorted, with spaces between them.
std::string Touched(std::string_view source) {
  const syntax::Outline outline = syntax::ScanOutline(source);
  const auto names = NamesTouchedByFunctions(outline);
  std::vector<std::string_view> sorted(names.begin(), names.end());
  std::ranges::sort(sorted);
  std::string joined;
  for (const std::string_view name : sorted) joined.append(" ").append(name);
  return joined;
}

std::string In(std::string_view body) {
  return Touched("def f(self):\n  " + std::string(body) + "\n");
}

TEST_CASE("what writes to a name, or to what it stands for, touches it") {
  CHECK(In("global a, b") == " a b");
  CHECK(In("a.x = 1") == " a");
  CHECK(In("a.x.y += 1") == " a");
  CHECK(In("a[0] = 1") == " a");
  CHECK(In("a[0].x = b[1]") == " a");
  CHECK(In("a += [1]") == " a");
  CHECK(In("a.append(b)") == " a");
  CHECK(In("a.__dict__['x'] = 1") == " a");
  CHECK(In("del a.x") == " a");
  CHECK(In("setattr(a, 'x', 1)") == " a");
}

TEST_CASE("what reads it does not, nor a variable of the function") {
  CHECK(In("a = b.c + d[0]") == "");
  CHECK(In("if a.x == b.y != c[0]: return d(e, f=g.h)") == "");
  CHECK(In("a.b(c).d()") == "");
}

TEST_CASE("only functions count: other code is read by ImportTime") {
  CHECK(Touched("a.x = 1\nclass B:\n  c.x = 1\n  def m(self):\n    d.x = 1\n") == " d");
}

}  // namespace
}  // namespace dxpy::facts
