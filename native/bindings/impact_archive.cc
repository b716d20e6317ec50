#include <pybind11/pybind11.h>

#include <memory>
#include <span>
#include <string>

#include "bindings/bindings.h"
#include "bindings/impact_store.h"
#include "impact/archive.h"

namespace py = pybind11;

namespace dxpy::bindings {
namespace {

using impact::Archive;

void AddBytes(Archive& archive, const py::bytes& data) {
  const std::string_view bytes = View(data);
  py::gil_scoped_release unlocked;
  archive.AddBytes(std::as_bytes(std::span(bytes)));
}

void AddStore(Archive& archive, ImpactStore& store) {
  py::gil_scoped_release unlocked;
  archive.AddStore(store.store());
}

py::bytes Data(const Archive& archive) {
  std::string bytes;
  {
    py::gil_scoped_release unlocked;
    bytes = archive.Bytes();
  }
  return py::bytes(bytes);
}

std::string AddTo(const Archive& archive, ImpactStore& store) {
  py::gil_scoped_release unlocked;
  return archive.AddTo(store.store());
}

py::tuple Counts(const Archive& archive) {
  const Archive::Counts counts = archive.counts();
  return py::make_tuple(counts.units, counts.tests, counts.results);
}

}  // namespace

void BindImpactArchive(py::module_& module) {
  py::class_<Archive>(module, "ImpactArchive")
      .def(py::init<>())
      .def("add_store", &AddStore, py::arg("store"))
      .def("add_bytes", &AddBytes, py::arg("data"))
      .def("data", &Data)
      .def("add_to", &AddTo, py::arg("store"))
      .def("counts", &Counts);
}

}  // namespace dxpy::bindings
