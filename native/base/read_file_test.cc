#include "base/read_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "testing/temp_folder.h"

namespace dxpy {
namespace {

TEST_CASE("a file is read whole, with what it was") {
  const testing::TempFolder folder;
  std::vector<char> bytes(7, 'x');
  for (const std::string& text : {std::string(), std::string("a"), std::string(100'000, 'b')}) {
    const std::string path = folder.Write("file", text);
    bool unchanged = false;
    const auto seen = ReadFile(path, bytes, unchanged);
    REQUIRE(seen.has_value());
    struct stat status{};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK(*seen == ToFileStat(status));
    CHECK(seen->size_bytes == static_cast<int64_t>(text.size()));
    CHECK(std::string(bytes.begin(), bytes.end()) == text);
    CHECK(unchanged);
  }
}

TEST_CASE("times have nanoseconds and may lie before 1970") {
  const testing::TempFolder folder;
  const std::string path = folder.Write("file", "");
  const timespec times[2] = {{0, 0}, {-2, 5}};
  REQUIRE(utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
  std::vector<char> bytes;
  CHECK(ReadFile(path, bytes)->mtime_ns == -1'999'999'995);
}

TEST_CASE("what is not a file in reach is not read") {
  const testing::TempFolder folder;
  std::vector<char> bytes;
  CHECK_FALSE(ReadFile(folder.At("gone"), bytes));
  CHECK(errno == ENOENT);
  CHECK_FALSE(ReadFile(folder.At(""), bytes));
  CHECK(errno == EINVAL);
  REQUIRE(mkfifo(folder.At("pipe").c_str(), 0600) == 0);
  CHECK_FALSE(ReadFile(folder.At("pipe"), bytes));
}

}  // namespace
}  // namespace dxpy
