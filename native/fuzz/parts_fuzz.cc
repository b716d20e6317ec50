// Reads any bytes as a source and as encoded parts. What is read must come back from its
// encoding, and must not differ from itself.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "impact/delta.h"
#include "impact/parts.h"

namespace {

using namespace dxpy::impact;  // NOLINT: a program of one purpose

void Expect(bool condition) {
  if (!condition) std::abort();
}

void ExpectSound(const FileParts& file) {
  const std::optional<FileParts> again = DecodeParts(EncodeParts(file));
  Expect(again.has_value() && *again == file);
  Expect(Compare(file, &*again).is_empty());
  static_cast<void>(Compare(file, nullptr));
  for (const uint32_t line : {0U, 1U, 7U, UINT32_MAX}) {
    const std::optional<uint32_t> at = PartAt(file, line);
    Expect(!at || *at < file.parts.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy of its own, so that a byte too many is noticed.
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::string_view text(input);
  const FileParts file = ReadParts(text);
  ExpectSound(file);
  const FileParts half = ReadParts(text.substr(0, size / 2));
  static_cast<void>(Compare(file, &half));
  static_cast<void>(Compare(half, &file));
  if (const std::optional<FileParts> decoded = DecodeParts(text)) {
    ExpectSound(*decoded);
    static_cast<void>(Compare(*decoded, &file));
    static_cast<void>(Compare(file, &*decoded));
  }
  return 0;
}
