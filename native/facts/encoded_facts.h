#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facts/file_facts.h"
#include "facts/rules.h"

namespace dxpy::facts {

/// Of what ReadFileFacts() tells, and of the form below. To be raised with every
/// change that lets it tell something else of any source: what older versions
/// have kept is then read by nobody.
inline constexpr uint8_t kFactsVersion = 3;

/// Of all that the facts of a file depend on besides the file.
/// @param build  of who calls; another build's facts are not taken for ours.
[[nodiscard]] uint64_t RulesHash(const Rules& rules, std::string_view build);

/// Facts as bytes, for keeping: docs/formats/facts.md. Of a file that was read alone:
/// what following its imports adds (`file`, `obstacle`, `sources`) is not kept, since it
/// does not hold for as long as the file is the same.
[[nodiscard]] std::string EncodeFacts(const FileFacts& facts);

struct DecodedFacts {
  std::optional<FileFacts> facts;
  std::string problem;  ///< where there are none: what is wrong with the bytes
};

/// Reads what EncodeFacts() wrote. Any bytes will do: all counts, numbers and
/// places are checked, and texts of more than 256 MiB are refused.
/// Whether the bytes are those that were written is for a checksum to say.
///
/// @param bytes  must outlive the facts, whose MarkFacts point there.
[[nodiscard]] DecodedFacts DecodeFacts(std::string_view bytes);

/// The same without what only a listing needs, in a fraction of the time: of tests
/// the first one, and all that ask for something or have marks, without names and
/// ids, and of marks the names; and without classes.
[[nodiscard]] DecodedFacts DecodeConditions(std::string_view bytes);

/// What a listing needs of a test.
struct TestView {
  std::string_view name;
  uint32_t line = 0;
  bool is_parametrized = false;
  std::vector<std::string_view> ids;
  std::vector<std::pair<std::string_view, std::string_view>> marks;  ///< name, and as written
};

/// Calls `visit` for each test, in pytest's order, until something is wrong with
/// the bytes. The views point into these.
void VisitTests(std::string_view bytes, const std::function<void(const TestView&)>& visit);

}  // namespace dxpy::facts
