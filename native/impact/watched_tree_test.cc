#include "impact/watched_tree.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

#include "testing/temp_folder.h"

namespace dxpy::impact {
namespace {

TEST_CASE("a path is made absolute as text") {
  WatchedTree tree({}, {});
  CHECK(tree.Absolute("/a/b") == "/a/b");
  CHECK(tree.Absolute("/a//b/./c/../d/") == "/a/b/d");
  CHECK(tree.Absolute("/a/.hidden") == "/a/.hidden");
  CHECK(tree.Absolute("/a/...") == "/a/...");
  CHECK(tree.Absolute("/../..") == "/");
  CHECK(tree.Absolute("/") == "/");
}

TEST_CASE("a relative path is relative to the working directory of this moment") {
  const testing::TempFolder folder;
  WatchedTree tree({}, {});
  std::string before(4096, '\0');
  REQUIRE(::getcwd(before.data(), before.size()) != nullptr);
  REQUIRE(::chdir(folder.path().c_str()) == 0);
  std::string here(4096, '\0');
  REQUIRE(::getcwd(here.data(), here.size()) != nullptr);
  here.resize(here.find('\0'));
  CHECK(tree.Absolute("a/../b") == here + "/b");
  CHECK(tree.Absolute(".") == here);
  CHECK(tree.Absolute("..") == here.substr(0, here.rfind('/')));
  REQUIRE(::chdir("/") == 0);
  CHECK(tree.Absolute("a") == "/a");
  REQUIRE(::chdir(before.c_str()) == 0);
}

TEST_CASE("what is below a root counts, but for what tools keep there") {
  WatchedTree tree({"/p", "/other/"}, {"/p/cache", ""});
  CHECK(tree.Counts("/p"));
  CHECK(tree.Counts("/p/a/b.txt"));
  CHECK(tree.Counts("/other/x"));
  CHECK_FALSE(tree.Counts("/px"));
  CHECK_FALSE(tree.Counts("/"));
  CHECK_FALSE(tree.Counts("/p/cache"));
  CHECK_FALSE(tree.Counts("/p/cache/v/lastfailed"));
  CHECK(tree.Counts("/p/cached"));
  CHECK_FALSE(tree.Counts("/p/.git/HEAD"));
  CHECK_FALSE(tree.Counts("/p/a/__pycache__/a.pyc"));
  CHECK_FALSE(tree.Counts("/p/env/lib/site-packages/a.py"));
  CHECK(tree.Counts("/p/.gitignore"));
  CHECK_FALSE(tree.Counts("/p/.coverage"));
  CHECK_FALSE(tree.Counts("/p/.coverage.host.1"));
  CHECK(tree.Counts("/p/.coveragerc"));
  tree.Exclude("/p/base");
  CHECK_FALSE(tree.Counts("/p/base/test_a0/file"));
}

}  // namespace
}  // namespace dxpy::impact
