#include <pybind11/pybind11.h>

#include "base/error.h"
#include "bindings/bindings.h"

PYBIND11_MODULE(_native, m) {
  m.doc() = "Native core of pytest-dxpy. Private: use pytest_dxpy.native.";
  pybind11::register_exception<dxpy::Error>(m, "NativeError", PyExc_RuntimeError);
  dxpy::bindings::BindDiscovery(m);
  dxpy::bindings::BindProcess(m);
  dxpy::bindings::BindDispatcher(m);
  dxpy::bindings::BindWorkerPort(m);
  dxpy::bindings::BindImpact(m);
  dxpy::bindings::BindIdleRun(m);
  dxpy::bindings::BindImpactArchive(m);
  dxpy::bindings::BindImpactParts(m);
  dxpy::bindings::BindTree(m);
  dxpy::bindings::BindRecording(m);
}
