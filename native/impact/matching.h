#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "impact/parts.h"

namespace dxpy::impact {

inline constexpr uint32_t kNoPart = UINT32_MAX;

/// Which part of one content of a file is which part of another.
struct Matching {
  std::vector<uint32_t> new_of_old;  ///< kNoPart: it is gone
  std::vector<uint32_t> old_of_new;  ///< kNoPart: it came
};

/// By kind and name, and in order among equals. Effects by what they are.
[[nodiscard]] Matching MatchParts(const FileParts& was, const FileParts& now);

/// Names that may mean something else because what binds them, and what looks them up while
/// the module is imported, are executed in another order: views into `was`.
[[nodiscard]] std::vector<std::string_view> FindReorderedNames(const FileParts& was,
                                                               const FileParts& now,
                                                               const Matching& matching);

/// Whether pytest may collect the same things in another order.
[[nodiscard]] bool AreDefinitionsReordered(const FileParts& was, const Matching& matching);

}  // namespace dxpy::impact
