#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dxpy::impact {

/// A source file as something depended on it: a path and a content. From 0 up.
using SourceId = uint32_t;

/// Which sources a closure has, a bit each; the last word is not 0.
using SourceBits = std::vector<uint64_t>;

inline bool Has(const SourceBits& bits, SourceId source) {
  return source / 64 < bits.size() && (bits[source / 64] >> source % 64 & 1) != 0;
}

inline void Add(SourceBits& bits, SourceId source) {
  if (bits.size() <= source / 64) bits.resize(source / 64 + 1);
  bits[source / 64] |= uint64_t{1} << source % 64;
}

inline void Add(SourceBits& bits, const SourceBits& more) {
  if (more.size() > bits.size()) bits.resize(more.size());
  for (size_t i = 0; i < more.size(); ++i) bits[i] |= more[i];
}

/// In ascending order.
inline std::vector<SourceId> SourcesOf(const SourceBits& bits) {
  std::vector<SourceId> sources;
  for (size_t word = 0; word < bits.size(); ++word) {
    for (uint64_t rest = bits[word]; rest != 0; rest &= rest - 1)
      sources.push_back(static_cast<SourceId>(word * 64) +
                        static_cast<SourceId>(std::countr_zero(rest)));
  }
  return sources;
}

}  // namespace dxpy::impact
