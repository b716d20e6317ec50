#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "facts/file_facts.h"
#include "survey/doubt.h"

namespace dxpy::survey {

/// A conftest.py that pytest loads, and what it says.
struct Conftest {
  std::string directory;
  std::string node;                         ///< its path as messages show it
  const facts::FileFacts* facts = nullptr;  ///< nullptr: it cannot be read
};

/// What somebody who knows pytest's settings and plugins says of them.
struct Project {
  /// Fixtures of pytest and of plugins: none has parameters, and what they ask
  /// for is among them.
  std::unordered_set<std::string> plain_fixtures;
  std::vector<std::string> used_fixtures;  ///< that all tests ask for: the setting `usefixtures`
  std::vector<std::string> loud_marks;     ///< by which a plugin makes other tests of a test
  std::vector<Doubt> doubts;               ///< that concern every file
};

/// Decides the conditions that facts::FileFacts leaves open, as far as conftests,
/// plugins and settings decide them. What it cannot decide is a doubt.
///
/// Immutable after construction, so any number of threads may ask.
class Surroundings {
 public:
  /// What applies below a conftest, and nothing nearer does.
  struct Level {
    std::vector<Doubt> doubts;
    std::unordered_map<std::string_view, std::vector<const facts::FixtureFacts*>> fixtures;
    std::vector<std::string_view> autouse;
  };

  /// @param conftests, project  must outlive this, with their facts.
  Surroundings(const std::vector<Conftest>& conftests, const Project& project);

  /// The level that the files of a directory are on.
  [[nodiscard]] const Level& LevelOf(std::string_view directory) const;

  /// Those that concern every file: of plugins and settings, and of hooks that
  /// pytest calls for all tests wherever they are defined.
  [[nodiscard]] const std::vector<Doubt>& for_all() const { return for_all_; }

  /// Takes note of a test file that has a say in others. Before anybody asks.
  void AddTestFile(const facts::FileFacts& facts, const std::string& node);

  /// Those that a file's own facts give rise to on its level.
  [[nodiscard]] std::vector<Doubt> Judge(const facts::FileFacts& facts, const Level& level) const;

 private:
  void AddLevel(const Conftest& conftest);
  void AddConftest(const Conftest& conftest, Level& level);
  void AddHooks(const Conftest& conftest);

  const Project& project_;
  std::unordered_map<std::string_view, const Conftest*> conftests_;  ///< by directory
  std::unordered_map<std::string_view, Level> levels_;               ///< the same
  Level top_;                                                        ///< where there is no conftest
  std::vector<Doubt> for_all_;
};

/// `a/b` of `a/b/c`; empty where there is no slash.
[[nodiscard]] std::string_view DirectoryOf(std::string_view path);

}  // namespace dxpy::survey
