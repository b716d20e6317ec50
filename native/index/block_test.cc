#include "index/block.h"

#include <doctest/doctest.h>

#include <string>

#include "index/test_support.h"

namespace dxpy::index {
namespace {

std::optional<BlockView> OpenText(const std::string& block) {
  return BlockView::Open(std::as_bytes(std::span(block)));
}

TEST_CASE("facts come back as they were") {
  for (const IndexedFile& file : {Sample("a"), Sample("dynamic"), IndexedFile{}}) {
    const std::string block = EncodeBlock(file);
    const auto view = OpenText(block);
    REQUIRE(view);
    CHECK(Line(view->Copy()) == Line(file));
    CHECK(view->Copy() == file);
    CHECK(block.size() % kBlockAlignment == 0);
  }
}

TEST_CASE("facts are read in place") {
  const std::string block = EncodeBlock(Sample("a"));
  const auto view = OpenText(block);
  REQUIRE(view);
  CHECK(view->test(1).id == "Test::test[1]");
  CHECK(view->test(1).id.data() > block.data());
  CHECK(view->test(1).id.data() < block.data() + block.size());
  CHECK(view->test(1).marks.size() == 2);
  CHECK(view->test(1).marks[1] == "a");
  CHECK(view->import(1).level == 2);
  CHECK(view->import(1).names[0] == "a");
  CHECK(view->symbol(0).block_hash == 0x1234'5678'9ABC'DEF0);
  CHECK(view->blob() == std::string_view("x\0y", 3));
}

TEST_CASE("a text is kept once") {
  IndexedFile file;
  const std::string mark(1000, 'm');
  for (uint32_t line = 0; line < 100; ++line) file.tests.push_back({mark, line, {mark, mark}});
  CHECK(EncodeBlock(file).size() == sizeof(BlockHeader) + 100 * (sizeof(TestRecord) + 16) + 1000);
}

TEST_CASE("a block of another length is none") {
  const std::string block = EncodeBlock(Sample("a"));
  for (size_t bytes = 0; bytes < block.size(); ++bytes) {
    CAPTURE(bytes);
    CHECK_FALSE(OpenText(block.substr(0, bytes)));
  }
  CHECK_FALSE(OpenText(block + std::string(8, '\0')));
}

// Without a checksum: whatever the bytes, what is read lies within the block.
TEST_CASE("a block with any bytes changed is none or can be read") {
  const std::string block = EncodeBlock(Sample("a"));
  size_t read = 0;
  for (size_t byte = 0; byte < block.size(); ++byte) {
    for (const int value : {0, 1, 0x7F, 0x80, 0xFF}) {
      std::string changed = block;
      changed[byte] = static_cast<char>(value);
      if (const auto view = OpenText(changed)) read += Line(view->Copy()).size();
    }
  }
  CHECK(read > 0);
}

}  // namespace
}  // namespace dxpy::index
