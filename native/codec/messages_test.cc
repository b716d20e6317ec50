#include "codec/messages.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>

#include "base/error.h"

namespace dxpy::codec {
namespace {

std::span<const std::byte> AsBytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// What `call` throws, or "nothing".
template <typename Call>
std::string Thrown(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

/// "00 01 ff"
std::string Hex(const std::string& bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto value = static_cast<unsigned char>(c);
    if (!hex.empty()) hex += ' ';
    hex += kDigits[value / 16];
    hex += kDigits[value % 16];
  }
  return hex;
}

constexpr CommandHeader kRunCommand = {
    .kind = CommandKind::kRun, .unit = 7, .sequence = 3, .grant = 0x0102, .payload_bytes = 5};
constexpr ResultHeader kPhaseResult = {.kind = ResultKind::kPhase,
                                       .phase = Phase::kCall,
                                       .outcome = Outcome::kPassed,
                                       .unit = 7,
                                       .item = 1,
                                       .start_seconds = 1.5,
                                       .duration_seconds = -0.25,
                                       .payload_bytes = 5};

std::string CommandMessage() { return EncodeHeader(kRunCommand) + "12345"; }
std::string ResultMessage() { return EncodeHeader(kPhaseResult) + "12345"; }

// The examples of docs/formats/messages.md.
TEST_CASE("the headers are these bytes") {
  CHECK(Hex(EncodeHeader(kRunCommand)) ==
        "44 58 31 43 03 00 00 00 07 00 00 00 05 00 00 00 "
        "03 00 00 00 00 00 00 00 02 01 00 00 00 00 00 00");
  CHECK(Hex(EncodeHeader(kPhaseResult)) ==
        "44 58 31 52 07 00 02 01 07 00 00 00 01 00 00 00 05 00 00 00 00 00 00 00 "
        "00 00 00 00 00 00 f8 3f 00 00 00 00 00 00 d0 bf");
}

TEST_CASE("a command comes back as it was") {
  for (uint16_t kind = 1; kind <= 6; ++kind) {
    CommandHeader header = kRunCommand;
    header.kind = static_cast<CommandKind>(kind);
    header.grant = header.kind == CommandKind::kRun ? ~uint64_t{0} : 0;
    header.unit = kNone - kind;
    const std::string message = EncodeHeader(header) + "12345";
    CHECK(EncodeHeader(DecodeCommand(AsBytes(message))) + "12345" == message);
  }
}

TEST_CASE("a result comes back as it was, whatever a test did to the clock") {
  using Limits = std::numeric_limits<double>;
  for (const double seconds : {0.0, -0.0, -1e300, 1e300, Limits::infinity(), Limits::quiet_NaN(),
                               Limits::denorm_min(), 1'700'000'000.123456}) {
    for (uint8_t value = 0; value <= 4; ++value) {
      ResultHeader header = kPhaseResult;
      header.phase = static_cast<Phase>(value);
      header.outcome = static_cast<Outcome>(4 - value);
      header.start_seconds = seconds;
      header.duration_seconds = -seconds;
      const std::string message = EncodeHeader(header) + "12345";
      CHECK(EncodeHeader(DecodeResult(AsBytes(message))) + "12345" == message);
    }
  }
}

/// A field of a header: its name in messages, and where it ends.
struct Field {
  const char* name;
  size_t end;
};
constexpr Field kCommandFields[] = {{"magic", 4}, {"kind", 6},           {"reserved", 8},
                                    {"unit", 12}, {"payload_bytes", 16}, {"sequence", 24},
                                    {"grant", 32}};
constexpr Field kResultFields[] = {{"magic", 4},          {"kind", 6},
                                   {"phase", 7},          {"outcome", 8},
                                   {"unit", 12},          {"item", 16},
                                   {"payload_bytes", 20}, {"reserved", 24},
                                   {"start_seconds", 32}, {"duration_seconds", 40}};

const char* FieldAt(std::span<const Field> fields, size_t byte) {
  return std::find_if(fields.begin(), fields.end(),
                      [byte](auto& field) { return byte < field.end; })
      ->name;
}

/// Changes each byte of the header to each other value and decodes. Either the
/// change is a valid message that encodes to the same bytes, or the error names
/// the field. @returns how many of the changed messages were valid.
template <typename Decode>
size_t ChangeEveryByte(const std::string& message, std::span<const Field> fields, Decode decode) {
  size_t valid = 0;
  for (size_t byte = 0; byte < fields.back().end; ++byte) {
    for (unsigned change = 1; change < 256; ++change) {
      std::string changed = message;
      changed[byte] = static_cast<char>(static_cast<unsigned char>(changed[byte]) ^ change);
      CAPTURE(byte);
      CAPTURE(change);
      std::string again;
      const std::string error = Thrown([&] { again = EncodeHeader(decode(AsBytes(changed))); });
      if (error == "nothing") {
        ++valid;
        REQUIRE(again == changed.substr(0, fields.back().end));
      } else if (error.find("grant") == std::string::npos) {
        // A run that is changed to another kind has a grant that it must not have.
        REQUIRE(error.find(std::string(": ") + FieldAt(fields, byte) + ": ") != std::string::npos);
      }
    }
  }
  return valid;
}

TEST_CASE("a command with any one byte changed is another valid one or names the field") {
  // All of unit (4 bytes), sequence (8) and grant (8), but for the sequence 0; the one
  // other kind that has a grant.
  CHECK(ChangeEveryByte(CommandMessage(), kCommandFields, &DecodeCommand) == 20 * 255 - 1 + 1);
}

TEST_CASE("a result with any one byte changed is another valid one or names the field") {
  // All of unit, item (4 bytes each), start and duration (8 each); the twelve
  // other kinds, the four other phases and outcomes.
  CHECK(ChangeEveryByte(ResultMessage(), kResultFields, &DecodeResult) == 24 * 255 + 13 + 4 + 4);
}

TEST_CASE("errors of a header name field and value") {
  const auto command = [](size_t byte, int value) {
    std::string message = CommandMessage();
    message[byte] = static_cast<char>(value);
    return Thrown([&] { (void)DecodeCommand(AsBytes(message)); });
  };
  CHECK(command(0, 0x45) == "command header: magic: 1127307333 is not 1127307332");
  CHECK(command(4, 0) == "command header: kind: 0 is not one of 1 to 8");
  CHECK(command(5, 1) == "command header: kind: 259 is not one of 1 to 8");
  CHECK(command(4, 4) == "command header: grant: 258 is not 0 though this is not a run");
  CHECK(command(7, 1) == "command header: reserved: 256 is not 0");
  CHECK(command(12, 6) == "command header: payload_bytes: 6 is not the 5 that follow");
  CHECK(command(16, 0) == "command header: sequence: 0 is not a count from 1");

  const auto result = [](size_t byte, int value) {
    std::string message = ResultMessage();
    message[byte] = static_cast<char>(value);
    return Thrown([&] { (void)DecodeResult(AsBytes(message)); });
  };
  CHECK(result(4, 99) == "result header: kind: 99 is not one of 1 to 14");
  CHECK(result(6, 5) == "result header: phase: 5 is not one of 0 to 4");
  CHECK(result(7, 200) == "result header: outcome: 200 is not one of 0 to 4");
  CHECK(result(16, 4) == "result header: payload_bytes: 4 is not the 5 that follow");
  CHECK(result(23, 1) == "result header: reserved: 16777216 is not 0");
}

TEST_CASE("a run without a grant is an error") {
  CommandHeader header = kRunCommand;
  header.grant = 0;
  CHECK(Thrown([&] { (void)DecodeCommand(AsBytes(EncodeHeader(header) + "12345")); }) ==
        "command header: grant: 0 is not a ticket, which a run needs");
}

TEST_CASE("a need that does not say whether the worker is idle is an error") {
  ResultHeader header{.kind = ResultKind::kNeed, .item = 1};
  CHECK(DecodeResult(AsBytes(EncodeHeader(header))).item == 1);
  header.item = 2;
  CHECK(Thrown([&] { (void)DecodeResult(AsBytes(EncodeHeader(header))); }) ==
        "result header: item: 2 is not 0 or 1, which a need must say");
}

TEST_CASE("a message that is cut short anywhere is an error") {
  for (size_t bytes = 0; bytes < CommandMessage().size(); ++bytes) {
    const std::string cut = CommandMessage().substr(0, bytes);
    const std::string expected =
        bytes < kCommandHeaderBytes
            ? "command header: " + std::to_string(bytes) + " bytes are not the 32 of a header"
            : "command header: payload_bytes: 5 is not the " + std::to_string(bytes - 32) +
                  " that follow";
    CHECK(Thrown([&] { (void)DecodeCommand(AsBytes(cut)); }) == expected);
  }
  for (size_t bytes = 0; bytes < ResultMessage().size(); ++bytes) {
    const std::string cut = ResultMessage().substr(0, bytes);
    const std::string expected =
        bytes < kResultHeaderBytes
            ? "result header: " + std::to_string(bytes) + " bytes are not the 40 of a header"
            : "result header: payload_bytes: 5 is not the " + std::to_string(bytes - 40) +
                  " that follow";
    CHECK(Thrown([&] { (void)DecodeResult(AsBytes(cut)); }) == expected);
  }
}

TEST_CASE("bytes after a message are an error") {
  CHECK(Thrown([] { (void)DecodeResult(AsBytes(ResultMessage() + "6")); }) ==
        "result header: payload_bytes: 5 is not the 6 that follow");
}

}  // namespace
}  // namespace dxpy::codec
