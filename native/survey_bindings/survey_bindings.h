#pragma once

#include <pybind11/pybind11.h>

#include <string_view>

#include "discovery/walk_rules.h"

namespace dxpy::bindings {

// One per library; module.cc calls them all.
void BindSyntax(pybind11::module_& m);
void BindFacts(pybind11::module_& m);
void BindIndex(pybind11::module_& m);
void BindSurvey(pybind11::module_& m);
void BindGraph(pybind11::module_& m);

/// As `walk` of the request has them, which settings make.
discovery::WalkRules ToWalkRules(const pybind11::dict& walk);

/// Python bytes as they lie in memory; they live as long as `bytes`.
inline std::string_view View(const pybind11::bytes& bytes) { return bytes; }

}  // namespace dxpy::bindings
