#include "syntax/line_counter.h"

#include <algorithm>
#include <cstring>

#include "syntax/source_bytes.h"

namespace dxpy::syntax {
namespace {

uint32_t CountLf(const char* p, const char* end) {
  uint32_t count = 0;
#if defined(__SSE2__)
  // A counter a byte lane; each is summed up before it can overflow.
  while (end - p >= 16) {
    __m128i lanes = _mm_setzero_si128();
    for (int i = 0; i < 255 && end - p >= 16; ++i, p += 16)
      lanes = _mm_sub_epi8(lanes, detail::Equal(detail::Load16(p), '\n'));
    const __m128i sums = _mm_sad_epu8(lanes, _mm_setzero_si128());
    count += static_cast<uint32_t>(_mm_cvtsi128_si32(sums) + _mm_extract_epi16(sums, 4));
  }
#endif
  return count + static_cast<uint32_t>(std::count(p, end, '\n'));
}

// CRs that no LF follows. `end` is the source's, where a CR has no successor.
uint32_t CountLoneCr(const char* p, const char* stop, const char* end) {
  uint32_t count = 0;
  for (p = std::find(p, stop, '\r'); p < stop; p = std::find(p + 1, stop, '\r'))
    if (p + 1 == end || p[1] != '\n') ++count;
  return count;
}

}  // namespace

LineCounter::LineCounter(std::string_view source)
    : begin_(source.data()),
      end_(source.data() + source.size()),
      has_cr_(!source.empty() && std::memchr(source.data(), '\r', source.size()) != nullptr),
      last_(begin_) {}

uint32_t LineCounter::LineOf(const char* place) {
  if (place < last_) {
    last_ = begin_;
    line_ = 1;
  }
  line_ += CountLf(last_, place);
  if (has_cr_) line_ += CountLoneCr(last_, place, end_);
  last_ = place;
  return line_;
}

}  // namespace dxpy::syntax
