#include "survey/picks.h"

#include <algorithm>
#include <utility>

namespace dxpy::survey {
namespace {

bool IsBelow(std::string_view name, std::string_view outer) {
  return name.size() > outer.size() + 2 && name.starts_with(outer) &&
         name.substr(outer.size(), 2) == "::";
}

const facts::ClassName* FindClass(const facts::FileFacts& facts, std::string_view name) {
  const auto found = std::ranges::find(facts.classes, name, &facts::ClassName::name);
  return found == facts.classes.end() ? nullptr : &*found;
}

bool HasAny(const SurveyedFile& file, const Choice& choice) {
  bool is_found = false;
  facts::VisitTests(file.kept, [&](const facts::TestView& test) {
    is_found |= !test.is_parametrized && choice.Takes(test.name, nullptr);
    for (const std::string_view& id : test.ids) is_found |= choice.Takes(test.name, &id);
  });
  return is_found;
}

}  // namespace

Choice::Choice(std::string names, bool items_only, std::vector<const Choice*> earlier)
    : text_(std::move(names)),
      names_size_(std::min(text_.find('['), text_.size())),
      items_only_(items_only),
      earlier_(std::move(earlier)) {}

bool Choice::Names(std::string_view test) const {
  return test == names() || (!has_parameters() && !items_only_ && IsBelow(test, names()));
}

bool Choice::Takes(std::string_view test, const std::string_view* id) const {
  if (!Names(test)) return false;
  if (!has_parameters()) return true;
  const std::string_view asked = std::string_view(text_).substr(names_size_);
  return id != nullptr && asked.size() == id->size() + 2 && asked.substr(1, id->size()) == *id &&
         asked.back() == ']';
}

bool Choice::IsTaken(std::string_view test, const std::string_view* id) const {
  return std::ranges::any_of(earlier_,
                             [&](const Choice* choice) { return choice->Takes(test, id); });
}

void VisitPicked(const SurveyedFile& file, const Choice* choice,
                 const std::function<void(const PickedTest&)>& visit) {
  const auto take = [&](const facts::TestView& test, const std::string_view* id) {
    if (choice == nullptr || (choice->Takes(test.name, id) && !choice->IsTaken(test.name, id)))
      visit({test, id});
  };
  facts::VisitTests(file.kept, [&](const facts::TestView& test) {
    if (!file.is_exact) {
      if (choice == nullptr || choice->Names(test.name)) visit({test, nullptr});
    } else if (!test.is_parametrized) {
      take(test, nullptr);
    } else {
      for (const std::string_view& id : test.ids) take(test, &id);
    }
  });
}

std::optional<Miss> FindMiss(const SurveyedFile& file, const Choice& choice) {
  if (HasAny(file, choice)) return std::nullopt;
  const facts::DecodedFacts decoded = facts::DecodeFacts(file.kept);
  if (!decoded.facts) return std::nullopt;
  Miss miss;
  const std::string_view names = choice.names();
  for (size_t end = names.find("::");; end = names.find("::", end + 2)) {
    const std::string_view outer = names.substr(0, end);
    const bool is_last = end == std::string_view::npos;
    if (is_last && choice.has_parameters()) return miss;
    if (const facts::ClassName* const found = FindClass(*decoded.facts, outer)) {
      if (is_last) return std::nullopt;
      miss.in = found->is_test_case ? Miss::In::kTestCase : Miss::In::kClass;
      miss.name = found->name.substr(found->name.rfind(':') + 1);
      continue;
    }
    const auto test = std::ranges::find(decoded.facts->tests, outer, &facts::TestFacts::name);
    if (!is_last && test != decoded.facts->tests.end())
      miss.behind = test->is_parametrized ? Miss::Behind::kParametrizedTest : Miss::Behind::kTest;
    return miss;
  }
}

}  // namespace dxpy::survey
