#include "survey/surroundings.h"

#include <algorithm>
#include <array>

#include "survey/fixture_closure.h"

namespace dxpy::survey {
namespace {

using facts::FileFacts;
using facts::FixtureFacts;
using facts::HookFacts;
using facts::ReasonKind;

// Hooks that see nothing of collection, or change nothing of it.
constexpr auto kSilentHooks = std::to_array<std::string_view>({"pytest_assertion_pass",
                                                               "pytest_assertrepr_compare",
                                                               "pytest_enter_pdb",
                                                               "pytest_exception_interact",
                                                               "pytest_fixture_post_finalizer",
                                                               "pytest_fixture_setup",
                                                               "pytest_internalerror",
                                                               "pytest_keyboard_interrupt",
                                                               "pytest_leave_pdb",
                                                               "pytest_markeval_namespace",
                                                               "pytest_pyfunc_call",
                                                               "pytest_report_collectionfinish",
                                                               "pytest_report_from_serializable",
                                                               "pytest_report_teststatus",
                                                               "pytest_report_to_serializable",
                                                               "pytest_runtest_call",
                                                               "pytest_runtest_logfinish",
                                                               "pytest_runtest_logreport",
                                                               "pytest_runtest_logstart",
                                                               "pytest_runtest_makereport",
                                                               "pytest_runtest_protocol",
                                                               "pytest_runtest_setup",
                                                               "pytest_runtest_teardown",
                                                               "pytest_sessionfinish",
                                                               "pytest_terminal_summary",
                                                               "pytest_unconfigure",
                                                               "pytest_warning_recorded"});

// pytest calls these of a conftest for what lies below it.
constexpr auto kLocalHooks = std::to_array<std::string_view>(
    {"collect_ignore", "collect_ignore_glob", "pytest_collect_directory", "pytest_collect_file",
     "pytest_collectreport", "pytest_collectstart", "pytest_generate_tests",
     "pytest_ignore_collect", "pytest_itemcollected", "pytest_make_collect_report",
     "pytest_pycollect_makeitem", "pytest_pycollect_makemodule"});

// These return nothing that counts: all they can do, they do to what they are given.
constexpr auto kReturnNothing = std::to_array<std::string_view>(
    {"pytest_addoption", "pytest_report_header", "pytest_collection_finish",
     "pytest_collection_modifyitems", "pytest_collectreport", "pytest_collectstart",
     "pytest_configure", "pytest_deselected", "pytest_generate_tests", "pytest_itemcollected",
     "pytest_plugin_registered", "pytest_sessionstart"});

template <typename Words>
bool IsOneOf(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool IsSilent(const HookFacts& hook) {
  return IsOneOf(kSilentHooks, hook.name) || (hook.is_quiet && IsOneOf(kReturnNothing, hook.name));
}

enum class Concerns : uint8_t { kNobody, kBelow, kAll };

// What it means for others that a conftest is not understood in this way. Most
// reasons are about tests, and a conftest's are not collected.
Concerns Concern(ReasonKind kind, std::string_view detail) {
  switch (kind) {
    case ReasonKind::kFixture:
    case ReasonKind::kImportedTest:  // a name like that may be a fixture
      return Concerns::kBelow;
    case ReasonKind::kHook:  // the others are among the hooks
      return detail.starts_with("__") ? Concerns::kAll : Concerns::kNobody;
    case ReasonKind::kSyntax:
    case ReasonKind::kStarImport:
    case ReasonKind::kNamespace:
    case ReasonKind::kName:
      return Concerns::kAll;
    default:
      return Concerns::kNobody;
  }
}

std::string Describe(const facts::ImportedName& imported) {
  const std::string origin = OriginOf(imported);
  return imported.obstacle.empty() ? origin : origin + " (" + imported.obstacle + ")";
}

}  // namespace

std::string_view DirectoryOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

Surroundings::Surroundings(const std::vector<Conftest>& conftests, const Project& project)
    : project_(project), for_all_(project.doubts) {
  for (const Conftest& conftest : conftests) conftests_[conftest.directory] = &conftest;
  for (const Conftest& conftest : conftests) {
    AddHooks(conftest);
    AddLevel(conftest);
  }
}

// All conftests from the directory up, the nearest first.
void Surroundings::AddLevel(const Conftest& conftest) {
  Level& level = levels_[conftest.directory];
  for (std::string_view directory = conftest.directory;; directory = DirectoryOf(directory)) {
    const auto found = conftests_.find(directory);
    if (found != conftests_.end()) AddConftest(*found->second, level);
    if (directory.empty()) break;
  }
}

// Hooks and the like, of which pytest calls some for all tests.
void Surroundings::AddHooks(const Conftest& conftest) {
  if (conftest.facts == nullptr) {
    for_all_.push_back({"conftest", "unreadable", 0, conftest.node});
    return;
  }
  for (const HookFacts& hook : conftest.facts->hooks)
    if (!IsSilent(hook) && !IsOneOf(kLocalHooks, hook.name))
      for_all_.push_back({"conftest", hook.name, hook.line, conftest.node});
  for (const facts::Reason& reason : conftest.facts->reasons)
    if (Concern(reason.kind, reason.detail) == Concerns::kAll)
      for_all_.push_back({"conftest", std::string(ReasonName(reason.kind)) + " " + reason.detail,
                          reason.line, conftest.node});
}

void Surroundings::AddConftest(const Conftest& conftest, Level& level) {
  if (conftest.facts == nullptr) return;
  for (const HookFacts& hook : conftest.facts->hooks)
    if (!IsSilent(hook) && IsOneOf(kLocalHooks, hook.name))
      level.doubts.push_back({"conftest", hook.name, hook.line, conftest.node});
  for (const facts::Reason& reason : conftest.facts->reasons)
    if (Concern(reason.kind, reason.detail) == Concerns::kBelow)
      level.doubts.push_back({"conftest",
                              std::string(ReasonName(reason.kind)) + " " + reason.detail,
                              reason.line, conftest.node});
  for (const facts::ImportedName& imported : conftest.facts->imported)
    level.doubts.push_back({"conftest import", Describe(imported), imported.line, conftest.node});
  for (const FixtureFacts& fixture : conftest.facts->fixtures) {
    if (!fixture.owner.empty()) continue;  // nobody collects a conftest's classes
    level.fixtures[fixture.name].push_back(&fixture);
    if (fixture.is_autouse) level.autouse.push_back(fixture.name);
  }
}

const Surroundings::Level& Surroundings::LevelOf(std::string_view directory) const {
  for (;; directory = DirectoryOf(directory)) {
    const auto found = levels_.find(directory);
    if (found != levels_.end()) return found->second;
    if (directory.empty()) return top_;
  }
}

void Surroundings::AddTestFile(const FileFacts& facts, const std::string& node) {
  for (const HookFacts& hook : facts.hooks)
    if (hook.name == "pytest_plugins")
      for_all_.push_back({"test file", hook.name, hook.line, node});
}

std::vector<Doubt> Surroundings::Judge(const FileFacts& facts, const Level& level) const {
  std::vector<Doubt> doubts;
  for (const facts::ImportedName& imported : facts.imported)
    doubts.push_back({"import", Describe(imported), imported.line, {}});
  for (const facts::TestFacts& test : facts.tests)
    for (const facts::MarkFacts& mark : test.marks)
      if (IsOneOf(project_.loud_marks, mark.name))
        doubts.push_back({"plugin mark", mark.name, test.line, {}});
  FixtureClosure(facts, level, project_, doubts).Follow();
  return doubts;
}

}  // namespace dxpy::survey
