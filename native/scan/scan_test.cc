#include "scan/scan.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "syntax/outline_dump.h"
#include "testing/temp_folder.h"

namespace dxpy::scan {
namespace {

TEST_CASE("files are scanned in the order of their paths") {
  const testing::TempFolder folder;
  std::vector<std::string> paths;
  for (size_t i = 0; i < 50; ++i) {
    std::string text;
    for (size_t k = 0; k < i; ++k) text += "def test_" + std::to_string(k) + "(): pass\n";
    paths.push_back(folder.Write(std::to_string(i), text));
  }
  const std::vector<FileScan> files = ScanFiles(paths);
  for (size_t i = 0; i < files.size(); ++i) CHECK(files[i].tests == i);
}

TEST_CASE("a file that cannot be read is said to be so") {
  const testing::TempFolder folder;
  const std::vector<std::string> paths = {folder.At("gone"), folder.At(""),
                                          folder.Write("empty", "")};
  const std::vector<FileScan> files = ScanFiles(paths);
  CHECK_FALSE(files[0].readable);
  CHECK_FALSE(files[1].readable);
  CHECK(files[2].readable);
}

TEST_CASE("an outline that is kept points into the bytes that are kept") {
  const testing::TempFolder folder;
  const std::vector<std::string> paths = {folder.Write("a", "class A(B): pass\n"),
                                          folder.Write("b", "import b\n")};
  const std::vector<FileScan> files = ScanFiles(paths, Keep::kOutlines);
  CHECK(files[0].size_bytes == 17);
  CHECK(Dump(files[0].outline) == "1 class A(B)");
  CHECK(Dump(files[1].outline) == "1 import b");
}

}  // namespace
}  // namespace dxpy::scan
