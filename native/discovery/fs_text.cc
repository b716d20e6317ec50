#include "discovery/fs_text.h"

#include <algorithm>

namespace dxpy::discovery {
namespace {

uint32_t Byte(std::string_view bytes, size_t at) { return static_cast<unsigned char>(bytes[at]); }

// How many bytes the sequence begun by `lead` has; 0 if none can begin with it.
size_t SequenceLength(uint32_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// False for overlong forms, UTF-16 surrogates and what lies above U+10FFFF.
bool IsScalar(uint32_t code_point, size_t length) {
  if (length == 3) return code_point >= 0x800 && (code_point < 0xD800 || code_point > 0xDFFF);
  if (length == 4) return code_point >= 0x10000 && code_point <= 0x10FFFF;
  return true;
}

// Reads the sequence at the front of `bytes`, which is not empty.
// Returns its length, or 0 if it is not valid UTF-8.
size_t DecodeOne(std::string_view bytes, uint32_t& code_point) {
  const uint32_t lead = Byte(bytes, 0);
  const size_t length = SequenceLength(lead);
  if (length == 0 || length > bytes.size()) return 0;
  code_point = length == 1 ? lead : lead & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((Byte(bytes, i) & 0xC0U) != 0x80U) return 0;
    code_point = code_point << 6U | (Byte(bytes, i) & 0x3FU);
  }
  return IsScalar(code_point, length) ? length : 0;
}

}  // namespace

bool IsAscii(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::u32string FsDecode(std::string_view bytes) {
  std::u32string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    uint32_t code_point = 0;
    size_t length = DecodeOne(bytes, code_point);
    if (length == 0) {
      code_point = 0xDC00U + Byte(bytes, 0);
      length = 1;
    }
    text += static_cast<char32_t>(code_point);
    bytes.remove_prefix(length);
  }
  return text;
}

}  // namespace dxpy::discovery
