#include "facts/expression.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "facts/statement_bindings.h"

namespace dxpy::facts {
namespace {

// "call(name f, integer 1, k=text a)"
std::string Show(const Expression& expression) {
  constexpr auto kKinds = std::to_array<const char*>(
      {"name", "call", "list", "tuple", "display", "text", "bytes", "integer", "float", "constant",
       "lambda", "star", "stars", "other"});
  std::string shown = expression.keyword.empty() ? "" : std::string(expression.keyword) + "=";
  shown += kKinds[static_cast<size_t>(expression.kind)];
  if (!expression.value.empty()) shown += " " + expression.value;
  if (expression.items.empty()) return shown;
  shown += "(";
  for (const Expression& item : expression.items) shown += Show(item) + ", ";
  shown.replace(shown.size() - 2, 2, ")");
  return shown;
}

std::string Parsed(std::string_view excerpt) { return Show(ParseExpression(excerpt)); }

std::string Effects(std::string_view statement) {
  std::string shown;
  for (const NameEffect& effect : FindNameEffects(statement)) {
    shown += effect.effect == Effect::kDeletes ? "-" : "";
    shown.append(effect.name);
    if (effect.effect == Effect::kAssigns) shown.append(" =").append(effect.value);
    shown += "; ";
  }
  return shown;
}

TEST_CASE("names, calls, displays and literals are understood") {
  CHECK(Parsed("a . b\\\n.c") == "name a.b.c");
  CHECK(Parsed("f(1, k='a', *b, **c)") ==
        "call(name f, integer 1, k=text a, star(name b), stars(name c))");
  CHECK(Parsed("[1, (2,), (3), ()]") == "list(integer 1, tuple(integer 2), integer 3, tuple)");
  CHECK(Parsed("1, # c\n 2,") == "tuple(integer 1, integer 2)");
  CHECK(Parsed("'a' \"\"\"b\"\"\" r'\\n'") == "text ab\\n");
  CHECK(Parsed("{1: 2, **a}") == "display");
}

TEST_CASE("what is not understood is other, and no more than that") {
  CHECK(Parsed("[a + 1, f'{x}', b[0], not c, d if e else f, 2]") ==
        "list(other, other, other, other, other, integer 2)");
  CHECK(Parsed("[lambda a, b=1: (a, b), 1]") == "list(lambda, integer 1)");
  CHECK(Parsed("[x or lambda a, b: c, 1]") == "list(other, integer 1)");
  CHECK(Parsed("[a for a in b]") == "display");
  CHECK(Parsed("[a + 1 for a in b]") == "display");
  CHECK(Parsed("(a for a in b)") == "other");
  CHECK(Parsed("f(a for a in b)") == "call(name f, other)");
  CHECK(Parsed("[1, 2") == "other");
  CHECK(Parsed("'\\N{DASH}'") == "other");
  CHECK(Parsed("-1 ** 2") == "other");
  CHECK(Parsed("1if a else 2") == "other");
}

TEST_CASE("nesting beyond measure is given up") {
  CHECK(Parsed(std::string(5000, '(') + std::string(5000, ')')) != "");
  CHECK(Parsed(std::string(5000, '-') + "1") == "other");
}

TEST_CASE("statements tell the names they bind") {
  CHECK(Effects("a = b = 1") == "a = 1; b = 1; ");
  CHECK(Effects("a: int = 1") == "a = 1; ");
  CHECK(Effects("a: int") == "");
  CHECK(Effects("a, (b, *c) = d") == "a; b; c; ");
  CHECK(Effects("a.b = c[d] = e") == "");
  CHECK(Effects("a += 1") == "a; ");
  CHECK(Effects("del a, b.c, d[e]") == "-a; ");
  CHECK(Effects("for a, b in c") == "a; b; ");
  CHECK(Effects("with a as b, c as (d, e)") == "b; d; e; ");
  CHECK(Effects("except A as b") == "b; ");
  CHECK(Effects("f(a := 1, b=2)") == "a; ");
  CHECK(Effects("x = lambda a=1: a == 2") == "x = lambda a=1: a == 2; ");
  CHECK(Effects("a == 1") == "");
}

}  // namespace
}  // namespace dxpy::facts
