#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "bindings/bindings.h"
#include "bindings/walk_arguments.h"
#include "discovery/file_walk.h"
#include "discovery/text_search.h"

namespace dxpy::bindings {

namespace py = pybind11;

namespace {

using Bytes = std::vector<std::string>;

// Paths go out as bytes, since they need not be text.
py::list ToBytes(const Bytes& paths) {
  py::list list;
  for (const std::string& path : paths) list.append(py::bytes(path));
  return list;
}

// Messages go out as os.fsdecode() would give them: they have paths in them.
py::list ToText(const Bytes& messages) {
  py::list list;
  for (const std::string& message : messages)
    list.append(py::reinterpret_steal<py::str>(
        PyUnicode_DecodeFSDefaultAndSize(message.data(), static_cast<Py_ssize_t>(message.size()))));
  return list;
}

py::list ToTuples(const std::vector<discovery::WalkedFile>& files) {
  py::list list;
  for (const discovery::WalkedFile& file : files)
    list.append(
        py::make_tuple(py::bytes(file.path), file.root, file.stat.size_bytes, file.stat.mtime_ns));
  return list;
}

py::tuple Walk(const Bytes& roots, const discovery::WalkRules& rules) {
  discovery::WalkResult found;
  {
    const py::gil_scoped_release release;
    found = discovery::Walk(roots, rules);
  }
  return py::make_tuple(ToTuples(found.files), ToBytes(found.conftests), ToText(found.problems));
}

}  // namespace

void BindDiscovery(py::module_& m) {
  DefineWalk(
      [&m](const auto&... arguments) { m.def("walk", arguments...); },
      [](const Bytes& roots, const discovery::WalkRules& rules) { return Walk(roots, rules); });
  m.def(
      "find_text",
      [](const Bytes& paths, const Bytes& needles) { return discovery::FindText(paths, needles); },
      py::arg("paths"), py::arg("needles"), py::call_guard<py::gil_scoped_release>());
}

}  // namespace dxpy::bindings
