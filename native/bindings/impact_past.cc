#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "bindings/impact_store.h"
#include "impact/past.h"
#include "impact/run_note.h"

namespace py = pybind11;

namespace dxpy::bindings {
namespace {

py::object ToTuple(const std::optional<impact::RunOrigin>& origin) {
  if (!origin) return py::none();
  return py::make_tuple(py::bytes(origin->host), py::bytes(origin->branch),
                        py::bytes(origin->commit));
}

// (passed, when, seconds, worker, dependencies, origin) of each result, the newest first.
py::list Results(ImpactStore& store, const py::bytes& node_id) {
  std::vector<impact::PastResult> results;
  const std::string id = node_id;
  {
    py::gil_scoped_release unlocked;
    results = impact::PastResults(store.store(), id);
  }
  py::list made;
  for (const impact::PastResult& result : results) {
    const impact::TestRecord& record = result.record;
    made.append(py::make_tuple(record.passed, record.when_s, record.seconds, record.worker,
                               ToBytes(record.dependencies), ToTuple(result.origin)));
  }
  return made;
}

const char* NameOf(const impact::AllDependencies::Other& other) {
  if (other.is_missing) return "missing";
  switch (other.kind) {
    case impact::DependencyKind::kFile:
      return "file";
    case impact::DependencyKind::kExists:
      return "path";
    case impact::DependencyKind::kListing:
      return "listing";
    case impact::DependencyKind::kTree:
      return "tree";
    case impact::DependencyKind::kMemory:
      return "memory";
    case impact::DependencyKind::kValue:
      return "value";
    default:
      return "source";
  }
}

// (sources: (name, functions), others: (kind, name), whether that is all).
py::tuple Dependencies(ImpactStore& store, const py::bytes& set) {
  impact::AllDependencies all;
  const ContentId id = ToContentId(set);
  {
    py::gil_scoped_release unlocked;
    all = impact::DependenciesOf(store.store(), id);
  }
  py::list sources;
  for (const auto& source : all.sources) {
    py::list functions;
    for (const std::string& name : source.functions) functions.append(py::bytes(name));
    sources.append(py::make_tuple(py::bytes(source.name), functions));
  }
  py::list others;
  for (const auto& other : all.others)
    others.append(py::make_tuple(NameOf(other), py::bytes(other.name)));
  return py::make_tuple(sources, others, all.is_whole);
}

// (when, origin, values) of the run that was kept last, or None.
py::object LastRun(ImpactStore& store) {
  std::optional<impact::RunNote> note;
  std::vector<std::pair<std::string, ContentId>> values;
  {
    py::gil_scoped_release unlocked;
    note = impact::FindLastRun(store.store());
    if (note) values = impact::ValuesOf(store.store(), note->world);
  }
  if (!note) return py::none();
  py::list made;
  for (const auto& [name, content] : values)
    made.append(py::make_tuple(py::str(name), ToBytes(content)));
  return py::make_tuple(note->when_s, ToTuple(note->origin), made);
}

}  // namespace

void DefinePast(py::class_<ImpactStore>& store) {
  store.def("results", &Results, py::arg("node_id"))
      .def("dependencies", &Dependencies, py::arg("witness"))
      .def("last_run", &LastRun);
}

}  // namespace dxpy::bindings
