#include <bit>
#include <concepts>
#include <limits>
#include <string>
#include <utility>

#include "base/error.h"
#include "codec/messages.h"

namespace dxpy::codec {

namespace {

/// Appends fields in little-endian order, whatever the machine's own is.
class FieldWriter {
 public:
  explicit FieldWriter(size_t bytes) { bytes_.reserve(bytes); }

  template <std::unsigned_integral T>
  void Add(T value) {
    for (size_t i = 0; i < sizeof(T); ++i)
      bytes_.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i) & 0xFF));
  }
  void Add(double value) { Add(std::bit_cast<uint64_t>(value)); }

  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Takes fields off the front; the caller has checked that they are all there.
class FieldReader {
 public:
  FieldReader(const char* record, std::span<const std::byte> bytes)
      : record_(record), rest_(bytes) {}

  template <std::unsigned_integral T>
  T Take() {
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof(T); ++i) value |= std::to_integer<uint64_t>(rest_[i]) << (8 * i);
    rest_ = rest_.subspan(sizeof(T));
    return static_cast<T>(value);
  }
  double TakeDouble() { return std::bit_cast<double>(Take<uint64_t>()); }

  /// A field that has one right value.
  template <std::unsigned_integral T>
  void Expect(const char* field, T expected) {
    const T value = Take<T>();
    if (value != expected) throw Wrong(field, value, "is not " + std::to_string(expected));
  }

  template <typename Enum>
  Enum TakeEnum(const char* field, Enum first, Enum last) {
    using Value = std::underlying_type_t<Enum>;
    const Value value = Take<Value>();
    if (value < static_cast<Value>(first) || value > static_cast<Value>(last)) {
      throw Wrong(field, value,
                  "is not one of " + std::to_string(static_cast<Value>(first)) + " to " +
                      std::to_string(static_cast<Value>(last)));
    }
    return static_cast<Enum>(value);
  }

  [[nodiscard]] Error Wrong(const char* field, uint64_t value, const std::string& what) const {
    return Error(std::string(record_) + ": " + field + ": " + std::to_string(value) + " " + what);
  }

 private:
  const char* record_;
  std::span<const std::byte> rest_;
};

constexpr const char* kCommandName = "command header";
constexpr const char* kResultName = "result header";

void CheckHeaderIsWhole(const char* record, size_t bytes, size_t header_bytes) {
  if (bytes < header_bytes) {
    throw Error(std::string(record) + ": " + std::to_string(bytes) + " bytes are not the " +
                std::to_string(header_bytes) + " of a header");
  }
}

uint32_t TakePayloadBytes(FieldReader& fields, size_t payload_bytes) {
  const auto value = fields.Take<uint32_t>();
  if (value != payload_bytes) {
    throw fields.Wrong("payload_bytes", value,
                       "is not the " + std::to_string(payload_bytes) + " that follow");
  }
  return value;
}

// The layouts below, added up.
static_assert(kCommandHeaderBytes == 4 + 2 + 2 + 4 + 4 + 8 + 8);
static_assert(kResultHeaderBytes == 4 + 2 + 1 + 1 + 4 + 4 + 4 + 4 + 8 + 8);
static_assert(std::numeric_limits<double>::is_iec559);

}  // namespace

std::string EncodeHeader(const CommandHeader& header) {
  FieldWriter fields(kCommandHeaderBytes);
  fields.Add(kCommandMagic);
  fields.Add(static_cast<uint16_t>(header.kind));
  fields.Add(uint16_t{0});  // reserved
  fields.Add(header.unit);
  fields.Add(header.payload_bytes);
  fields.Add(header.sequence);
  fields.Add(header.grant);
  return fields.Take();
}

std::string EncodeHeader(const ResultHeader& header) {
  FieldWriter fields(kResultHeaderBytes);
  fields.Add(kResultMagic);
  fields.Add(static_cast<uint16_t>(header.kind));
  fields.Add(static_cast<uint8_t>(header.phase));
  fields.Add(static_cast<uint8_t>(header.outcome));
  fields.Add(header.unit);
  fields.Add(header.item);
  fields.Add(header.payload_bytes);
  fields.Add(uint32_t{0});  // reserved
  fields.Add(header.start_seconds);
  fields.Add(header.duration_seconds);
  return fields.Take();
}

CommandHeader DecodeCommand(std::span<const std::byte> message) {
  CheckHeaderIsWhole(kCommandName, message.size(), kCommandHeaderBytes);
  FieldReader fields(kCommandName, message);
  CommandHeader header;
  fields.Expect("magic", kCommandMagic);
  header.kind = fields.TakeEnum("kind", CommandKind::kConfigure, CommandKind::kSpan);
  fields.Expect("reserved", uint16_t{0});
  header.unit = fields.Take<uint32_t>();
  header.payload_bytes = TakePayloadBytes(fields, message.size() - kCommandHeaderBytes);
  header.sequence = fields.Take<uint64_t>();
  if (header.sequence == 0) throw fields.Wrong("sequence", 0, "is not a count from 1");
  header.grant = fields.Take<uint64_t>();
  const bool granted = header.kind == CommandKind::kRun || header.kind == CommandKind::kJoin;
  if (granted && header.grant == 0)
    throw fields.Wrong("grant", 0, "is not a ticket, which a run needs");
  if (!granted && header.grant != 0)
    throw fields.Wrong("grant", header.grant, "is not 0 though this is not a run");
  return header;
}

ResultHeader DecodeResult(std::span<const std::byte> message) {
  CheckHeaderIsWhole(kResultName, message.size(), kResultHeaderBytes);
  FieldReader fields(kResultName, message);
  ResultHeader header;
  fields.Expect("magic", kResultMagic);
  header.kind = fields.TakeEnum("kind", ResultKind::kReady, ResultKind::kEnding);
  header.phase = fields.TakeEnum("phase", Phase::kNone, Phase::kOther);
  header.outcome = fields.TakeEnum("outcome", Outcome::kNone, Outcome::kOther);
  header.unit = fields.Take<uint32_t>();
  header.item = fields.Take<uint32_t>();
  if (header.kind == ResultKind::kNeed && header.item > 1)
    throw fields.Wrong("item", header.item, "is not 0 or 1, which a need must say");
  header.payload_bytes = TakePayloadBytes(fields, message.size() - kResultHeaderBytes);
  fields.Expect("reserved", uint32_t{0});
  // Every bit pattern is a number that a test's own clock may have returned.
  header.start_seconds = fields.TakeDouble();
  header.duration_seconds = fields.TakeDouble();
  return header;
}

}  // namespace dxpy::codec
