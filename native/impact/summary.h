#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impact/parts.h"
#include "impact/sets.h"

namespace dxpy::impact {

/// What tells without its parts that a source cannot matter to a change: which names its parts
/// mention. Most sources are passed over by it, so that their parts need not be read.
struct Summary {
  uint32_t function_flags = 0;     ///< PartFlag bits of any function
  uint32_t module_flags = 0;       ///< of any other part but imports
  std::vector<uint32_t> mentions;  ///< hashes of names, ascending
  std::vector<uint32_t> fixtures;  ///< of names that may be fixtures'

  bool operator==(const Summary&) const = default;
};

[[nodiscard]] Summary Summarize(const FileParts& file);
/// By hash, so it may say so of a name that only has the same one.
[[nodiscard]] bool MayMention(const Summary& summary, std::string_view name);
[[nodiscard]] bool MayHaveFixture(const Summary& summary, std::string_view name);

/// Whether a function may be a fixture, and its parameters' names fixtures'.
[[nodiscard]] bool MayBeFixture(const Part& part);

/// The keys of parts and of a summary: the source's content, and the version of what is kept of
/// it. A source whose parts were kept by another version is read again, and kept again.
[[nodiscard]] std::string PartsKey(const ContentId& content);
[[nodiscard]] std::string SummaryKey(const ContentId& content);

[[nodiscard]] std::string EncodeSummary(const Summary& summary);
[[nodiscard]] std::optional<Summary> DecodeSummary(std::string_view bytes);

}  // namespace dxpy::impact
