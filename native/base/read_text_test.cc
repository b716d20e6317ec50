#include "base/read_text.h"

#include <doctest/doctest.h>

#include <string>

#include "testing/temp_folder.h"

namespace dxpy {
namespace {

TEST_CASE("a file is read whole, and one that is not there says nothing") {
  const testing::TempFolder folder;
  const std::string bytes("a\0b\n", 4);
  folder.Write("file", bytes);
  CHECK(ReadText(folder.path() + "/file") == bytes);
  CHECK(ReadText(folder.path() + "/none").empty());
}

TEST_CASE("so is one that the kernel makes up") {
  CHECK(ReadText("/proc/self/status").starts_with("Name:"));
}

}  // namespace
}  // namespace dxpy
