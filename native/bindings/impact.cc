#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings/bindings.h"
#include "bindings/impact_store.h"
#include "impact/current_files.h"
#include "impact/judge.h"
#include "impact/kinds.h"
#include "impact/run_record.h"
#include "store/store.h"

namespace py = pybind11;

namespace dxpy::bindings {
namespace {

py::tuple ToTuple(const impact::JudgedTest& test) {
  const impact::Verdict& verdict = test.verdict;
  py::list chain;
  for (const std::string& step : verdict.chain) chain.append(py::bytes(step));
  return py::make_tuple(py::bytes(test.node_id), verdict.is_affected, chain,
                        ToBytes(verdict.witness), verdict.when_s, verdict.seconds);
}

using Besides = std::pair<std::vector<std::string>, std::vector<std::string>>;

// (what is known of each unit, what EncodeMemo() makes of that or nothing).
py::tuple Judge(ImpactStore& store, const std::string& root, const Values& values,
                const std::vector<std::string>& units, bool each_test,
                const std::optional<Besides>& besides) {
  std::map<std::string, ContentId> now = ToMap(values);
  std::vector<impact::JudgedUnit> judged;
  std::string memo;
  {
    py::gil_scoped_release unlocked;
    const auto detail = each_test ? impact::Detail::kEachTest : impact::Detail::kCounts;
    impact::Judge judge(store.store(), root, std::move(now));
    judged = judge.Run(units, detail);
    if (besides) memo = judge.Remember(judged, {besides->first, besides->second});
  }
  py::list made;
  for (const impact::JudgedUnit& unit : judged) {
    py::list tests;
    for (const impact::JudgedTest& test : unit.tests) tests.append(ToTuple(test));
    py::list why;
    for (const std::string& step : unit.why) why.append(py::bytes(step));
    made.append(py::make_tuple(
        py::bytes(unit.unit), unit.must_collect, why, tests,
        py::make_tuple(unit.is_unchanged, unit.unchanged_tests, unit.unchanged_seconds)));
  }
  return py::make_tuple(made, py::bytes(memo));
}

/// What the workers of one run have recorded.
class ImpactRecord {
 public:
  ImpactRecord(const py::bytes& root, const std::vector<py::bytes>& stdlib,
               const std::vector<py::bytes>& path, int64_t began_ns)
      : root_(root),
        began_ns_(began_ns),
        stdlib_(stdlib.begin(), stdlib.end()),
        path_(path.begin(), path.end()) {}

  void Read(uint32_t worker, const py::bytes& trace) { traces_.emplace_back(worker, trace); }

  using Unit = std::tuple<py::bytes, std::vector<py::bytes>, bool, bool>;
  using Test = std::pair<py::bytes, bool>;
  using Origin = std::tuple<py::bytes, py::bytes, py::bytes>;  // host, branch, commit

  std::string Keep(ImpactStore& store, const Values& values, int64_t now_s,
                   const std::vector<Unit>& units, const std::vector<Test>& tests,
                   const Origin& origin, const py::bytes& children) {
    const auto& [host, branch, commit] = origin;
    impact::RunRecord::Options options{
        root_, stdlib_, path_, {}, began_ns_, now_s, {host, branch, commit}};
    for (const auto& [name, content] : values) {
      options.values.emplace_back(name, ToContentId(content));
    }
    std::vector<impact::CollectedUnit> collected;
    for (const auto& [path, node_ids, is_whole, has_failed] : units) {
      collected.push_back({path, {node_ids.begin(), node_ids.end()}, is_whole, has_failed});
    }
    std::vector<impact::ReportedTest> reported;
    for (const auto& [node_id, passed] : tests) reported.push_back({node_id, passed});
    std::string left_by_children = children;
    py::gil_scoped_release unlocked;
    impact::CurrentFiles files(store.store(), root_);
    impact::RunRecord record(std::move(options), files);
    for (const auto& [worker, trace] : traces_) record.Read(worker, trace);
    record.ReadChildren(std::move(left_by_children));
    std::vector<store::Store::Entry> entries = record.Finish(collected, reported);
    for (store::Store::Entry& entry : files.TakeEntries()) entries.push_back(std::move(entry));
    return store.store().Append(entries);
  }

 private:
  std::string root_;
  int64_t began_ns_;
  std::vector<std::string> stdlib_;
  std::vector<std::string> path_;
  std::vector<std::pair<uint32_t, std::string>> traces_;
};

}  // namespace

void BindImpact(py::module_& module) {
  py::class_<ImpactStore> store(module, "ImpactStore");
  store.def(py::init<py::bytes>(), py::arg("path"))
      .def("problem", &ImpactStore::problem)
      .def("judge", &Judge, py::arg("root"), py::arg("values"), py::arg("units"),
           py::arg("each_test"), py::arg("besides") = py::none());
  DefinePast(store);
  py::class_<ImpactRecord>(module, "ImpactRecord")
      .def(py::init<py::bytes, std::vector<py::bytes>, std::vector<py::bytes>, int64_t>(),
           py::arg("root"), py::arg("stdlib"), py::arg("path"), py::arg("began_ns"))
      .def("read", &ImpactRecord::Read, py::arg("worker"), py::arg("trace"))
      .def("keep", &ImpactRecord::Keep, py::arg("store"), py::arg("values"), py::arg("now_s"),
           py::arg("units"), py::arg("tests"), py::arg("origin"), py::arg("children"));
}

}  // namespace dxpy::bindings
