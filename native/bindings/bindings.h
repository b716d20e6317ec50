#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

namespace dxpy::bindings {

// One per library; module.cc calls them all.
void BindDiscovery(pybind11::module_& m);
void BindProcess(pybind11::module_& m);
void BindMemory(pybind11::module_& m);
void BindDispatcher(pybind11::module_& m);
void BindWorkerPort(pybind11::module_& m);
void BindImpact(pybind11::module_& m);
void BindIdleRun(pybind11::module_& m);
void BindImpactArchive(pybind11::module_& m);
void BindImpactParts(pybind11::module_& m);
void BindTree(pybind11::module_& m);
void BindRecording(pybind11::module_& m);

/// Python bytes as they lie in memory; they live as long as `bytes`.
inline std::string_view View(const pybind11::bytes& bytes) { return bytes; }

}  // namespace dxpy::bindings
