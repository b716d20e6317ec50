#include "impact/judge.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <unordered_map>
#include <utility>

#include "impact/closures.h"
#include "impact/current_files.h"
#include "impact/kinds.h"
#include "impact/memo.h"
#include "impact/set_table.h"
#include "impact/sources.h"
#include "impact/unit_digest.h"

namespace dxpy::impact {

class Judge::State {
 public:
  State(store::Store& store, std::string root, std::map<std::string, ContentId> values)
      : store_(store),
        root_(root),
        values_(std::move(values)),
        files_(store, std::move(root)),
        sources_(store, files_),
        sets_(store, files_, sources_, values_),
        closures_(sources_),
        digests_(store_, sets_) {}

  std::vector<JudgedUnit> Run(const std::vector<std::string>& units, Detail detail) {
    std::vector<JudgedUnit> judged;
    judged.reserve(units.size());
    for (const std::string& unit : units)
      judged.push_back(detail == Detail::kCounts ? CountUnit(unit) : JudgeUnit(unit));
    Keep();
    return judged;
  }

  std::string Remember(const std::vector<JudgedUnit>& units, const Besides& besides) {
    for (const std::string& name : besides.files) files_.File(name);
    for (const std::string& name : besides.presence) files_.Existence(name);
    Keep();
    const std::optional<FileStat> store = store_.Stat();
    std::optional<std::vector<Look>> looks = files_.Looks();
    if (!store || !looks || !std::ranges::all_of(units, &JudgedUnit::is_unchanged)) return {};
    Memo memo{root_, *store, ValuesContent(values_), {}, std::move(*looks)};
    for (const JudgedUnit& unit : units)
      memo.units.push_back({unit.unit, unit.unchanged_tests, unit.unchanged_seconds});
    return EncodeMemo(memo);
  }

  [[nodiscard]] Work work() const {
    return {files_.files_stated(), files_.files_read(), sets_.size()};
  }

 private:
  // As JudgeUnit(), but where nothing has changed a digest says all, and where there is none yet
  // one is made for the next run.
  JudgedUnit CountUnit(const std::string& unit) {
    const auto digest = DecodeDigest(store_.FindNewest(kDigestKind, TextKey(unit)));
    const bool holds = digest && digest->unit == unit && IsOfNewestRecords(*digest, store_) &&
                       sets_.IsClean(digest->dependencies);
    if (holds) return Unchanged(*digest);
    JudgedUnit judged = JudgeUnit(unit);
    const auto is_affected = [](const JudgedTest& test) { return test.verdict.is_affected; };
    if (judged.must_collect || std::ranges::any_of(judged.tests, is_affected)) return judged;
    const std::optional<UnitDigest> made = is_by_newest_ ? digests_.Make(unit) : std::nullopt;
    return made ? Unchanged(*made) : Counted(judged);
  }

  // By records that are not the newest: a branch that was left, and is back.
  static JudgedUnit Counted(const JudgedUnit& judged) {
    JudgedUnit counted{.unit = judged.unit, .must_collect = false, .why = {}, .tests = {}};
    counted.is_unchanged = true;
    counted.unchanged_tests = judged.tests.size();
    for (const JudgedTest& test : judged.tests) counted.unchanged_seconds += test.verdict.seconds;
    return counted;
  }

  static JudgedUnit Unchanged(const UnitDigest& digest) {
    return {.unit = digest.unit,
            .must_collect = false,
            .why = {},
            .tests = {},
            .is_unchanged = true,
            .unchanged_tests = digest.tests.size(),
            .unchanged_seconds = digest.seconds};
  }

  JudgedUnit JudgeUnit(const std::string& unit) {
    JudgedUnit judged{.unit = unit, .must_collect = true, .why = {}, .tests = {}};
    std::optional<UnitRecord> newest;
    std::optional<UnitRecord> holding;
    is_by_newest_ = true;
    VisitRecords(kUnitKind, unit, [&](std::string_view bytes) {
      std::optional<UnitRecord> record = DecodeUnit(bytes);
      if (!record || record->unit != unit) return true;
      if (record->dependencies == kNoContent && !newest) {  // whatever has changed since
        judged.why = {"it could not be collected when it last was"};
        newest = std::move(record);
        return false;
      }
      std::optional<Chain> chain = closures_.CheckCollection(sets_.Get(record->dependencies), unit);
      is_by_newest_ = is_by_newest_ && !chain;
      if (!newest && chain) judged.why = std::move(*chain);
      if (!newest) newest = record;
      if (!chain) holding = std::move(record);
      return chain.has_value();
    });
    judged.must_collect = !holding.has_value();
    if (holding) judged.why.clear();
    if (!newest) judged.why = {"nothing is known of it"};
    const std::optional<UnitRecord>& record = holding ? holding : newest;
    if (!record) return judged;
    judged.tests.reserve(record->node_ids.size());
    for (const std::string& node_id : record->node_ids)
      judged.tests.push_back({node_id, JudgeTest(node_id)});
    if (judged.must_collect) SelectByNames(*record, judged);
    return judged;
  }

