#include "base/packed.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

namespace dxpy {
namespace {

TEST_CASE("what was packed is read again") {
  PackedWriter writer;
  const std::vector<uint64_t> numbers = {0, 1, 127, 128, 300, UINT32_MAX, UINT64_MAX};
  for (const uint64_t number : numbers) writer.Number(number);
  for (const char* text : {"a", "", "b", "a"}) writer.Text(text);
  writer.Double(-0.25);
  writer.Bytes(std::array<uint8_t, 16>{1, 2, 3});
  const std::string bytes = writer.Finish(7);
  PackedReader reader(bytes, 7);
  for (const uint64_t number : numbers) CHECK(reader.Number() == number);
  for (const char* text : {"a", "", "b", "a"}) CHECK(reader.Text() == text);
  CHECK(reader.Double() == -0.25);
  CHECK(reader.Bytes16() == std::array<uint8_t, 16>{1, 2, 3});
  CHECK(reader.is_at_end());
}

TEST_CASE("a text that is used again takes a byte") {
  PackedWriter writer;
  for (int i = 0; i < 3; ++i) writer.Text("shop/tax.py");
  // version, count, size, the text, three places
  CHECK(writer.Finish(1) == std::string("\1\1\13shop/tax.py\0\0\0", 17));
}

/// Whether `bytes` are a number that takes all of them.
bool IsNumber(const std::string& bytes, uint64_t most = UINT64_MAX) {
  const std::string all = std::string("\1\0", 2) + bytes;
  PackedReader reader(all, 1);
  reader.Number(most);
  return reader.is_at_end();
}

TEST_CASE("what is no number is not read") {
  CHECK(IsNumber("\x7F"));
  CHECK_FALSE(IsNumber(""));
  CHECK_FALSE(IsNumber("\x80"));
  CHECK_FALSE(IsNumber(std::string("\x80\0", 2)));  // a needless byte
  CHECK(IsNumber("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"));
  CHECK_FALSE(IsNumber("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"));
  CHECK_FALSE(IsNumber("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"));
  CHECK(IsNumber("\x05", 5));
  CHECK_FALSE(IsNumber("\x05", 4));
}

TEST_CASE("counts and places beyond the bytes are not followed") {
  for (const std::string& bytes :
       {std::string(), std::string("\2\0", 2), std::string("\1\xFF\xFF\xFF\xFF\x0F", 6),
        std::string("\1\1\5ab", 5), std::string("\1\1", 2)}) {
    PackedReader reader(bytes, 1);
    CHECK_FALSE(reader.is_ok());
    CHECK(reader.Text().empty());
    CHECK(reader.Number() == 0);
    CHECK(reader.Double() == 0);
    CHECK_FALSE(reader.is_at_end());
  }
  const std::string one_text("\1\1\1a\1", 5);
  PackedReader reader(one_text, 1);
  CHECK(reader.is_ok());
  CHECK(reader.Text().empty());  // the second of one
  CHECK_FALSE(reader.is_ok());
}

}  // namespace
}  // namespace dxpy
