#include "index/index_format.h"

#include <doctest/doctest.h>

#include <string>

#include "index/test_support.h"

namespace dxpy::index {
namespace {

/// "00 01 ff"
std::string Hex(std::span<const std::byte> bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string hex;
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<unsigned>(byte);
    if (!hex.empty()) hex += ' ';
    hex += kDigits[value / 16];
    hex += kDigits[value % 16];
  }
  return hex;
}

// The example of docs/formats/index.md.
TEST_CASE("an index is these bytes") {
  const IndexedFile file = {.exact = true,
                            .reason = "",
                            .tests = {{"test_x", 3, {"slow"}}},
                            .imports = {{"os", 0, 1, {}}},
                            .symbols = {{"test_x", SymbolKind::kFunction, 3, 4, 0x1122}},
                            .blob = ""};
  const FileStat stat = {.size_bytes = 60, .mtime_ns = 1, .ctime_ns = 2, .inode = 5};
  const std::vector<std::byte> bytes =
      Draft(/*rules_hash=*/7).Add("t.py", file, stat, /*read_ns=*/0x12A05F202).Bytes();
  const std::string header =
      "44 58 54 49 0d 0c 0b 0a 01 00 00 00 01 00 00 00 28 01 00 00 00 00 00 00 "
      "07 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00 d3 64 1f 78 a5 8e 56 2f "
      "bf 67 8c 3b eb b4 fe 83 ";
  const std::string table =
      "a3 48 c0 2d 46 12 da c5 00 00 00 00 04 00 00 00 3c 00 00 00 00 00 00 00 "
      "01 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 05 00 00 00 00 00 00 00 "
      "a3 48 c0 2d 46 12 da c5 02 f2 05 2a 01 00 00 00 a0 00 00 00 00 00 00 00 "
      "f4 b2 5d f3 5b 09 3f 8f 88 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00 ";
  const std::string paths = "74 2e 70 79 00 00 00 00 ";
  const std::string block =
      "01 00 00 00 01 00 00 00 01 00 00 00 01 00 00 00 0c 00 00 00 01 00 00 00 "
      "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
      "22 11 00 00 00 00 00 00 00 00 00 00 06 00 00 00 01 00 00 00 03 00 00 00 "
      "04 00 00 00 00 00 00 00 "
      "06 00 00 00 02 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 "
      "00 00 00 00 06 00 00 00 03 00 00 00 00 00 00 00 01 00 00 00 "
      "08 00 00 00 04 00 00 00 "
      "74 65 73 74 5f 78 6f 73 73 6c 6f 77";
  std::string expected = header;
  expected += table;
  expected += paths;
  expected += block;
  CHECK(Hex(bytes) == expected);
}

}  // namespace
}  // namespace dxpy::index
