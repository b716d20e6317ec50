#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dxpy::impact {

/// A 128-bit hash that names what is kept by its content.
using ContentId = std::array<uint8_t, 16>;
inline constexpr ContentId kNoContent{};  ///< of a file that is not there

enum class DependencyKind : uint8_t {
  kSource,   ///< Python source that was imported, or is where a conftest would be; see `parts`
  kFile,     ///< any other file, by content; kNoContent: it is not there
  kExists,   ///< whether a path is there, and a directory; kNoContent: it is not there
  kListing,  ///< a directory, by the names in it; kNoContent: it is not there
  kValue,    ///< something that the caller knows, by name: settings, interpreter, a distribution
  kTree,     ///< every file below a directory (of what could not be recorded), by content
  kSet,      ///< all that another set has; `content` is its id
  /// A set whose sources' parts may have kept something that the sets in it led to: where these
  /// do not hold, its parts may do another thing.
  kMemory,
};

/// Bits of Dependency::flags, for kSource.
enum SourceFlag : uint32_t {
  kLinesCount = 1,  ///< somebody observed line numbers: any change of bytes counts
  kDocsCount = 2,   ///< somebody observed docstrings
  kCollects = 4,    ///< the file is the one whose tests pytest collects
};

struct Dependency {
  DependencyKind kind = DependencyKind::kFile;
  /// A path from the root directory if it is below it (the root itself: "."), else absolute; or
  /// a value's name.
  std::string name;
  ContentId content{};
  std::vector<uint32_t> parts;  ///< of kSource: parts that were executed, by index, ascending
  uint32_t flags = 0;

  bool operator==(const Dependency&) const = default;
};

/// What something depends on, in the order of (kind, name). Sets are kept by content, so
/// what many tests share is kept once.
using DependencySet = std::vector<Dependency>;

[[nodiscard]] std::string EncodeSet(const DependencySet& set);
[[nodiscard]] std::optional<DependencySet> DecodeSet(std::string_view bytes);

/// Of the bytes of a file, or of an encoded set.
[[nodiscard]] ContentId ContentOf(std::string_view bytes);

/// What one run found out about one test.
struct TestRecord {
  std::string node_id;
  std::string unit;       ///< the test file's path, as in Dependency::name
  bool passed = false;    ///< in all phases; or skipped, or failed as it was expected to
  uint32_t position = 0;  ///< among the unit's tests, as pytest collected them
  double seconds = 0;
  int64_t when_s = 0;        ///< since 1970
  ContentId dependencies{};  ///< kNoContent: not known; it did not pass
  uint32_t worker = 0;       ///< that ran it
  ContentId run{};           ///< what its run is kept under: RunNote

  bool operator==(const TestRecord&) const = default;
};

/// What one run found out about collecting one test file.
struct UnitRecord {
  std::string unit;
  std::vector<std::string> node_ids;  ///< in pytest's order, before anything is deselected
  ContentId dependencies{};           ///< kNoContent: it could not be collected
  int64_t when_s = 0;

  bool operator==(const UnitRecord&) const = default;
};

[[nodiscard]] std::string EncodeTest(const TestRecord& record);
[[nodiscard]] std::optional<TestRecord> DecodeTest(std::string_view bytes);
[[nodiscard]] std::string EncodeUnit(const UnitRecord& record);
[[nodiscard]] std::optional<UnitRecord> DecodeUnit(std::string_view bytes);

}  // namespace dxpy::impact
