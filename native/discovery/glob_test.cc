#include "discovery/glob.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

#include "discovery/fs_text.h"

namespace dxpy::discovery {
namespace {

// Those of `names` that match, as a line.
std::string Matching(std::string_view pattern, std::initializer_list<const char*> names) {
  const Glob glob(pattern);
  std::string line;
  for (const char* name : names) {
    if (!glob.Matches(name)) continue;
    if (!line.empty()) line += ' ';
    line += name;
  }
  return line;
}

bool MatchesPath(std::string_view pattern, std::string_view path) {
  return PathGlob(pattern).Matches(path, path.substr(path.rfind('/') + 1));
}

TEST_CASE("stars and question marks") {
  CHECK(Matching("test_*.py", {"test_a.py", "test_.py", "atest_.py", "test_a.pyc"}) ==
        "test_a.py test_.py");
  CHECK(Matching("*a*b", {"ab", "xaxbxb", "xbxa", "a/b", ".ab"}) == "ab xaxbxb a/b .ab");
  CHECK(Matching("a?", {"a", "ab", "abc"}) == "ab");
  CHECK(Matching("***", {"b", "a"}) == "b a");
  CHECK(Glob("*").Matches(""));
  CHECK(Matching("", {"", "a"}) == "");
}

TEST_CASE("sets and ranges") {
  CHECK(Matching("[a-c]", {"a", "b", "c", "d", "-"}) == "a b c");
  CHECK(Matching("[!a-c]", {"a", "d", "!"}) == "d !");
  CHECK(Matching("[^a]", {"^", "a", "b"}) == "^ a");
  CHECK(Matching("[]x]", {"]", "x", "[]x]"}) == "] x");
  CHECK(Matching("[!]]", {"]", "x"}) == "x");
  CHECK(Matching("[-a]", {"-", "a", "b"}) == "- a");
  CHECK(Matching("[a-]", {"-", "a", "b"}) == "- a");
}

TEST_CASE("brackets that do not close stand for themselves") {
  CHECK(Matching("[ab", {"[ab", "a"}) == "[ab");
  CHECK(Matching("[!]", {"[!]", "a"}) == "[!]");
  CHECK(Matching("[]", {"[]", "a"}) == "[]");
}

TEST_CASE("ranges that run backwards are taken out first") {
  CHECK(Matching("[b-a]", {"a", "b", "-"}) == "");
  CHECK(Matching("[!b-a]", {"a", "b", "-"}) == "a b -");
  CHECK(Matching("[c-b-a]", {"a", "b", "c", "-"}) == "a -");
  CHECK(Matching("[b-a!x]", {"x", "y", "!"}) == "y !");
  CHECK(Matching("[b-a!-z]", {"-", "z", "y", "!"}) == "y !");
}

TEST_CASE("a character is a code point, or a byte that is not UTF-8") {
  CHECK(Matching("?", {"\xc3\xa9", "\xff", "\xc3\xa9x", "\xed\xa0\x80"}) == "\xc3\xa9 \xff");
  CHECK(Matching("[\xc3\xa0-\xc3\xaf]", {"\xc3\xa9", "\xc3", "e"}) == "\xc3\xa9");
  CHECK(Matching("???", {"\xed\xa0\x80", "\xf0\x9f\x98"}) == "\xed\xa0\x80 \xf0\x9f\x98");
}

TEST_CASE("FsDecode gives the strings of os.fsdecode") {
  CHECK(FsDecode("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") == U"a\u00e9\u20ac\U0001F600");
  const std::u32string escaped = {0xDCC0, 0xDC80, 0xDCF5};
  CHECK(FsDecode("\xc0\x80\xf5") == escaped);
}

TEST_CASE("a pattern with a slash is matched against the whole path") {
  CHECK(MatchesPath("build", "/a/build"));
  CHECK_FALSE(MatchesPath("build", "/build/a"));
  CHECK(MatchesPath("a/b*", "/x/a/build"));
  CHECK_FALSE(MatchesPath("a/b*", "/x/ba/x"));
  CHECK(MatchesPath("/x/*", "/x/a/build"));
  CHECK_FALSE(MatchesPath("/a/*", "/x/a/build"));
}

}  // namespace
}  // namespace dxpy::discovery
