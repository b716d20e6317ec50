#include "syntax/string_literal.h"

#include <doctest/doctest.h>

#include <string>

namespace dxpy::syntax {
namespace {

// What is left behind the literal that holds the first quote; "open" without an end.
std::string After(const std::string& source) {
  const char* const end = source.data() + source.size();
  const char* const quote = source.data() + source.find_first_of("'\"");
  const StringEnd found = FindStringEnd(quote, source.data(), end);
  if (found.too_deep) return "too deep";
  return found.end == nullptr ? "open" : std::string(found.end, end);
}

TEST_CASE("a string ends with its quote") {
  CHECK(After("'a\"b' |") == " |");
  CHECK(After("'' '") == " '");
  CHECK(After("\"\"\"a\"b\"\"\n\\\"\"\"\" |") == " |");
}

TEST_CASE("a backslash hides the quote behind it, in raw strings too") {
  CHECK(After("'\\'' |") == " |");
  CHECK(After("rb'\\'' |") == " |");
  CHECK(After("'\\\\' |") == " |");
}

TEST_CASE("only a backslash joins the lines of a short string") {
  CHECK(After("'a\n'") == "open");
  CHECK(After("'a\\\nb' |") == " |");
  CHECK(After("'a\\\r\nb' |") == " |");
}

TEST_CASE("fields of formatted strings hold strings with the same quote") {
  CHECK(After("f'{x['a']}' |") == " |");
  CHECK(After("Rf'{f'{f'{1}'}'}' |") == " |");
  CHECK(After("t'{x['a']}' |") == " |");
  CHECK(After("f\"{'}'}\" |") == " |");
}

TEST_CASE("fields hold newlines, comments and brackets") {
  CHECK(After("f'{\n x  # '\n}' |") == " |");
  CHECK(After("f'{ {1: 2}[1] }' |") == " |");
}

TEST_CASE("format specifications are text, with fields of their own") {
  CHECK(After("f'{x:\"#>{w}}' |") == " |");
  CHECK(After("f'{x!r:^{'a'}}' |") == " |");
}

TEST_CASE("double braces and named characters are no fields") {
  CHECK(After("f'{{\"' |") == " |");
  CHECK(After("f'\\N{LEFT CURLY BRACKET}' |") == " |");
  CHECK(After("f'\\{x['a']}' |") == " |");
  CHECK(After("fr'\\N{x['a']}' |") == " |");
}

TEST_CASE("a word before the quote that is no prefix means a plain string") {
  CHECK(After("if'{' |") == " |");
  CHECK(After("b'{' |") == " |");
  CHECK(After("f'{' |") == "open");
}

TEST_CASE("formatted strings nest no deeper than in CPython") {
  std::string source;
  for (int i = 0; i < 100000; ++i) source += "f'{";
  CHECK(After(source) == "too deep");
}

}  // namespace
}  // namespace dxpy::syntax
