#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "discovery/walk_rules.h"

namespace dxpy::bindings {

/// Binds `walk(roots, rules)` as something that takes roots, and rules by name.
///
/// @param define  is called with a function and the names of its arguments.
template <typename Define, typename Walk>
void DefineWalk(const Define& define, const Walk& walk) {
  namespace py = pybind11;
  using Bytes = std::vector<std::string>;
  define(
      [walk](const Bytes& roots, const Bytes& python_files, const Bytes& norecursedirs,
             const Bytes& ignore, const Bytes& ignore_glob, const Bytes& doctest_globs,
             bool doctest_modules, bool collect_in_virtualenv, bool keep_duplicates) {
        return walk(roots, discovery::WalkRules{python_files, norecursedirs, ignore, ignore_glob,
                                                doctest_globs, doctest_modules,
                                                collect_in_virtualenv, keep_duplicates});
      },
      py::arg("roots"), py::kw_only(), py::arg("python_files"), py::arg("norecursedirs"),
      py::arg("ignore"), py::arg("ignore_glob"), py::arg("doctest_globs"),
      py::arg("doctest_modules"), py::arg("collect_in_virtualenv"), py::arg("keep_duplicates"));
}

}  // namespace dxpy::bindings
