#include <doctest/doctest.h>

#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "codec/messages.h"

namespace dxpy::codec {

// cereal's own loading, without any check: the twin of ours for archives that are whole.
template <typename Archive>
void load(Archive& archive, UnitSpec& unit) {
  archive(unit.key, unit.argument, unit.only, unit.skip);
}
template <typename Archive>
void load(Archive& archive, UnitEntry& unit) {
  archive(unit.key, unit.argument, unit.size_bytes);
}
template <typename Archive>
void load(Archive& archive, ItemEntry& item) {
  archive(item.node_id, item.path, item.line, item.domain);
}

namespace {

std::span<const std::byte> AsBytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

template <typename Call>
std::string Thrown(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

std::string Decode(const std::string& payload, const UnitSpec& /*type*/) {
  return Thrown([&] { (void)DecodeUnitSpec(AsBytes(payload)); });
}
std::string Decode(const std::string& payload, const UnitList& /*type*/) {
  return Thrown([&] { (void)DecodeUnitList(AsBytes(payload)); });
}
std::string Decode(const std::string& payload, const ItemList& /*type*/) {
  return Thrown([&] { (void)DecodeItemList(AsBytes(payload)); });
}

template <typename Record>
Record LoadWithCereal(const std::string& payload) {
  std::istringstream stream(payload);
  cereal::PortableBinaryInputArchive archive(stream);
  Record record;
  archive(record);
  return record;
}

const UnitSpec kUnit = {"tests/test_a.py", 3, {"a::b", ""}, {"c"}};
const UnitList kUnits = {{"a.py", 0, 10}, {"", 4, std::numeric_limits<uint64_t>::max()}};
const ItemList kItems = {{"a.py::t", "a.py", 12, "t"}, {"b", "", -1, ""}};

TEST_CASE("records come back as they were") {
  CHECK(DecodeUnitSpec(AsBytes(Encode(kUnit))) == kUnit);
  CHECK(DecodeUnitSpec(AsBytes(Encode(UnitSpec{}))) == UnitSpec{});
  CHECK(DecodeUnitList(AsBytes(Encode(kUnits))) == kUnits);
  CHECK(DecodeUnitList(AsBytes(Encode(UnitList{}))).empty());
  CHECK(DecodeItemList(AsBytes(Encode(kItems))) == kItems);
  CHECK(DecodeItemList(AsBytes(Encode(ItemList{}))).empty());
}

TEST_CASE("cuts and hashes come back as they were") {
  CHECK(DecodeCuts(AsBytes(EncodeCuts({1, 2, 9})), 10) == Cuts{1, 2, 9});
  CHECK(DecodeCuts(AsBytes(EncodeCuts({})), 0).empty());
  CHECK(DecodeHash(AsBytes(EncodeHash(0x0123'4567'89AB'CDEF))) == 0x0123'4567'89AB'CDEF);
}

TEST_CASE("cuts that no unit can have are refused") {
  const auto decode = [](const Cuts& cuts, uint32_t items) {
    return Thrown([&] { (void)DecodeCuts(AsBytes(EncodeCuts(cuts)), items); });
  };
  CHECK(decode({0}, 3) == "cuts: entry 0: position: 0 is not above 0 and below 3");
  CHECK(decode({3}, 3) == "cuts: entry 0: position: 3 is not above 0 and below 3");
  CHECK(decode({2, 2}, 3) == "cuts: entry 1: position: 2 is not above 2 and below 3");
  const std::string hash = EncodeHash(7);
  CHECK(Thrown([&] { (void)DecodeHash(AsBytes(hash.substr(0, 5))); }) ==
        "hash: hash: 8 bytes needed, 4 left");
  CHECK(Thrown([&] { (void)DecodeHash(AsBytes(hash + "x")); }) == "hash: 1 bytes follow its end");
}

// The example of docs/formats/messages.md.
TEST_CASE("a unit spec is these bytes") {
  const std::string one = std::string("\x01\0\0\0\0\0\0\0", 8);
  const std::string zero(8, '\0');
  CHECK(Encode(UnitSpec{"a", 2, {"b"}, {}}) ==
        std::string("\x01") + one + "a" + std::string("\x02\0\0\0", 4) + one + one + "b" + zero);
}

/// Texts of many kinds: empty, long, with zeros, with bytes that are no UTF-8.
class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}
  uint64_t Number() { return (uint64_t{random_()} << 32 | random_()) >> (random_() % 64); }
  size_t Count() { return random_() % 4; }
  std::string Text() {
    std::string text(random_() % 8 == 0 ? random_() % 5000 : random_() % 12, '\0');
    for (char& c : text) c = static_cast<char>(random_());
    return text;
  }
  std::vector<std::string> Texts() {
    std::vector<std::string> texts(Count());
    for (std::string& text : texts) text = Text();
    return texts;
  }
  UnitSpec Spec() { return {Text(), static_cast<uint32_t>(Number()), Texts(), Texts()}; }
  UnitList Units() {
    UnitList units(Count());
    for (UnitEntry& unit : units) unit = {Text(), static_cast<uint32_t>(Number()), Number()};
    return units;
  }
  ItemList Items() {
    ItemList items(Count());
    for (ItemEntry& item : items) item = {Text(), Text(), static_cast<int64_t>(Number()), Text()};
    return items;
  }

 private:
  std::mt19937 random_;
};

TEST_CASE("generated records come back as they were, from our loading and from cereal's") {
  for (uint32_t seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    Generator generate(seed);
    const UnitSpec unit = generate.Spec();
    REQUIRE(DecodeUnitSpec(AsBytes(Encode(unit))) == unit);
    REQUIRE(LoadWithCereal<UnitSpec>(Encode(unit)) == unit);
    const UnitList units = generate.Units();
    REQUIRE(DecodeUnitList(AsBytes(Encode(units))) == units);
    REQUIRE(LoadWithCereal<UnitList>(Encode(units)) == units);
    const ItemList items = generate.Items();
    REQUIRE(DecodeItemList(AsBytes(Encode(items))) == items);
    REQUIRE(LoadWithCereal<ItemList>(Encode(items)) == items);
  }
}

template <typename Record>
void CheckEveryCut(const Record& record) {
  const std::string whole = Encode(record);
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
    CAPTURE(bytes);
    CHECK(Decode(whole.substr(0, bytes), record) != "nothing");
  }
  CHECK(Decode(whole, record) == "nothing");
  CHECK(Decode(whole + "xyz", record).ends_with(": 3 bytes follow its end"));
}

TEST_CASE("a record that is cut short anywhere, or goes on, is an error") {
  CheckEveryCut(kUnit);
  CheckEveryCut(kUnits);
  CheckEveryCut(kItems);
}

// A changed byte may make another valid record. It must not do anything else than
// that or an error; above all not allocate what a damaged length says.
template <typename Record>
void ChangeEveryByte(const Record& record) {
  const std::string whole = Encode(record);
  for (size_t byte = 0; byte < whole.size(); ++byte) {
    for (unsigned change = 1; change < 256; ++change) {
      std::string changed = whole;
      changed[byte] = static_cast<char>(static_cast<unsigned char>(changed[byte]) ^ change);
      const std::string error = Decode(changed, record);
      if (byte == 0) REQUIRE(error.find("byte order: ") != std::string::npos);
    }
  }
}

TEST_CASE("a record with any one byte changed is another one or an error") {
  ChangeEveryByte(kUnit);
  ChangeEveryByte(kUnits);
  ChangeEveryByte(kItems);
}

TEST_CASE("errors of a record name record, entry, field and value") {
  const std::string order = "\x01";
  const auto number = [](uint64_t value) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i));
    return bytes;
  };
  CHECK(Decode("", kUnit) == "unit spec: byte order: 1 bytes needed, 0 left");
  CHECK(Decode(std::string(1, '\0'), kUnit) == "unit spec: byte order: 0 is not 1");
  CHECK(Decode("\xFF", kItems) == "item list: byte order: 255 is not 1");
  CHECK(Decode(order + "1234567", kUnit) == "unit spec: key: 8 bytes needed, 7 left");
  CHECK(Decode(order + number(5) + "abc", kUnit) ==
        "unit spec: key: length 5 exceeds the 3 bytes left");
  CHECK(Decode(order + number(uint64_t{1} << 60), kUnit) ==
        "unit spec: key: length 1152921504606846976 exceeds the 0 bytes left");
  CHECK(Decode(order + number(1) + "a" + "123", kUnit) ==
        "unit spec: argument: 4 bytes needed, 3 left");
  CHECK(Decode(order + number(0) + "1234" + number(2) + number(0), kUnit) ==
        "unit spec: only: length 2 exceeds the 8 bytes left");
  CHECK(Decode(order + number(0) + "1234" + number(0) + number(~uint64_t{0}), kUnit) ==
        "unit spec: skip: length 18446744073709551615 exceeds the 0 bytes left");
  CHECK(Decode(order + number(1) + std::string(19, 'x'), kUnits) ==
        "unit list: entries: length 1 exceeds the 19 bytes left");
  CHECK(Decode(order + number(2) + number(0) + std::string(12, 'x') + number(99) +
                   std::string(12, 'x'),
               kUnits) == "unit list: entry 1: key: length 99 exceeds the 12 bytes left");
  CHECK(Decode(order + number(1) + number(0) + number(0) + number(7) + number(1), kItems) ==
        "item list: entry 0: domain: length 1 exceeds the 0 bytes left");
}

}  // namespace
}  // namespace dxpy::codec
