// impact_bench [ROUNDS]: a suite of 200 files with 25 tests each, over 100 modules. Each test ran
// some 30 functions and has a closure of 60 sources. Prints the best time of judging all tests
// where nothing changed, and after each of some edits, each round with the store opened anew: asked
// for each test, and for how many there are of unaffected files. It is CPU time.

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/file_stat.h"
#include "bench/bench_support.h"
#include "impact/current_files.h"
#include "impact/judge.h"
#include "impact/kinds.h"
#include "impact/parts.h"
#include "impact/summary.h"
#include "testing/temp_folder.h"

namespace dxpy::impact {
namespace {

constexpr int kModules = 100;
constexpr int kUnits = 200;
constexpr int kTests = 25;
constexpr int kOfAClosure = 59;  // and the unit itself
constexpr int kModulesOfATest = 6;

std::string ModuleName(int i) { return "shop/module_" + std::to_string(i) + ".py"; }
std::string UnitName(int i) { return "tests/test_unit_" + std::to_string(i) + ".py"; }

// Twenty functions, some of which call each other, a few constants and a class.
std::string ModuleText(int m) {
  const std::string id = std::to_string(m);
  std::string text = "import os\nfrom shop import base_" + id + "\n\n";
  for (int i = 0; i < 5; ++i)
    text += "LIMIT_" + id + "_" + std::to_string(i) + " = " + std::to_string(i) + "\n";
  text += "\n\nclass Order_" + id + ":\n    rate = LIMIT_" + id + "_0\n\n";
  for (int i = 0; i < 20; ++i) {
    const std::string name = id + "_" + std::to_string(i);
    const std::string called = id + "_" + std::to_string((i + 7) % 20);
    text += "\ndef compute_" + name + "(order, price, count=1):\n" +
            "    \"\"\"Computes what an order costs.\"\"\"\n" +
            "    total = price * count + LIMIT_" + id + "_" + std::to_string(i % 5) + "\n" +
            "    if order.is_large and total > order.limit:\n" + "        total -= compute_" +
            called + "(order, total)\n" +
            "    return max(total, order.items.get('minimum', 0))\n\n";
  }
  return text;
}

std::string UnitText(int u, const std::vector<int>& modules) {
  std::string text = "import pytest\n";
  for (int i = 0; i < 10; ++i)
    text += "from shop import module_" + std::to_string(modules[static_cast<size_t>(i)]) + "\n";
  for (int i = 0; i < kTests; ++i) {
    const std::string module = std::to_string(modules[static_cast<size_t>(i % 10)]);
    text += "\n\ndef test_" + std::to_string(u) + "_" + std::to_string(i) + "(order, stock):\n" +
            "    result = module_" + module + ".compute_" + module + "_" + std::to_string(i % 20) +
            "(order, 3)\n    assert result == stock.expected[" + std::to_string(i) + "]\n";
  }
  return text;
}

/// The suite in a temporary folder, with what a run of it would have recorded.
class Suite {
 public:
  Suite() {
    Fill();
    entries_.clear();
    for (const auto& [name, parts] : files_) KeepSeen(name);
    Append();
  }

  [[nodiscard]] std::string root() const { return folder_.At("root"); }
  [[nodiscard]] std::string store_path() const { return folder_.At("store"); }
  [[nodiscard]] const std::vector<std::string>& units() const { return units_; }

  void Edit(const std::string& name, const std::string& old, const std::string& with) {
    std::string text = folder_.Read("root/" + name);
    const size_t at = text.find(old);
    if (at == std::string::npos) std::abort();
    folder_.Write("root/" + name, text.replace(at, old.size(), with));
  }

 private:
  struct Known {
    ContentId content{};
    FileParts parts;
  };

  void Fill() {
    std::mt19937 random(1);  // NOLINT: the same every time
    for (int i = 0; i < kModules; ++i) Write(ModuleName(i), ModuleText(i));
    for (int u = 0; u < kUnits; ++u) {
      std::vector<int> modules(kModules);
      for (int i = 0; i < kModules; ++i) modules[static_cast<size_t>(i)] = i;
      std::ranges::shuffle(modules, random);
      modules.resize(kOfAClosure);
      Write(UnitName(u), UnitText(u, modules));
      Record(UnitName(u), u, modules, random);
      units_.push_back(UnitName(u));
      Append();
    }
  }

  void Write(const std::string& name, const std::string& text) {
    folder_.Write("root/" + name, text);
    Known& known = files_[name];
    known = {ContentOf(text), ReadParts(text)};
    entries_.push_back({kPartsKind, PartsKey(known.content), EncodeParts(known.parts)});
  }

  Dependency Source(const std::string& name, const std::set<std::string>& ran) {
    const Known& known = files_[name];
    Dependency source{DependencyKind::kSource, name, known.content, {}, 0};
    for (uint32_t i = 0; i < known.parts.parts.size(); ++i)
      if (ran.contains(known.parts.parts[i].name)) source.parts.push_back(i);
    return source;
  }

  ContentId KeepSet(const DependencySet& set) {
    const std::string bytes = EncodeSet(set);
    entries_.push_back({kSetKind, std::string(ContentKey(ContentOf(bytes))), bytes});
    return ContentOf(bytes);
  }

