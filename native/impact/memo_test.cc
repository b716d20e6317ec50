#include "impact/memo.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impact/judge_test_support.h"
#include "impact/kinds.h"
#include "impact/looks.h"
#include "store/store.h"

// That what is recalled is what judging says, each test of the judge compares:
// Project::JudgeUnit().

namespace dxpy::impact {
namespace {

/// A unit that need not run, and the memo that says so.
class Known : public Project {
 public:
  Known() {
    Write("t.py", "def test_a(): pass\n");
    Write("data/a", "1");
    Write("conftest.py", "");
    const DependencySet set = {Source("t.py", {"test_a"}, kCollects),
                               File("data/a"),
                               File("gone"),
                               File("away/deep/a"),
                               File("away/deep/b"),
                               File("data/a/below"),
                               Listing("data"),
                               Value("python", "3")};
    Collected({"test_a"}, {Source("t.py", {}, kCollects)});
    Ran("test_a", set);
    JudgeUnit();
  }
  [[nodiscard]] bool IsRecalled() const { return memory().Recalled(values).has_value(); }
};

TEST_CASE("what has not changed is recalled, with what it took") {
  const Known project;
  const std::optional<Answer> answer = project.memory().Recalled(project.values);
  REQUIRE(answer);
  CHECK(answer->tests == 1);
  CHECK(answer->seconds == 0.5);
}

TEST_CASE("nothing is recalled where anything is another, were it only in its stat") {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"t.py", "def test_a(): 1\n"},
      {"t.py", "def test_a(): pass\n"},
      {"data/a", "2"},
      {"data/b", ""},
      {"gone", ""},
      {"away/deep/a", ""},
      {"away/deep/b", ""},
      {"data/c", ""}};
  for (const auto& [name, text] : changes) {
    const Known project;
    project.Remove(name);
    project.Write(name, text);
    CAPTURE(name);
    CHECK_FALSE(project.IsRecalled());
  }
  for (const char* name : {"t.py", "data/a", "data"}) {
    const Known project;
    project.Remove(name);
    CHECK_FALSE(project.IsRecalled());
  }
  Known project;
  std::filesystem::create_directory(project.At("gone"));
  CHECK_FALSE(project.IsRecalled());
}

TEST_CASE("nothing is recalled with other values, or another store") {
  Known project;
  const auto values = project.values;
  project.values["python"] = ContentOf("4");
  CHECK_FALSE(project.IsRecalled());
  project.values.clear();
  CHECK_FALSE(project.IsRecalled());
  project.values = values;
  CHECK(project.IsRecalled());
  const std::vector<store::Store::Entry> entries(1, {kFileKind, "x", "y"});
  REQUIRE(project.memory().Open().Append(entries).empty());
  CHECK_FALSE(project.IsRecalled());
}

TEST_CASE("some of the units are recalled in their order, and no others") {
  const Memo memo{.root = "/r",
                  .store = {},
                  .values = ValuesContent({}),
                  .units = {{"a", 1, 1}, {"b", 2, 2}, {"c", 4, 4}},
                  .looks = {}};
  testing::TempFolder folder;
  Memo here = memo;
  FileStat stat;
  REQUIRE_FALSE(ContentByStat(folder.Write("store"), stat));
  here.store = stat;
  const auto tests = [&](const std::vector<std::string_view>& units,
                         const std::vector<std::string_view>& files = {}) -> uint64_t {
    const auto answer = Recall(here, {"/r", folder.At("store"), {}, units, files});
    return answer ? answer->tests : 100;
  };
  CHECK(tests({"a", "b", "c"}) == 7);
  CHECK(tests({"a", "c"}) == 5);
  CHECK(tests({"b"}) == 2);
  CHECK(tests({"c", "a"}) == 100);
  CHECK(tests({"a", "d"}) == 100);
  CHECK(tests({"a"}, {"conftest.py"}) == 100);
}

