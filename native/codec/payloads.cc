#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <cstdint>
#include <optional>
#include <sstream>
#include <streambuf>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "codec/messages.h"

// Saving is cereal's own way. Loading is not: cereal resizes a string or vector to
// whatever length stands in the bytes before it reads on, so eight bad bytes cost
// all memory. PayloadReader looks at each length first. Both sides write and read
// the same archive, which messages_test.cc proves with cereal's own loading.

namespace dxpy::codec {

// Found by cereal through argument-dependent lookup.
template <typename Archive>
void save(Archive& archive, const UnitSpec& unit) {
  archive(unit.key, unit.argument, unit.only, unit.skip);
}

template <typename Archive>
void save(Archive& archive, const UnitEntry& unit) {
  archive(unit.key, unit.argument, unit.size_bytes);
}

template <typename Archive>
void save(Archive& archive, const ItemEntry& item) {
  archive(item.node_id, item.path, item.line, item.domain);
}

namespace {

using Bytes = std::span<const std::byte>;

// The least bytes that each takes, to check a count before anything is allocated.
constexpr size_t kTextBytes = sizeof(cereal::size_type);
constexpr size_t kUnitEntryBytes = kTextBytes + sizeof(uint32_t) + sizeof(uint64_t);
constexpr size_t kItemEntryBytes = 3 * kTextBytes + sizeof(int64_t);

/// A stream over memory that is read in place.
class SpanBuffer : public std::streambuf {
 public:
  explicit SpanBuffer(Bytes bytes) {
    // setg wants writable characters; nothing here writes to them.
    char* begin = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
    setg(begin, begin, begin + bytes.size());
  }
  [[nodiscard]] size_t left() const { return static_cast<size_t>(egptr() - gptr()); }
};

/// Reads cereal's portable binary archive. Every read is preceded by a look at the
/// bytes that are left, so cereal never meets the end of its stream.
class PayloadReader {
 public:
  PayloadReader(const char* record, Bytes payload)
      : record_(record), buffer_(payload), stream_(&buffer_) {
    CheckByteOrder(payload);
    archive_.emplace(stream_);
  }

  /// From here on messages name this entry of the list; see Entry in messages.md.
  void BeginEntry(size_t entry) { entry_ = entry; }

  template <typename T>
    requires std::is_arithmetic_v<T>
  T Number(const char* field) {
    if (buffer_.left() < sizeof(T)) {
      throw Wrong(field, std::to_string(sizeof(T)) + " bytes needed, " +
                             std::to_string(buffer_.left()) + " left");
    }
    T value{};
    (*archive_)(value);
    return value;
  }

  /// How many elements follow, each of at least `element_bytes`.
  size_t Count(const char* field, size_t element_bytes) {
    const auto count = Number<cereal::size_type>(field);
    if (count > buffer_.left() / element_bytes) {
      throw Wrong(field, "length " + std::to_string(count) + " exceeds the " +
                             std::to_string(buffer_.left()) + " bytes left");
    }
    return static_cast<size_t>(count);
  }

  std::string Text(const char* field) {
    std::string text(Count(field, 1), '\0');
    (*archive_)(cereal::binary_data(text.data(), text.size()));
    return text;
  }

  std::vector<std::string> Texts(const char* field) {
    std::vector<std::string> texts(Count(field, kTextBytes));
    for (std::string& text : texts) text = Text(field);
    return texts;
  }

  void ExpectEnd() const {
    if (buffer_.left() != 0) {
      throw Error(std::string(record_) + ": " + std::to_string(buffer_.left()) +
                  " bytes follow its end");
    }
  }

  [[nodiscard]] Error Wrong(const char* field, const std::string& what) const {
    const std::string entry = entry_ ? "entry " + std::to_string(*entry_) + ": " : "";
    return Error(std::string(record_) + ": " + entry + field + ": " + what);
  }

 private:
  // cereal takes any value here, and 0 as big-endian, which nobody writes.
  void CheckByteOrder(Bytes payload) const {
    if (payload.empty()) throw Wrong("byte order", "1 bytes needed, 0 left");
    const auto order = std::to_integer<unsigned>(payload.front());
    if (order != 1) throw Wrong("byte order", std::to_string(order) + " is not 1");
  }

  const char* record_;
  SpanBuffer buffer_;
  std::istream stream_;
  std::optional<cereal::PortableBinaryInputArchive> archive_;
  std::optional<size_t> entry_;
};

template <typename Record>
std::string EncodeRecord(const Record& record) {
  std::ostringstream stream;
  {
    using Archive = cereal::PortableBinaryOutputArchive;
    Archive archive(stream, Archive::Options::LittleEndian());
    archive(record);
  }
  return std::move(stream).str();
}

template <typename Entry, typename ReadEntry>
std::vector<Entry> DecodeList(const char* record, Bytes payload, size_t entry_bytes,
                              ReadEntry read_entry) {
  PayloadReader reader(record, payload);
  std::vector<Entry> entries(reader.Count("entries", entry_bytes));
  for (size_t i = 0; i < entries.size(); ++i) {
    reader.BeginEntry(i);
    read_entry(reader, entries[i]);
  }
  reader.ExpectEnd();
  return entries;
}

}  // namespace

std::string Encode(const UnitSpec& unit) { return EncodeRecord(unit); }
std::string Encode(const UnitList& units) { return EncodeRecord(units); }
std::string Encode(const ItemList& items) { return EncodeRecord(items); }
std::string EncodeCuts(const Cuts& cuts) { return EncodeRecord(cuts); }
std::string EncodeHash(uint64_t hash) { return EncodeRecord(hash); }

UnitSpec DecodeUnitSpec(Bytes payload) {
  PayloadReader reader("unit spec", payload);
  UnitSpec unit;
  unit.key = reader.Text("key");
  unit.argument = reader.Number<uint32_t>("argument");
  unit.only = reader.Texts("only");
  unit.skip = reader.Texts("skip");
  reader.ExpectEnd();
  return unit;
}

UnitList DecodeUnitList(Bytes payload) {
  return DecodeList<UnitEntry>("unit list", payload, kUnitEntryBytes,
                               [](PayloadReader& reader, UnitEntry& unit) {
                                 unit.key = reader.Text("key");
                                 unit.argument = reader.Number<uint32_t>("argument");
                                 unit.size_bytes = reader.Number<uint64_t>("size_bytes");
                               });
}

ItemList DecodeItemList(Bytes payload) {
  return DecodeList<ItemEntry>("item list", payload, kItemEntryBytes,
                               [](PayloadReader& reader, ItemEntry& item) {
                                 item.node_id = reader.Text("node_id");
                                 item.path = reader.Text("path");
                                 item.line = reader.Number<int64_t>("line");
                                 item.domain = reader.Text("domain");
                               });
}

Cuts DecodeCuts(Bytes payload, uint32_t items) {
  uint32_t last = 0;
  return DecodeList<uint32_t>(
      "cuts", payload, sizeof(uint32_t), [&](PayloadReader& reader, uint32_t& cut) {
        cut = reader.Number<uint32_t>("position");
        if (cut <= last || cut >= items) {
          throw reader.Wrong("position", std::to_string(cut) + " is not above " +
                                             std::to_string(last) + " and below " +
                                             std::to_string(items));
        }
        last = cut;
      });
}

uint64_t DecodeHash(Bytes payload) {
  PayloadReader reader("hash", payload);
  const auto hash = reader.Number<uint64_t>("hash");
  reader.ExpectEnd();
  return hash;
}

}  // namespace dxpy::codec
