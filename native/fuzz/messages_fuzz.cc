// Decodes any bytes as any message or record. The first byte chooses which. What
// is accepted must encode to the same bytes again, so that no two byte strings
// mean the same; what is not must be an Error.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "base/error.h"
#include "codec/messages.h"

namespace {

using namespace dxpy::codec;  // NOLINT: a program of one purpose
using Bytes = std::span<const std::byte>;

constexpr uint32_t kItems = 1000;  // of the unit that is cut

void ExpectSame(std::string_view encoded, Bytes bytes) {
  const std::string_view given(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (encoded != given) std::abort();
}

void DecodeAs(unsigned kind, Bytes bytes) {
  switch (kind) {
    case 0:
      return ExpectSame(EncodeHeader(DecodeCommand(bytes)), bytes.first(kCommandHeaderBytes));
    case 1:
      return ExpectSame(EncodeHeader(DecodeResult(bytes)), bytes.first(kResultHeaderBytes));
    case 2:
      return ExpectSame(Encode(DecodeUnitSpec(bytes)), bytes);
    case 3:
      return ExpectSame(Encode(DecodeUnitList(bytes)), bytes);
    case 4:
      return ExpectSame(EncodeCuts(DecodeCuts(bytes, kItems)), bytes);
    case 5:
      return ExpectSame(EncodeHash(DecodeHash(bytes)), bytes);
    default:
      return ExpectSame(Encode(DecodeItemList(bytes)), bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  try {
    DecodeAs(data[0] % 7, std::as_bytes(std::span(data, size).subspan(1)));
  } catch (const dxpy::Error&) {
    // What damaged bytes must give.
  }
  return 0;
}
