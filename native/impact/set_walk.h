#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/packed.h"
#include "impact/sets.h"

namespace dxpy::impact {

/// One dependency as it lies in the bytes of a set; the name is a view of these.
struct DependencyView {
  DependencyKind kind = DependencyKind::kFile;
  std::string_view name;
  ContentId content{};
  uint32_t flags = 0;
  uint32_t part_count = 0;
  std::string_view packed_parts;
};

/// Goes through an encoded set without copying it. Thousands of sets are looked through in a
/// run of which a few differ from what is there now, and only of these are parts asked for.
class SetWalk {
 public:
  /// Begins with a set, or with another one; memory is used again.
  void Begin(std::string_view bytes);
  /// @returns  false at the end, or where the bytes are no set.
  bool Next(DependencyView& dependency);
  /// After the end: that all of it was a set.
  [[nodiscard]] bool is_whole() const { return is_sound_ && reader_.is_at_end(); }

 private:
  PackedReader reader_;
  size_t left_ = 0;
  bool is_sound_ = false;
};

/// Reads DependencyView::packed_parts.
/// @returns  false where they are not as they were written.
[[nodiscard]] bool DecodePartNumbers(uint32_t part_count, std::string_view packed_parts,
                                     std::vector<uint32_t>& parts);

}  // namespace dxpy::impact
