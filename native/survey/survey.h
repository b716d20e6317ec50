#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "discovery/walk_rules.h"
#include "facts/file_facts.h"
#include "facts/rules.h"
#include "index/update.h"
#include "resolve/module_finder.h"
#include "survey/surroundings.h"

namespace dxpy::survey {

class Choice;

/// What to look at, and under which rules.
struct SurveyRequest {
  std::vector<std::string> roots;  ///< as for discovery::Walk
  /// What of each root is asked for, which is a file then; nullptr: all. None at all: all of each.
  std::vector<std::shared_ptr<const Choice>> choices;
  discovery::WalkRules walk;
  facts::Rules rules;
  Project project;
  std::string rootdir;     ///< node ids count from there
  std::string confcutdir;  ///< conftests in directories above it are not loaded
  std::string index_path;  ///< empty: nothing is kept
  std::string build;       ///< as for facts::RulesHash
  /// Where imports are followed to, besides the folders that pytest adds for test
  /// files and conftests; no entries: imports are not followed.
  resolve::SearchPath search_path{};
};

/// A file that pytest would collect tests from.
struct SurveyedFile {
  std::string path;
  std::string node;           ///< its path as in node ids
  facts::FileFacts facts;     ///< of DecodeConditions; empty where there are none
  std::string_view kept;      ///< all facts, as EncodeFacts made them; as long as the survey lives
  std::string followed;       ///< holds them where imports were followed, else empty
  std::vector<Doubt> doubts;  ///< its own
  /// Those it shares with its neighbours.
  const std::vector<Doubt>* level_doubts = nullptr;
  /// pytest collects exactly the facts' tests, if the import of the file and of
  /// its conftests ends without an exception.
  bool is_exact = false;
  bool is_readable = true;
};

/// What follows one upon the other in the listing and is of one file.
struct Pick {
  size_t file = 0;
  std::vector<const Choice*> choices;  ///< nullptr: all of it
};

struct SurveyStats {
  index::UpdateStats update;  ///< conftests are files there, too
  size_t conftests = 0;
  size_t followed = 0;  ///< files whose imports were followed
  double walk_ms = 0;
  double decode_ms = 0;
  double follow_ms = 0;
  double judge_ms = 0;
};

/// The tests of a project as its sources tell them. Immutable.
class Survey {
 public:
  /// Walks, brings the index up to date, and judges each file.
  static Survey Take(SurveyRequest request);

  [[nodiscard]] const std::vector<SurveyedFile>& files() const { return files_; }
  /// What the roots ask for, in pytest's order.
  [[nodiscard]] const std::vector<Pick>& picks() const { return picks_; }
  /// Doubts that concern all files.
  [[nodiscard]] const std::vector<Doubt>& for_all() const { return surroundings_->for_all(); }
  /// All reasons why a file is not exact; none where it is.
  [[nodiscard]] std::vector<Doubt> DoubtsOf(const SurveyedFile& file) const;
  /// One line each: what the walk passed over, what is wrong with the index.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  [[nodiscard]] const SurveyStats& stats() const { return stats_; }

 private:
  Survey() = default;
  void FindFiles();
  void Add(size_t file, size_t root);
  void ReadFacts();
  void FollowImports();
  void LookAround();
  void JudgeFiles();
  [[nodiscard]] std::string NodeOf(const std::string& path) const;

  // Facts point into the index, and surroundings to all of these: on the heap, so
  // that they stay where they are.
  std::unique_ptr<SurveyRequest> request_;
  std::vector<SurveyedFile> files_;
  std::vector<Pick> picks_;
  std::vector<SurveyedFile> conftest_files_;
  std::unique_ptr<std::vector<Conftest>> conftests_;
  std::unique_ptr<Surroundings> surroundings_;
  std::unique_ptr<index::UpdateResult> update_;
  std::vector<index::SourceFile> sources_;  ///< files, then conftests; only while it is taken
  std::vector<std::string> problems_;
  SurveyStats stats_;
};

/// Whether a file has an error in its syntax, or is out of reach.
[[nodiscard]] bool IsBroken(const SurveyedFile& file);

/// Calls `visit` with the node ids of a file that is exact, in pytest's order; of
/// another one with those of the tests that are known, without parameters.
void VisitNodeIds(const SurveyedFile& file, const std::function<void(const std::string&)>& visit);

}  // namespace dxpy::survey
