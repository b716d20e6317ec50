#include "impact/run_record.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/file_stat.h"
#include "impact/current_files.h"
#include "impact/judge.h"
#include "impact/kinds.h"
#include "impact/trace.h"
#include "testing/temp_folder.h"

namespace dxpy::impact {
namespace {

/// A project, and one worker that tells what it has recorded of it.
class Run {
 public:
  Run() : store_(store::Store::Open(folder_.At("store"), StoreOptions(), nullptr)) {
    Write("shop.py", "RATE = 2\ndef tax(n):\n    return n * RATE\ndef cost():\n    return 5\n");
    Write("test_shop.py",
          "from shop import tax, cost\ndef test_tax():\n    pass\n"
          "def test_cost():\n    pass\n");
  }

  void Write(const std::string& name, const std::string& text) const {
    folder_.Write("root/" + name, text);
  }
  [[nodiscard]] std::string At(const std::string& name) const { return folder_.At("root/" + name); }

  TraceWriter trace;

  void Module(const std::string& name) {
    const std::string path = At(name + ".py");
    struct stat status{};
    REQUIRE(stat(path.c_str(), &status) == 0);
    const FileStat found = ToFileStat(status);
    trace.End(trace.AddContext(ContextKind::kModule, path), 0, 0);
    trace.Module(name, path, found.size_bytes, found.mtime_ns);
  }
  /// Both modules are imported, and the file is collected.
  void Collect() {
    trace.AddContext(ContextKind::kSession, "");
    Module("shop");
    Module("test_shop");
    trace.End(trace.AddContext(ContextKind::kCollection, At("test_shop.py")), 0, 0);
  }
  uint32_t Test(const std::string& name, const std::string& function, uint32_t line) {
    const uint32_t context = trace.AddContext(ContextKind::kTest, "test_shop.py::" + name);
    trace.Ran(context, trace.AddCode(At("shop.py"), line, function));
    trace.End(context, 0, 0.5);
    return context;
  }

  void Keep(bool passed = true) {
    CurrentFiles files(store_, At("").substr(0, At("").size() - 1));
    RunRecord record({folder_.At("root"), {}, {}, {}, FileClockNs() + 1'000'000'000, 1}, files);
    record.Read(7, trace.Take());
    const std::vector<std::string> node_ids{"test_shop.py::test_tax", "test_shop.py::test_cost"};
    const auto entries = record.Finish({{At("test_shop.py"), node_ids, true}},
                                       {{node_ids[0], passed}, {node_ids[1], true}});
    CHECK(store_.Append(entries).empty());
  }
  /// The tests that run now.
  std::string Affected() {
    const auto units = Judge(store_, folder_.At("root"), {}).Run({"test_shop.py"});
    std::string names = units[0].must_collect ? "collect" : "";
    for (const JudgedTest& test : units[0].tests) {
      if (test.verdict.is_affected) names += " " + test.node_id.substr(14);
    }
    return names;
  }

 private:
  testing::TempFolder folder_;
  store::Store store_;
};

TEST_CASE("what a worker has recorded decides what runs") {
  Run run;
  run.Collect();
  run.Test("test_tax", "tax", 2);
  run.Test("test_cost", "cost", 4);
  CHECK(run.Affected() == "collect");
  run.Keep();
  CHECK(run.Affected().empty());

  run.Write("shop.py", "RATE = 2\ndef tax(n):\n    return n * RATE\ndef cost():\n    return 6\n");
  CHECK(run.Affected() == " test_cost");
  run.Write("shop.py", "RATE = 3\ndef tax(n):\n    return n * RATE\ndef cost():\n    return 5\n");
  CHECK(run.Affected() == " test_tax");
}

TEST_CASE("a test needs what its fixtures needed") {
  Run run;
  run.Collect();
  const uint32_t fixture = run.trace.AddContext(ContextKind::kFixture, "prices");
  run.trace.Ran(fixture, run.trace.AddCode(run.At("shop.py"), 4, "cost"));
  const uint32_t test = run.trace.AddContext(ContextKind::kTest, "test_shop.py::test_tax");
  run.trace.Uses(test, fixture);
  run.trace.End(test, 0, 0.5);
  run.Test("test_cost", "tax", 2);
  run.Keep();
  run.Write("shop.py", "RATE = 2\ndef tax(n):\n    return n * RATE\ndef cost():\n    return 6\n");
  CHECK(run.Affected() == " test_tax");
}

TEST_CASE("files, listings and missing paths") {
  Run run;
  run.Write("data/a.txt", "1");
  run.Collect();
  const uint32_t test = run.trace.AddContext(ContextKind::kTest, "test_shop.py::test_tax");
  SUBCASE("read") {
    run.trace.Path(test, PathUse::kRead, run.At("data/a.txt"));
    run.trace.End(test, 0, 0.5);
    run.Keep();
    CHECK(run.Affected() == " test_cost");  // which has not run
    run.Write("data/a.txt", "2");
  }
  SUBCASE("listed") {
    run.trace.Path(test, PathUse::kListed, run.At("data"));
    run.trace.End(test, 0, 0.5);
    run.Keep();
    run.Write("data/b.txt", "");
  }
  SUBCASE("looked for") {
    run.trace.Path(test, PathUse::kMissing, run.At("data/b.txt"));
    run.trace.End(test, 0, 0.5);
    run.Keep();
    run.Write("data/b.txt", "");
  }
  SUBCASE("asked for as a module") {
    run.trace.Asked(test, "extra", false);
    run.trace.End(test, 0, 0.5);
    run.Keep();
    run.Write("extra.py", "");
  }
  SUBCASE("by a process that it started") {
    run.trace.Flag(test, kStartedProcess, "");
    run.trace.End(test, 0, 0.5);
    run.Keep();
    run.Write("data/a.txt", "2");
  }
  CHECK(run.Affected() == " test_tax test_cost");
}

TEST_CASE("what cannot be relied on is not kept") {
  Run run;
  run.Collect();
  SUBCASE("a test that failed") {
    run.Test("test_tax", "tax", 2);
    run.Keep(false);
    CHECK(run.Affected() == " test_tax test_cost");
  }
  SUBCASE("a source that changed while tests ran") {
    run.Test("test_tax", "tax", 2);
    run.Test("test_cost", "cost", 4);
    run.Write("shop.py", "RATE = 20\n");
    run.Keep();
    CHECK(run.Affected() == "collect");
  }
}

TEST_CASE("a trace with numbers of nothing is refused") {
  const testing::TempFolder folder;
  const store::Store store = store::Store::Open(folder.At("store"), StoreOptions(), nullptr);
  CurrentFiles files(store, folder.path());
  RunRecord record({folder.path(), {}, {}, {}, 0, 0}, files);
  TraceWriter trace;
  trace.Ran(trace.AddContext(ContextKind::kTest, "a"), 0);
  CHECK_THROWS_AS(record.Read(0, trace.Take()), Error);
}

}  // namespace
}  // namespace dxpy::impact
