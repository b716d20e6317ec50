#include "survey/survey.h"

#include <sys/stat.h>
#include <tbb/parallel_for_each.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/read_file.h"
#include "base/stopwatch.h"
#include "discovery/file_walk.h"
#include "facts/encoded_facts.h"
#include "survey/conftest_search.h"
#include "survey/import_follower.h"

namespace dxpy::survey {
namespace {

bool IsPython(std::string_view path) { return path.ends_with(".py"); }

FileStat StatOf(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? ToFileStat(status) : FileStat();
}

// The index does not look into the facts: they are its blob.
index::IndexedFile Parse(std::string_view source, const facts::Rules& rules) {
  index::IndexedFile file;
  file.blob = EncodeFacts(ReadFileFacts(source, rules));
  return file;
}

// Takes a file's facts out of the index, where they were just put or checked.
void Decode(SurveyedFile& file, const index::Index& index, index::FileId id) {
  const std::optional<index::BlockView> block =
      id == index::kNoFile ? std::nullopt : index.Facts(id);
  if (block) file.kept = block->blob();
  facts::DecodedFacts decoded = facts::DecodeConditions(file.kept);
  file.is_readable = decoded.facts.has_value();
  if (decoded.facts) file.facts = std::move(*decoded.facts);
}

void Append(std::vector<std::string>& texts, std::vector<std::string> more) {
  std::ranges::move(more, std::back_inserter(texts));
}

}  // namespace

Survey Survey::Take(SurveyRequest request) {
  Survey survey;
  survey.request_ = std::make_unique<SurveyRequest>(std::move(request));
  survey.FindFiles();
  survey.ReadFacts();
  survey.FollowImports();
  survey.JudgeFiles();
  return survey;
}

std::string Survey::NodeOf(const std::string& path) const {
  const std::string& root = request_->rootdir;
  const bool is_inside = path.size() > root.size() && path.starts_with(root) &&
                         (root.ends_with('/') || path[root.size()] == '/');
  return is_inside ? path.substr(root.size() + (root.ends_with('/') ? 0 : 1)) : path;
}

void Survey::FindFiles() {
  Stopwatch stopwatch;
  discovery::WalkResult found = discovery::Walk(request_->roots, request_->walk);
  Append(problems_, std::move(found.problems));
  std::unordered_map<std::string_view, size_t> seen;
  files_.reserve(found.files.size());
  for (discovery::WalkedFile& file : found.files) {
    const auto [known, is_new] = seen.emplace(file.path, files_.size());
    Add(known->second, file.root);
    if (!is_new) continue;
    SurveyedFile& surveyed = files_.emplace_back();
    surveyed.path = file.path;
    surveyed.node = NodeOf(file.path);
    sources_.push_back({file.path, file.stat});
  }
  const std::vector<std::string> initial = InitialConftests(request_->roots, request_->confcutdir);
  std::set<std::string> conftests(initial.begin(), initial.end());
  conftests.insert(found.conftests.begin(), found.conftests.end());
  for (const std::string& path : conftests) {
    SurveyedFile& surveyed = conftest_files_.emplace_back();
    surveyed.path = path;
    surveyed.node = NodeOf(path);
    sources_.push_back({path, StatOf(path)});
  }
  stats_.conftests = conftests.size();
  stats_.walk_ms = stopwatch.Lap();
}

void Survey::Add(size_t file, size_t root) {
  const std::vector<std::shared_ptr<const Choice>>& choices = request_->choices;
  if (picks_.empty() || picks_.back().file != file) picks_.push_back({file, {}});
  picks_.back().choices.push_back(choices.empty() ? nullptr : choices[root].get());
}

void Survey::ReadFacts() {
  const facts::Rules& rules = request_->rules;
  const index::UpdateRequest request{request_->index_path, RulesHash(rules, request_->build),
                                     request_->rootdir, 0};
  update_ = std::make_unique<index::UpdateResult>(
      index::Update(request, sources_, [&rules](const std::string& path, std::string_view source) {
        return IsPython(path) ? Parse(source, rules) : index::IndexedFile();
      }));
  Append(problems_, update_->problems);
  stats_.update = update_->stats;
  Stopwatch stopwatch;
  std::vector<std::pair<SurveyedFile*, index::FileId>> work;
  work.reserve(sources_.size());
  for (SurveyedFile& file : files_) work.emplace_back(&file, update_->files[work.size()]);
  for (SurveyedFile& file : conftest_files_) work.emplace_back(&file, update_->files[work.size()]);
  tbb::parallel_for_each(work, [this](const auto& item) {
    if (IsPython(item.first->path)) Decode(*item.first, update_->index, item.second);
  });
  sources_.clear();
  stats_.decode_ms = stopwatch.Lap();
}

void Survey::FollowImports() {
  Stopwatch stopwatch;
  LookAround();
  if (!request_->search_path.entries.empty())
    stats_.followed = survey::FollowImports(*request_, *surroundings_, files_, conftest_files_);
  if (stats_.followed > 0) LookAround();
  stats_.follow_ms = stopwatch.Lap();
}

void Survey::LookAround() {
  conftests_ = std::make_unique<std::vector<Conftest>>();
  for (const SurveyedFile& file : conftest_files_)
    conftests_->push_back(
        {std::string(DirectoryOf(file.path)), file.node, file.is_readable ? &file.facts : nullptr});
  surroundings_ = std::make_unique<Surroundings>(*conftests_, request_->project);
  for (const SurveyedFile& file : files_) surroundings_->AddTestFile(file.facts, file.node);
}

void Survey::JudgeFiles() {
  Stopwatch stopwatch;
  tbb::parallel_for_each(files_, [this](SurveyedFile& file) {
    const Surroundings::Level& level = surroundings_->LevelOf(DirectoryOf(file.path));
    file.level_doubts = &level.doubts;
    if (!IsPython(file.path)) {
      file.doubts.push_back({"doctest", "", 0, {}});
    } else if (!file.is_readable) {
      file.doubts.push_back({"unreadable", "", 0, {}});
    } else if (file.node == file.path) {
      file.doubts.push_back({"rootdir", request_->rootdir, 0, {}});
    } else if (file.facts.is_exact()) {
      file.doubts = surroundings_->Judge(file.facts, level);
    }
    file.is_exact = file.facts.is_exact() && file.doubts.empty() && level.doubts.empty() &&
                    surroundings_->for_all().empty();
  });
  stats_.judge_ms = stopwatch.Lap();
}

std::vector<Doubt> Survey::DoubtsOf(const SurveyedFile& file) const {
  std::vector<Doubt> doubts;
  for (const facts::Reason& reason : file.facts.reasons)
    doubts.push_back({ReasonName(reason.kind), reason.detail, reason.line, {}});
  for (const std::vector<Doubt>* more : {&file.doubts, file.level_doubts, &for_all()})
    doubts.insert(doubts.end(), more->begin(), more->end());
  return doubts;
}

bool IsBroken(const SurveyedFile& file) {
  return !file.is_readable || std::ranges::any_of(file.facts.reasons, [](const auto& reason) {
    return reason.kind == facts::ReasonKind::kSyntax;
  });
}

void VisitNodeIds(const SurveyedFile& file, const std::function<void(const std::string&)>& visit) {
  std::string id = file.node + "::";
  const size_t prefix = id.size();
  facts::VisitTests(file.kept, [&](const facts::TestView& test) {
    id.resize(prefix);
    id += test.name;
    if (!file.is_exact || !test.is_parametrized) return visit(id);
    id += '[';
    const size_t bracket = id.size();
    for (const std::string_view each : test.ids) {
      id.resize(bracket);
      id.append(each).push_back(']');
      visit(id);
    }
  });
}

}  // namespace dxpy::survey
