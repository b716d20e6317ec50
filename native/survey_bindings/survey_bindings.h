#pragma once

#include <pybind11/pybind11.h>

#include <string_view>

namespace dxpy::bindings {

// One per library; module.cc calls them all.
void BindSyntax(pybind11::module_& m);
void BindFacts(pybind11::module_& m);
void BindIndex(pybind11::module_& m);
void BindSurvey(pybind11::module_& m);

/// Python bytes as they lie in memory; they live as long as `bytes`.
inline std::string_view View(const pybind11::bytes& bytes) { return bytes; }

}  // namespace dxpy::bindings
