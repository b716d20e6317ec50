#include "base/hash.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>

namespace dxpy {
namespace {

std::string Sample(size_t bytes) {
  std::string sample;
  for (size_t i = 0; i < bytes; ++i) sample += static_cast<char>(i * 7 % 256);
  return sample;
}

TEST_CASE("Hash64 is XXH64") {
  struct Row {
    size_t bytes;
    uint64_t hash;
    uint64_t seeded;
  };
  // From the reference implementation.
  constexpr std::array kRows = {
      Row{0, 0xEF46DB3751D8E999U, 0x62EA3B7B096560F4U},
      Row{1, 0xE934A84ADB052768U, 0xA2B4B9C5499563CFU},
      Row{3, 0x9FF70A635A6209ABU, 0x06A34C16D7FFFCB4U},
      Row{4, 0xAE5ACDC00A55AC41U, 0x49A05546DCB3BCA5U},
      Row{7, 0xD734A6B26F3DA63EU, 0x6987AB2119232AECU},
      Row{8, 0x87116B3365B924EBU, 0xDEC2082BC19BB6AFU},
      Row{12, 0x14B8433B9A14E611U, 0xD0E357673305B0DEU},
      Row{31, 0x0F187C62B1E722B7U, 0x750BB4AFC42A94FEU},
      Row{32, 0x91B0CB0931A8C629U, 0x55B989289264F4B3U},
      Row{33, 0x931B043CF8D65B94U, 0xC6EC4B03D29ABB01U},
      Row{63, 0x219110BF13E2FA26U, 0x7238A6902E68951CU},
      Row{64, 0xBF3052E3445775D0U, 0x9A95C81F4FA88992U},
      Row{100, 0x8E2272C08247D5DBU, 0x162E6F9306320BE1U},
      Row{101, 0x42312F4D55D9BD17U, 0x7724602A245FE07AU},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.bytes);
    CHECK(Hash64(Sample(row.bytes)) == row.hash);
    CHECK(Hash64(Sample(row.bytes), (uint64_t{1} << 63) + 5) == row.seeded);
  }
  CHECK(Hash64("abc") == 0x44BC2CF5AD770999U);
}

TEST_CASE("each bit counts") {
  const std::string sample = Sample(101);
  std::set<uint64_t> hashes = {Hash64(sample)};
  for (size_t bit = 0; bit < sample.size() * 8; ++bit) {
    std::string changed = sample;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    hashes.insert(Hash64(changed));
  }
  CHECK(hashes.size() == sample.size() * 8 + 1);
}

}  // namespace
}  // namespace dxpy
