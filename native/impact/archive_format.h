#pragma once

#include <string_view>

#include "store/store.h"

namespace dxpy::impact {

/// The last entry of an archive; its value is packed(entries: number), how many are before it.
/// Without it a file that was cut short between two entries would look whole.
inline constexpr store::Kind kArchiveEndKind = 255;
inline constexpr std::string_view kArchiveEndKey = "end";
inline constexpr uint8_t kArchiveVersion = 1;

}  // namespace dxpy::impact
