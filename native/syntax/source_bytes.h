#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Classes of bytes in Python source, and how to find the next one of a class
/// many bytes at a time. Bytes from 0x80 on count as letters: they are parts of
/// names wherever they are not in a string or a comment.
namespace dxpy::syntax {

namespace detail {

enum ByteClass : uint8_t { kNamePart = 1, kBlank = 2, kNewline = 4, kSpecial = 8 };

constexpr std::array<uint8_t, 256> MakeByteClasses() {
  std::array<uint8_t, 256> classes{};
  for (size_t c = 0; c < 256; ++c) {
    const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    if (letter || (c >= '0' && c <= '9') || c == '_' || c >= 0x80) classes[c] |= kNamePart;
  }
  for (const char c : std::string_view(" \t\f")) classes[static_cast<uint8_t>(c)] |= kBlank;
  for (const char c : std::string_view("\n\r")) classes[static_cast<uint8_t>(c)] |= kNewline;
  for (const char c : std::string_view("\n\r#'\"()[]{}\\;"))
    classes[static_cast<uint8_t>(c)] |= kSpecial;
  return classes;
}

inline constexpr std::array<uint8_t, 256> kByteClasses = MakeByteClasses();

inline bool Is(uint8_t byte_class, char c) {
  return (kByteClasses[static_cast<uint8_t>(c)] & byte_class) != 0;
}

}  // namespace detail

inline bool IsNamePart(char c) { return detail::Is(detail::kNamePart, c); }
inline bool IsBlank(char c) { return detail::Is(detail::kBlank, c); }
inline bool IsNewline(char c) { return detail::Is(detail::kNewline, c); }

#if defined(__SSE2__)

namespace detail {

inline __m128i Load16(const char* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
inline __m128i Equal(__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }
inline __m128i Or(__m128i a, __m128i b) { return _mm_or_si128(a, b); }
inline uint32_t Mask(__m128i bytes) { return static_cast<uint32_t>(_mm_movemask_epi8(bytes)); }

// Bytes from `first` to `first + span`.
inline __m128i InRange(__m128i bytes, char first, char span) {
  const __m128i offset = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
  return _mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8(span)), offset);
}

// Two ranges stand for most of the set at the price of a few bytes too many
// ($ % & and |), which the reader steps over: " # ' ( ) lie within 0x22 to 0x29,
// and [ \ ] differ from { | } in one bit.
inline uint32_t SpecialMask16(__m128i bytes) {
  const __m128i quotes = InRange(bytes, '"', ')' - '"');
  const __m128i brackets = InRange(Or(bytes, _mm_set1_epi8(0x20)), '{', '}' - '{');
  const __m128i lines = Or(Equal(bytes, '\n'), Equal(bytes, '\r'));
  return Mask(Or(Or(quotes, brackets), Or(lines, Equal(bytes, ';'))));
}

}  // namespace detail

/// A bit for each of 64 bytes: set for those that can end a statement or hide
/// its end. A few others may be set too.
inline uint64_t SpecialMask(const char* p) {
  uint64_t mask = 0;
  for (int i = 0; i < 4; ++i)
    mask |= uint64_t{detail::SpecialMask16(detail::Load16(p + 16 * i))} << (16 * i);
  return mask;
}

#else

inline uint64_t SpecialMask(const char* p) {
  uint64_t mask = 0;
  for (int i = 0; i < 64; ++i)
    if (detail::Is(detail::kSpecial, p[i])) mask |= uint64_t{1} << i;
  return mask;
}

#endif

/// The first byte from `p` on that is one of `set`; `end` where none is.
template <char... set>
const char* FindAny(const char* p, const char* end) {
#if defined(__SSE2__)
  for (; end - p >= 16; p += 16) {
    const __m128i bytes = detail::Load16(p);
    __m128i found = _mm_setzero_si128();
    ((found = detail::Or(found, detail::Equal(bytes, set))), ...);
    if (const uint32_t mask = detail::Mask(found)) return p + std::countr_zero(mask);
  }
#endif
  while (p < end && !((*p == set) || ...)) ++p;
  return p;
}

/// The first newline byte from `p` on.
inline const char* FindLineEnd(const char* p, const char* end) {
  return FindAny<'\n', '\r'>(p, end);
}

/// The first byte from `p` on that is not a space.
inline const char* SkipSpaces(const char* p, const char* end) {
#if defined(__SSE2__)
  for (; end - p >= 16; p += 16) {
    const uint32_t others = detail::Mask(detail::Equal(detail::Load16(p), ' ')) ^ 0xFFFFU;
    if (others != 0) return p + std::countr_zero(others);
  }
#endif
  while (p < end && *p == ' ') ++p;
  return p;
}

/// Steps from special byte to special byte. It keeps the mask of the 64 bytes
/// that it classified last, so that near bytes cost a few instructions each.
class SpecialBytes {
 public:
  explicit SpecialBytes(const char* end) : end_(end) {}

  /// The first special byte from `p` on, or the end. `p` may be anywhere.
  const char* Next(const char* p) {
    auto offset = static_cast<size_t>(p - block_);
    if (block_ == nullptr || offset >= 64) {
      if (p >= end_) return end_;
      Classify(p);
      offset = 0;
    }
    uint64_t rest = mask_ >> offset;
    while (rest == 0) {
      p = block_ + 64;
      if (p >= end_) return end_;
      Classify(p);
      rest = mask_;
    }
    return p + std::countr_zero(rest);
  }

 private:
  void Classify(const char* p) {
    block_ = p;
    if (end_ - p >= 64) {
      mask_ = SpecialMask(p);
      return;
    }
    // The caller's buffer ends here: nothing beyond it may be touched.
    const auto size = static_cast<size_t>(end_ - p);
    std::array<char, 64> tail{};
    std::memcpy(tail.data(), p, size);
    mask_ = SpecialMask(tail.data());
  }

  const char* end_;
  const char* block_ = nullptr;  ///< 64 bytes, of which the last may lie beyond the end
  uint64_t mask_ = 0;
};

}  // namespace dxpy::syntax
