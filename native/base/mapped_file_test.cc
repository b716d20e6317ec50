#include "base/mapped_file.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <filesystem>

#include "testing/temp_folder.h"

namespace dxpy {
namespace {

/// A file that is gone after the test.
struct TempFile {
  explicit TempFile(const std::string& text) : path(folder.Write("file", text)) {}
  testing::TempFolder folder;
  const std::string path;
};

std::string Text(const std::optional<MappedFile>& file) {
  if (!file) return "no file";
  return {reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()};
}

TEST_CASE("a file is mapped whole, an empty one too") {
  CHECK(Text(MappedFile::Open(TempFile("abc").path)) == "abc");
  CHECK(Text(MappedFile::Open(TempFile("").path)).empty());
}

TEST_CASE("a mapping moves, and outlives its file's name") {
  std::optional<MappedFile> first = MappedFile::Open(TempFile("abc").path);
  std::optional<MappedFile> second(std::move(first));
  CHECK(first->bytes().empty());  // NOLINT: what a move leaves is what is tested
  CHECK(Text(second) == "abc");
  *second = std::move(*MappedFile::Open(TempFile("d").path));
  CHECK(Text(second) == "d");
}

TEST_CASE("what cannot be mapped says why") {
  const TempFile file("");
  CHECK_FALSE(MappedFile::Open(file.path + "gone"));
  CHECK(errno == ENOENT);
  CHECK_FALSE(MappedFile::Open(std::filesystem::temp_directory_path()));
  CHECK(errno == EISDIR);
}

}  // namespace
}  // namespace dxpy
