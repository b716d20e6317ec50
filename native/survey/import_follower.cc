#include "survey/import_follower.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "facts/encoded_facts.h"
#include "resolve/resolver.h"
#include "resolve/source_files.h"

namespace dxpy::survey {
namespace {

using facts::FileFacts;
using facts::Reason;
using facts::ReasonKind;

// Whether other files may say what this one does not.
bool IsForOthers(const Reason& reason) {
  switch (reason.kind) {
    case ReasonKind::kImportedTest:
    case ReasonKind::kAssignedTest:
    case ReasonKind::kDecorator:
    case ReasonKind::kBase:
    case ReasonKind::kMark:
    case ReasonKind::kParameters:
      return true;
    default:
      return false;
  }
}

// The same of doubts about many files.
bool AreForOthers(const std::vector<Doubt>& doubts) {
  return std::ranges::all_of(doubts, [](const Doubt& doubt) {
    return doubt.kind == "conftest import" ||
           (doubt.kind == "conftest" && doubt.detail.starts_with("imported test"));
  });
}

bool HasConditions(const FileFacts& facts) {
  return !facts.imported.empty() || !facts.reasons.empty();
}

// Of a conftest most reasons do not count.
bool CanConftestGain(const FileFacts& facts) {
  return !facts.imported.empty() || std::ranges::any_of(facts.reasons, [](const Reason& reason) {
    return reason.kind == ReasonKind::kImportedTest;
  });
}

bool IsSource(const SurveyedFile& file) { return file.is_readable && file.path.ends_with(".py"); }

/// Adds the folders that pytest puts into sys.path: for each file the first one above
/// it that is no package.
class EntryCollector {
 public:
  explicit EntryCollector(resolve::SourceFiles& disk) : disk_(disk) {}

  void AddFor(const std::string& path) {
    if (!seen_.emplace(DirectoryOf(path)).second) return;
    std::string folder(DirectoryOf(path));
    while (disk_.Look(folder + "/__init__.py") == resolve::FileKind::kFile)
      folder = DirectoryOf(folder);
    entries_.insert(std::move(folder));
  }

  void MoveTo(std::vector<std::string>& entries) {
    entries.insert(entries.end(), entries_.begin(), entries_.end());
  }

 private:
  resolve::SourceFiles& disk_;
  std::set<std::string, std::less<>> seen_;
  std::set<std::string> entries_;
};

void Replace(SurveyedFile& file, FileFacts facts) {
  // A line is one of this file.
  for (facts::TestFacts& test : facts.tests)
    if (!test.file.empty()) test.line = test.line_here;
  file.followed = EncodeFacts(facts);
  file.kept = file.followed;
  facts::DecodedFacts decoded = facts::DecodeConditions(file.kept);
  file.facts = std::move(*decoded.facts);
  // With the obstacles, which are not encoded.
  file.facts.imported = std::move(facts.imported);
}

/// What is worth reading anew.
std::vector<SurveyedFile*> FindOpen(const Surroundings& before, std::vector<SurveyedFile>& files,
                                    std::vector<SurveyedFile>& conftests) {
  if (!AreForOthers(before.for_all())) return {};
  std::vector<SurveyedFile*> open;
  bool has_doubts = false;
  for (SurveyedFile& file : files) {
    const std::vector<Doubt>& shared = before.LevelOf(DirectoryOf(file.path)).doubts;
    if (!IsSource(file) || !std::ranges::all_of(file.facts.reasons, IsForOthers) ||
        !AreForOthers(shared))
      continue;
    has_doubts |= !shared.empty() || !before.for_all().empty();
    if (HasConditions(file.facts)) open.push_back(&file);
  }
  if (open.empty() && !has_doubts) return {};
  for (SurveyedFile& file : conftests)
    if (IsSource(file) && CanConftestGain(file.facts)) open.push_back(&file);
  return open;
}

}  // namespace

size_t FollowImports(const SurveyRequest& request, const Surroundings& before,
                     std::vector<SurveyedFile>& files, std::vector<SurveyedFile>& conftests) {
  const std::vector<SurveyedFile*> open = FindOpen(before, files, conftests);
  if (open.empty()) return 0;
  resolve::DiskFiles disk;
  resolve::SearchPath search_path = request.search_path;
  EntryCollector entries(disk);
  for (const std::vector<SurveyedFile>* all : {&files, &conftests})
    for (const SurveyedFile& file : *all) entries.AddFor(file.path);
  entries.MoveTo(search_path.entries);
  resolve::Resolver resolver(disk, std::move(search_path), request.rules);
  for (const SurveyedFile& file : files)
    if (IsSource(file)) resolver.AddRoot(file.path, false);
  for (const SurveyedFile& file : conftests)
    if (IsSource(file)) resolver.AddRoot(file.path, true);
  for (SurveyedFile* const file : open) Replace(*file, resolver.Read(file->path));
  return open.size();
}

}  // namespace dxpy::survey