  void Record(const std::string& unit, int u, const std::vector<int>& modules,
              std::mt19937& random) {
    DependencySet closure = {Source(unit, {})};
    for (const int module : modules) closure.push_back(Source(ModuleName(module), {}));
    const Dependency shared{DependencyKind::kSet, "", KeepSet(closure), {}, 0};
    UnitRecord record{.unit = unit, .node_ids = {}, .dependencies = {}, .when_s = 1};
    Dependency own = Source(unit, {});
    own.flags = kCollects;
    record.dependencies = KeepSet({own, shared});
    for (int i = 0; i < kTests; ++i) {
      const std::string name = "test_" + std::to_string(u) + "_" + std::to_string(i);
      DependencySet set = {Source(unit, {name})};
      for (int k = 0; k < kModulesOfATest; ++k) {
        const int module = modules[random() % modules.size()];
        std::set<std::string> ran;
        while (ran.size() < 5)
          ran.insert("compute_" + std::to_string(module) + "_" + std::to_string(random() % 20));
        set.push_back(Source(ModuleName(module), ran));
      }
      set.push_back(shared);
      RecordTest(unit + "::" + name, unit, KeepSet(set));
      record.node_ids.push_back(unit + "::" + name);
    }
    entries_.push_back({kUnitKind, TextKey(unit), EncodeUnit(record)});
  }

  void RecordTest(const std::string& node_id, const std::string& unit, const ContentId& set) {
    entries_.push_back({kTestKind, TextKey(node_id),
                        EncodeTest({.node_id = node_id,
                                    .unit = unit,
                                    .passed = true,
                                    .position = 0,
                                    .seconds = 0.01,
                                    .when_s = 1,
                                    .dependencies = set})});
  }

  // As a run would that came ten seconds later.
  void KeepSeen(const std::string& name) {
    struct stat status{};
    stat(folder_.At("root/" + name).c_str(), &status);
    entries_.push_back({kFileKind, name,
                        EncodeSeenFile({.stat = ToFileStat(status),
                                        .read_ns = FileClockNs() + 10'000'000'000,
                                        .content = files_[name].content})});
  }

  void Append() {
    std::string problem;
    store::Store store = store::Store::Open(store_path(), StoreOptions(), &problem);
    problem += store.Append(entries_);
    if (!problem.empty()) std::printf("%s\n", problem.c_str());
    entries_.clear();
  }

  testing::TempFolder folder_;
  std::map<std::string, Known> files_;
  std::vector<std::string> units_;
  std::vector<store::Store::Entry> entries_;
};

void MeasureWith(Detail detail, const Suite& suite, int rounds) {
  double open_ms = 1e9;
  double run_ms = 1e9;
  size_t affected = 0;
  Judge::Work work;
  for (int round = 0; round < rounds; ++round) {
    const double start = bench::CpuSeconds();
    store::Store store = store::Store::Open(suite.store_path(), StoreOptions(), nullptr);
    const double opened = bench::CpuSeconds();
    open_ms = std::min(open_ms, (opened - start) * 1e3);
    Judge judge(store, suite.root(), {});
    const std::vector<JudgedUnit> judged = judge.Run(suite.units(), detail);
    run_ms = std::min(run_ms, (bench::CpuSeconds() - opened) * 1e3);
    affected = 0;
    for (const JudgedUnit& unit : judged)
      for (const JudgedTest& test : unit.tests) affected += test.verdict.is_affected ? 1 : 0;
    work = judge.work();
  }
  std::printf(
      "  %-10s open %5.2f ms, judge %6.2f ms: %zu affected; %zu stated, %zu read, %zu sets\n",
      detail == Detail::kCounts ? "counts" : "each test", open_ms, run_ms, affected,
      work.files_stated, work.files_read, work.sets_judged);
}

void Measure(const char* what, const Suite& suite, int rounds) {
  std::printf("%s\n", what);
  MeasureWith(Detail::kEachTest, suite, rounds);
  MeasureWith(Detail::kCounts, suite, rounds);
}

void Run(int rounds) {
  Suite suite;
  std::printf("%d tests in %d files\n", kUnits * kTests, kUnits);
  Measure("nothing changed:", suite, rounds);
  suite.Edit(ModuleName(7), "def compute_7_3(order, price, count=1):",
             "def compute_7_3(order, price, count=1):\n    price += 1");
  Measure("one function:", suite, rounds);
  suite.Edit(ModuleName(8), "LIMIT_8_1 = 1", "LIMIT_8_1 = 2");
  Measure("and a constant:", suite, rounds);
  suite.Edit(ModuleName(9), "import os\n", "import os\nprint(os)\n");
  Measure("and an effect:", suite, rounds);
  for (int i = 20; i < 60; ++i) suite.Edit(ModuleName(i), "max(total", "min(total");
  Measure("and one in 40 modules each:", suite, rounds);
}

}  // namespace
}  // namespace dxpy::impact

int main(int argc, char** argv) {
  dxpy::impact::Run(argc > 1 ? std::atoi(argv[1]) : 20);
  return 0;
}
