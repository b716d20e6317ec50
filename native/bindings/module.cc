#include <pybind11/pybind11.h>

#include <string>

#include "base/error.h"
#include "bindings/bindings.h"

namespace py = pybind11;

namespace {

// What a run needs in which there is something to run.
void BindRest(py::module_& m) {
  dxpy::bindings::BindDispatcher(m);
  dxpy::bindings::BindWorkerPort(m);
  dxpy::bindings::BindMemory(m);
  dxpy::bindings::BindImpact(m);
  dxpy::bindings::BindImpactArchive(m);
  dxpy::bindings::BindImpactParts(m);
  dxpy::bindings::BindTree(m);
}

// Python's own hook (PEP 562): the rest is bound when something of it is first asked for. For a
// run in which nothing has to run it would be most of what this module takes to import.
void BindRestWhenAsked(py::module_& m) {
  m.def("__getattr__", [module = m.ptr(), is_bound = false](const std::string& name) mutable {
    auto self = py::reinterpret_borrow<py::module_>(module);
    if (!is_bound && !name.starts_with("__")) {
      is_bound = true;
      BindRest(self);
    }
    const py::dict names = self.attr("__dict__");
    if (!names.contains(name)) {
      const std::string message = "module 'pytest_dxpy._native' has no attribute '" + name + "'";
      throw py::attribute_error(message);
    }
    return py::object(names[name.c_str()]);
  });
}

}  // namespace

PYBIND11_MODULE(_native, m) {
  m.doc() = "Native core of pytest-dxpy. Private: use pytest_dxpy.native.";
  py::register_exception<dxpy::Error>(m, "NativeError", PyExc_RuntimeError);
  dxpy::bindings::BindDiscovery(m);
  dxpy::bindings::BindProcess(m);
  dxpy::bindings::BindIdleRun(m);
  dxpy::bindings::BindRecording(m);
  BindRestWhenAsked(m);
}