TEST_CASE("a look at a name after another one sees what a look by its path sees") {
  const testing::TempFolder folder;
  const std::vector<std::string> names = {"a/1",  "a/2",  "a/b/c", "a/b/d", "a/3",
                                          "no/1", "no/2", "a/1/x", "a/1/y", "top",
                                          "a/b",  "a",    ".",     "/",     "/no"};
  for (const char* name : {"a/1", "a/b/d", "a/3", "top"}) folder.Write(name, name);
  Lookout lookout(folder.At("."));
  for (const std::string& name : names) {
    CAPTURE(name);
    const std::string path = PathOf(folder.At("."), name);
    FileStat one, other;
    CHECK(lookout.ContentByStat(name, one) == ContentByStat(path, other));
    CHECK(one == other);
    CHECK(lookout.Existence(name) == ExistenceAt(path));
  }
}

TEST_CASE("where many names are not there, none of them may come") {
  Project project;
  project.Write("t.py", "def test_a(): pass\n");
  project.Write("data/a", "1");
  DependencySet set = {project.Source("t.py", {"test_a"}, kCollects), project.File("data/a")};
  for (int i = 0; i < 100; ++i)
    set.push_back(project.File("data/m" + std::to_string(i) + (i % 2 == 0 ? "/__init__.py" : "")));
  project.Collected({"test_a"}, {project.Source("t.py", {}, kCollects)});
  project.Ran("test_a", set);
  project.JudgeUnit();
  const auto is_recalled = [&] { return project.memory().Recalled(project.values).has_value(); };
  CHECK(is_recalled());
  project.Write("data/other");
  std::filesystem::create_symlink("nowhere", project.At("data/m7"));
  CHECK(is_recalled());
  project.Write("data/nowhere");
  CHECK_FALSE(is_recalled());
  project.Remove("data/nowhere");
  CHECK(is_recalled());
  for (const char* name : {"data/m8/__init__.py", "data/m9", "data/m9/x"}) {
    project.Write(name);
    CHECK_FALSE(is_recalled());
    project.Remove("data/m8");
    project.Remove("data/m9");
    CHECK(is_recalled());
  }
}

TEST_CASE("of very many files none may have changed, the first as little as the last") {
  for (const char* changed : {"", "data/0/100", "data/2/399", "data/3/400", "data/5/699"}) {
    CAPTURE(changed);
    Project project;
    project.Write("t.py", "def test_a(): pass\n");
    DependencySet set = {project.Source("t.py", {"test_a"}, kCollects)};
    for (int i = 100; i < 700; ++i) {
      const std::string name = "data/" + std::to_string(i / 100 - 1) + "/" + std::to_string(i);
      project.Write(name);
      set.push_back(project.File(name));
    }
    project.Collected({"test_a"}, {project.Source("t.py", {}, kCollects)});
    project.Ran("test_a", set);
    project.JudgeUnit();
    if (*changed != '\0') project.Write(changed, "1");
    CHECK(project.memory().Recalled(project.values).has_value() == (*changed == '\0'));
  }
}

TEST_CASE("a folder tells what is not in it") {
  const testing::TempFolder folder;
  folder.Write("one/b");
  const auto unlisted = [&](std::vector<std::string_view> names) {
    return AreUnlisted(folder.At("one"), names);
  };
  CHECK(unlisted({"a", "c"}));
  CHECK_FALSE(unlisted({"a", "b", "c"}));
  CHECK_FALSE(AreUnlisted(folder.At("two"), {}));
  folder.Write("one/B");  // as where letters are folded
  CHECK_FALSE(unlisted({"a", "c"}));
}

TEST_CASE("a file that is too young to be told by its stat makes no memo") {
  Known project;
  Judge judge(project.store(), project.At("."), project.values);
  CHECK(judge.Remember(judge.Run({"t.py"}, Detail::kCounts), {}).empty());
}

TEST_CASE("a memo comes back, and bytes that are none do not") {
  const Known project;
  const std::string& bytes = project.memory().bytes();
  const std::optional<Memo> memo = DecodeMemo(bytes);
  REQUIRE(memo);
  CHECK(EncodeMemo(*memo) == bytes);
  CHECK_FALSE(DecodeMemo(bytes + "x"));
  for (size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(DecodeMemo(std::string_view(bytes).substr(0, size)));
  for (size_t place = 0; place < bytes.size(); ++place) {
    std::string flipped = bytes;
    flipped[place] = static_cast<char>(flipped[place] ^ 1);
    CHECK_FALSE(DecodeMemo(flipped));
  }
}

}  // namespace
}  // namespace dxpy::impact
