#include <pybind11/pybind11.h>

#include <exception>

#include "base/error.h"
#include "survey_bindings/survey_bindings.h"

namespace py = pybind11;

namespace {

// As the class that the other module has made for it.
void Translate(std::exception_ptr thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const dxpy::Error& error) {
    const py::object kind = py::module_::import("pytest_dxpy._native").attr("NativeError");
    PyErr_SetString(kind.ptr(), error.what());
  }
}

}  // namespace

PYBIND11_MODULE(_survey, m) {
  m.doc() = "Native core of pytest-dxpy, what reads whole trees. Private: use pytest_dxpy.native.";
  py::register_local_exception_translator(&Translate);
  dxpy::bindings::BindSyntax(m);
  dxpy::bindings::BindFacts(m);
  dxpy::bindings::BindIndex(m);
  dxpy::bindings::BindSurvey(m);
  dxpy::bindings::BindGraph(m);
}
