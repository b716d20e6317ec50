#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "impact/sets.h"
#include "store/store.h"

namespace dxpy::impact {

/// Why a test is selected, or is not.
struct Verdict {
  bool is_affected = true;
  /// What changed first, then what that reaches, up to the test: "shop/tax.py:3: RATE",
  /// "shop/tax.py:7: tax", ... Of an unaffected test empty.
  std::vector<std::string> chain;
  ContentId witness{};  ///< of an unaffected test: the dependencies under which it passed
  int64_t when_s = 0;   ///< and when that was
  double seconds = 0;   ///< that it took; 0 where unknown
};

struct JudgedTest {
  std::string node_id;
  Verdict verdict;
};

struct JudgedUnit {
  std::string unit;
  /// The file has to be imported to know its tests: it is new, or what it collects may have
  /// changed. `tests` are then those that were there; of others nothing is known.
  bool must_collect = true;
  std::vector<std::string> why;   ///< then: a chain as in Verdict
  std::vector<JudgedTest> tests;  ///< in pytest's order; none where it is unchanged
  /// None of its tests need run: there are so many, which took so long.
  bool is_unchanged = false;
  size_t unchanged_tests = 0;
  double unchanged_seconds = 0;
};

/// How much is asked of units that nothing has changed for.
enum class Detail : uint8_t { kEachTest, kCounts };

/// Compares what tests depended on when they last passed with what there is now.
class Judge {
 public:
  /// @param root    absolute; of all relative names.
  /// @param values  of DependencyKind::kValue, as they are now, by name; one that is not there
  ///     has changed.
  Judge(store::Store& store, std::string root, std::map<std::string, ContentId> values);
  ~Judge();

  /// @param units  paths of test files as in Dependency::name.
  [[nodiscard]] std::vector<JudgedUnit> Run(const std::vector<std::string>& units,
                                            Detail detail = Detail::kEachTest);

  /// What else a judgement hangs on, by the caller's lights.
  struct Besides {
    std::vector<std::string> files;     ///< by content
    std::vector<std::string> presence;  ///< by whether there is such a path
  };
  /// Keeps a judgement of Run(), to be recalled.
  /// @returns  what EncodeMemo() makes; empty where some of the units is not unchanged, or where
  ///     it takes more than a look at a file to know that it is what it was.
  [[nodiscard]] std::string Remember(const std::vector<JudgedUnit>& units, const Besides& besides);

  struct Work {
    size_t files_stated = 0;
    size_t files_read = 0;
    size_t sets_judged = 0;
  };
  [[nodiscard]] Work work() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace dxpy::impact
