// Reads any bytes as a set and as each of the records that are kept beside it. What comes out can
// be kept again and comes back as it was; a walk sees of a set what is decoded of it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "impact/current_files.h"
#include "impact/kinds.h"
#include "impact/memo.h"
#include "impact/set_walk.h"
#include "impact/sets.h"
#include "impact/summary.h"
#include "impact/unit_digest.h"

namespace {

using namespace dxpy::impact;  // NOLINT: a program of one purpose

template <typename Decode, typename Encode>
void ExpectRoundTrip(const std::string& input, const Decode& decode, const Encode& encode) {
  const auto decoded = decode(input);
  if (!decoded) return;
  const std::string bytes = encode(*decoded);
  const auto again = decode(bytes);
  // Bytes, not values: a number of seconds may be no number, which equals nothing.
  if (!again || encode(*again) != bytes) std::abort();
}

void ExpectSameWalk(const std::string& input) {
  const auto set = DecodeSet(input);
  SetWalk walk;
  walk.Begin(input);
  DependencyView view;
  size_t count = 0;
  for (; walk.Next(view); ++count)
    if (set && (*set)[count].name != view.name) std::abort();
  if (set && (!walk.is_whole() || set->size() != count)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy of its own, so that a byte too many is noticed.
  const std::string input(reinterpret_cast<const char*>(data), size);
  ExpectRoundTrip(input, DecodeSet, EncodeSet);
  ExpectRoundTrip(input, DecodeTest, EncodeTest);
  ExpectRoundTrip(input, DecodeUnit, EncodeUnit);
  ExpectRoundTrip(input, DecodeSeenFile, EncodeSeenFile);
  ExpectRoundTrip(input, DecodeSummary, EncodeSummary);
  ExpectRoundTrip(input, DecodeDigest, EncodeDigest);
  ExpectRoundTrip(TextKey(input) + input, DecodeMemo, EncodeMemo);
  ExpectSameWalk(input);
  return 0;
}
