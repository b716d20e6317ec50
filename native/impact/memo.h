#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_stat.h"
#include "impact/current_files.h"
#include "impact/sets.h"

namespace dxpy::impact {

/// A judgement by which no test of its units has to run, with all that it was made of. While none
/// of that is another, the judgement is the same, and the store need not be read to know it. It
/// may be lost: judging makes it again.
struct Memo {
  struct Unit {
    std::string_view name;
    uint64_t tests = 0;
    double seconds = 0;  ///< of all of them together
    bool operator==(const Unit&) const = default;
  };
  std::string_view root;  ///< absolute
  FileStat store;
  ContentId values{};  ///< ValuesContent()
  std::vector<Unit> units;
  std::vector<Look> looks;

  bool operator==(const Memo&) const = default;
};

[[nodiscard]] std::string EncodeMemo(const Memo& memo);
/// @returns  views of `bytes`; nullopt where anything is wrong with them.
[[nodiscard]] std::optional<Memo> DecodeMemo(std::string_view bytes);

[[nodiscard]] ContentId ValuesContent(const std::map<std::string, ContentId>& values);

/// What a judgement is asked for.
struct Question {
  std::string root;                         ///< absolute
  std::string store;                        ///< its path
  std::map<std::string, ContentId> values;  ///< as they are now
  std::vector<std::string_view> units;
  std::vector<std::string_view> files;  ///< that must be as they were; one that is new is not
};

struct Answer {
  uint64_t tests = 0;
  double seconds = 0;
};

/// How many tests need not run, where that is all of them.
/// @returns  nullopt where the units are not some of the memo's, in its order, or where anything
///     is another than it was.
[[nodiscard]] std::optional<Answer> Recall(const Memo& memo, const Question& question);

}  // namespace dxpy::impact
