#include "syntax/scan.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "syntax/outline_dump.h"

namespace dxpy::syntax {
namespace {

/// A directory that is gone after the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dxpy-scan-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string Path(const std::string& name) const { return path_ / name; }
  [[nodiscard]] std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }

 private:
  std::filesystem::path path_;
};

TEST_CASE("files are scanned in the order of their paths") {
  const Folder folder;
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
  const Folder folder;
  const std::vector<std::string> paths = {folder.Path("gone"), folder.Path(""),
                                          folder.Write("empty", "")};
  const std::vector<FileScan> files = ScanFiles(paths);
  CHECK_FALSE(files[0].readable);
  CHECK_FALSE(files[1].readable);
  CHECK(files[2].readable);
}

TEST_CASE("an outline that is kept points into the bytes that are kept") {
  const Folder folder;
  const std::vector<std::string> paths = {folder.Write("a", "class A(B): pass\n"),
                                          folder.Write("b", "import b\n")};
  const std::vector<FileScan> files = ScanFiles(paths, Keep::kOutlines);
  CHECK(files[0].size_bytes == 17);
  CHECK(Dump(files[0].outline) == "1 class A(B)");
  CHECK(Dump(files[1].outline) == "1 import b");
}

}  // namespace
}  // namespace dxpy::syntax