  // A node id may stand for something else than when the test passed: a second definition of the
  // name hides the first.
  void SelectByNames(const UnitRecord& record, JudgedUnit& judged) {
    std::map<std::string, Chain, std::less<>> names;
    for (const SourceId source : SourcesOf(sets_.Get(record.dependencies).closure)) {
      if (sources_.name(source) != record.unit || !sources_.is_changed(source)) continue;
      const Delta* const delta = sources_.delta(source);
      if (delta == nullptr) continue;
      for (const auto& [name, change] : delta->changed_names)
        names.try_emplace(name, Chain{sources_.Describe(source, change)});
    }
    for (JudgedTest& test : judged.tests) {
      if (test.verdict.is_affected) continue;
      std::string_view rest(test.node_id);
      rest = rest.substr(0, rest.find('['));
      for (size_t at = rest.find("::"); at != std::string_view::npos; at = rest.find("::")) {
        rest.remove_prefix(at + 2);
        const auto found = names.find(rest.substr(0, rest.find("::")));
        if (found == names.end()) continue;
        test.verdict = {.is_affected = true,
                        .chain = found->second,
                        .witness = {},
                        .when_s = 0,
                        .seconds = test.verdict.seconds};
        break;
      }
    }
  }

  Verdict JudgeTest(const std::string& node_id) {
    Verdict verdict;
    bool is_newest = true;
    VisitRecords(kTestKind, node_id, [&](std::string_view bytes) {
      const std::optional<TestRecord> record = DecodeTest(bytes);
      if (!record || record->node_id != node_id) return true;
      if (is_newest) verdict.seconds = record->seconds;
      const bool is_unseen_failure = !record->passed && record->dependencies == kNoContent;
      const Chain* const chain =
          is_unseen_failure ? nullptr : closures_.Check(sets_.Get(record->dependencies));
      is_by_newest_ = is_by_newest_ && chain == nullptr && record->passed;
      if (chain == nullptr) {
        Decide(*record, verdict);
      } else if (is_newest) {
        verdict.chain = *chain;
      }
      is_newest = false;
      return chain != nullptr;
    });
    if (is_newest) {
      is_by_newest_ = false;
      verdict.chain = {"no result of it is known"};
    }
    return verdict;
  }

  // By a record whose dependencies hold.
  static void Decide(const TestRecord& record, Verdict& verdict) {
    verdict.is_affected = !record.passed;
    verdict.chain = record.passed ? Chain() : Chain{"it failed when it last ran"};
    verdict.seconds = record.seconds;
    if (!record.passed) return;
    verdict.witness = record.dependencies;
    verdict.when_s = record.when_s;
  }

  // Calls `visit` for the newest records of a text, until it returns false.
  template <typename Visit>
  void VisitRecords(store::Kind kind, const std::string& text, const Visit& visit) {
    const std::string key = TextKey(text);
    // Mostly the first one decides, and the others need not be looked for.
    const std::string_view newest = store_.FindNewest(kind, key);
    if (newest.empty() || !visit(newest)) return;
    const std::vector<std::string_view> records = store_.Find(kind, key);
    for (size_t i = 1; i < records.size() && i < kMostRecords; ++i)
      if (!visit(records[i])) return;
  }

  void Keep() {
    std::vector<store::Store::Entry> entries = files_.TakeEntries();
    std::ranges::move(sources_.TakeEntries(), std::back_inserter(entries));
    std::ranges::move(digests_.TakeEntries(), std::back_inserter(entries));
    // Where it fails, the next run does this work again; whoever records results is told.
    const std::string problem = store_.Append(entries);
    (void)problem;
  }

  store::Store& store_;
  std::string root_;
  std::map<std::string, ContentId> values_;
  CurrentFiles files_;
  Sources sources_;
  SetTable sets_;
  Closures closures_;
  DigestMaker digests_;
  bool is_by_newest_ = true;  // the last unit and its tests: their newest records hold
};

Judge::Judge(store::Store& store, std::string root, std::map<std::string, ContentId> values)
    : state_(std::make_unique<State>(store, std::move(root), std::move(values))) {}

Judge::~Judge() = default;

std::vector<JudgedUnit> Judge::Run(const std::vector<std::string>& units, Detail detail) {
  return state_->Run(units, detail);
}

std::string Judge::Remember(const std::vector<JudgedUnit>& units, const Besides& besides) {
  return state_->Remember(units, besides);
}

Judge::Work Judge::work() const { return state_->work(); }

}  // namespace dxpy::impact
