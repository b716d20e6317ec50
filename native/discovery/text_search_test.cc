#include "discovery/text_search.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "testing/temp_folder.h"

namespace dxpy::discovery {
namespace {

TEST_CASE("FindText answers for each file, in order") {
  const testing::TempFolder tree;
  tree.Write("none", "abc");
  tree.Write("first", "x PYTEST_XDIST_WORKER y");
  tree.Write("second", std::string("a\0workerinput", 13));
  tree.Write("split", "PYTEST_");
  tree.Write("empty");
  std::vector<std::string> paths;
  for (const char* name : {"none", "first", "second", "split", "empty"})
    paths.push_back(tree.At(name));
  const std::vector<std::string> needles = {"PYTEST_XDIST", "workerinput"};
  CHECK(FindText(paths, needles) == std::vector<bool>{false, true, true, false, false});
  CHECK(FindText(paths, {}) == std::vector<bool>(5, false));
}

TEST_CASE("FindText finds what lies at the very end of a large file") {
  const testing::TempFolder tree;
  tree.Write("large", std::string(3'000'000, '\n') + "needle");
  const std::vector<std::string> paths = {tree.At("large")};
  const std::vector<std::string> needles = {"needle"};
  CHECK(FindText(paths, needles).front());
}

TEST_CASE("FindText passes over what is no file: nothing there, a directory, a pipe") {
  const testing::TempFolder tree;
  mkfifo(tree.At("pipe").c_str(), 0600);
  const std::vector<std::string> paths = {tree.At("gone"), tree.path(), tree.At("pipe")};
  const std::vector<std::string> needles = {""};
  CHECK(FindText(paths, needles) == std::vector<bool>(3, false));
}

}  // namespace
}  // namespace dxpy::discovery
