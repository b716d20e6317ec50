#include "syntax/line_counter.h"

#include <algorithm>
#include <cstring>

#include "syntax/source_bytes.h"

namespace dxpy::syntax {
namespace {

uint32_t CountLf(const char* p, const char* end) {
  uint32_t count = 0;
#if defined(__SSE2__)
  for (; end - p >= 16; p += 16) {
    const uint32_t mask = detail::Mask(detail::Equal(detail::Load16(p), '\n'));
    count += static_cast<uint32_t>(std::popcount(mask));
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
