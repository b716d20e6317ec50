#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "bindings/bindings.h"
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
  m.def(
      "walk",
      [](const Bytes& roots, const Bytes& python_files, const Bytes& norecursedirs,
         const Bytes& ignore, const Bytes& ignore_glob, const Bytes& doctest_globs,
         bool doctest_modules, bool collect_in_virtualenv, bool keep_duplicates) {
        return Walk(roots, {python_files, norecursedirs, ignore, ignore_glob, doctest_globs,
                            doctest_modules, collect_in_virtualenv, keep_duplicates});
      },
      py::arg("roots"), py::kw_only(), py::arg("python_files"), py::arg("norecursedirs"),
      py::arg("ignore"), py::arg("ignore_glob"), py::arg("doctest_globs"),
      py::arg("doctest_modules"), py::arg("collect_in_virtualenv"), py::arg("keep_duplicates"));
  m.def(
      "find_text",
      [](const Bytes& paths, const Bytes& needles) { return discovery::FindText(paths, needles); },
      py::arg("paths"), py::arg("needles"), py::call_guard<py::gil_scoped_release>());
}

}  // namespace dxpy::bindings
