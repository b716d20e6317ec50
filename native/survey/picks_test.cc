#include "survey/picks.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "testing/temp_folder.h"

namespace dxpy::survey {
namespace {

constexpr const char* kTests =
    "import pytest, unittest\n"
    "@pytest.mark.parametrize('x', ['1', 'a[b]'])\ndef test_a(x): pass\n"
    "def test_ab(): pass\n"
    "class TestB:\n  def test_c(self): pass\n  class TestD:\n    def test_e(self): pass\n"
    "class TestBB:\n  pass\n"
    "class Case(unittest.TestCase):\n  def test_f(self): pass\n";

/// One file, and what of it is asked for.
class Asked {
 public:
  explicit Asked(const std::string& source = kTests) : path_(folder_.Write("test_1.py", source)) {
    request_.rootdir = request_.confcutdir = folder_.path();
  }

  Asked& AddAll() { return Add(std::shared_ptr<const Choice>()); }
  Asked& Add(std::shared_ptr<const Choice> choice) {
    request_.roots.push_back(path_);
    request_.choices.push_back(std::move(choice));
    request_.walk.keep_duplicates = true;
    return *this;
  }
  Asked& Add(const std::string& names) { return Add(std::make_shared<Choice>(names)); }

  /// Names of tests with their parameters.
  [[nodiscard]] std::string Found() const {
    const Survey survey = Survey::Take(request_);
    std::string text;
    for (const Pick& pick : survey.picks())
      for (const Choice* const choice : pick.choices)
        VisitPicked(survey.files()[pick.file], choice, [&text](const PickedTest& picked) {
          text.append(picked.test.name);
          if (picked.id != nullptr) text.append("[").append(*picked.id).append("]");
          text += " ";
        });
    return text;
  }

  [[nodiscard]] size_t picks() const { return Survey::Take(request_).picks().size(); }

  [[nodiscard]] std::optional<Miss> MissOf(const std::string& names) {
    Add(names);
    const Survey survey = Survey::Take(request_);
    return FindMiss(survey.files()[0], Choice(names));
  }

 private:
  testing::TempFolder folder_;
  std::string path_;
  SurveyRequest request_;
};

TEST_CASE("a test, its parameters or a class are asked for by name") {
  CHECK(Asked().Add("test_a").Found() == "test_a[1] test_a[a[b]] ");
  CHECK(Asked().Add("test_a[a[b]]").Found() == "test_a[a[b]] ");
  CHECK(Asked().Add("TestB").Found() == "TestB::test_c TestB::TestD::test_e ");
  CHECK(Asked().Add("TestB::TestD").Found() == "TestB::TestD::test_e ");
  for (const char* const names : {"test_a[1", "test_a[]", "test_ab[1]", "TestB[1]", "test", ""})
    CHECK(Asked().Add(names).Found().empty());
}

TEST_CASE(
    "choices come in their order, and those of one file that follow each other are one pick") {
  Asked asked;
  asked.Add("Case").Add("test_ab").Add("Case");
  CHECK(asked.Found() == "Case::test_f test_ab Case::test_f ");
  CHECK(asked.picks() == 1);
  CHECK(Asked().AddAll().Add("test_ab").Found().ends_with("Case::test_f test_ab "));
}

TEST_CASE("what earlier choices take is left out, and classes where only items count") {
  const auto first = std::make_shared<Choice>("test_a[1]");
  const auto all =
      std::make_shared<Choice>("test_a", false, std::vector<const Choice*>{first.get()});
  CHECK(Asked().Add(first).Add(all).Found() == "test_a[1] test_a[a[b]] ");
  CHECK(Asked().Add(std::make_shared<Choice>("TestB", true)).Found().empty());
  CHECK(Asked().Add(std::make_shared<Choice>("test_ab", true)).Found() == "test_ab ");
}

TEST_CASE("of a dynamic file what is known comes without parameters") {
  Asked asked("import pytest\n@pytest.mark.parametrize('x', f())\ndef test_a(x): pass\n");
  CHECK(asked.Add("test_a[1]").Add("test_b").Found() == "test_a ");
}

TEST_CASE("what is missing is told by what it is missing in") {
  CHECK_FALSE(Asked().MissOf("TestB"));
  CHECK_FALSE(Asked().MissOf("TestBB"));
  CHECK(Asked().MissOf("nope")->in == Miss::In::kFile);
  CHECK(Asked().MissOf("test_a[2]")->in == Miss::In::kFile);
  CHECK(Asked().MissOf("TestB[1]")->in == Miss::In::kFile);
  CHECK(Asked().MissOf("TestB::TestD::x")->name == "TestD");
  CHECK(Asked().MissOf("TestB::TestD::x")->in == Miss::In::kClass);
  CHECK(Asked().MissOf("Case::x")->in == Miss::In::kTestCase);
  CHECK(Asked().MissOf("test_ab::x")->behind == Miss::Behind::kTest);
  CHECK(Asked().MissOf("test_a::x")->behind == Miss::Behind::kParametrizedTest);
  CHECK(Asked().MissOf("test_c::x")->behind == Miss::Behind::kNothing);
}

}  // namespace
}  // namespace dxpy::survey
