#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discovery/file_walk.h"
#include "graph/import_graph.h"
#include "resolve/source_files.h"
#include "survey_bindings/survey_bindings.h"

namespace dxpy::bindings {

namespace py = pybind11;
using namespace py::literals;

namespace {

using Texts = std::vector<std::string>;

py::bytes Bytes(std::string_view text) { return {text.data(), text.size()}; }

py::list Convert(const std::vector<graph::Link>& links) {
  py::list list;
  for (const graph::Link& link : links) list.append(py::make_tuple(Bytes(link.path), link.line));
  return list;
}

Texts PathsOf(const discovery::WalkResult& found) {
  Texts paths;
  for (const discovery::WalkedFile& file : found.files)
    if (file.path.ends_with(".py")) paths.push_back(file.path);
  std::ranges::sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

// Every source below the root, in folders where pytest looks for tests, but for what is
// installed there.
Texts SourcesBelow(const std::string& root, discovery::WalkRules rules) {
  rules.python_files = {"*.py"};
  rules.doctest_globs.clear();
  rules.names_only = true;
  Texts paths = PathsOf(discovery::Walk(Texts{root}, rules));
  std::erase_if(paths, [&root](const std::string& path) {
    return path.find("-packages/", root.size()) != std::string::npos;
  });
  return paths;
}

graph::Project MakeProject(const py::dict& request) {
  auto names = request["standard"].cast<Texts>();
  return {request["rootdir"].cast<std::string>(),
          {},
          {},
          {request["search_path"].cast<Texts>(), request["extension_suffixes"].cast<Texts>()},
          {std::move_iterator(names.begin()), std::move_iterator(names.end())}};
}

py::list Convert(const std::vector<graph::OtherModule>& modules) {
  py::list list;
  for (const graph::OtherModule& module : modules)
    list.append(py::make_tuple(Bytes(module.name), module.line, module.is_found));
  return list;
}

py::dict Convert(const graph::FileImports& own, const graph::Importers& importers,
                 const Texts& tests) {
  py::list indirect;
  for (const std::string& path : importers.indirect) indirect.append(Bytes(path));
  py::list test_files;
  for (const std::string& path : tests) test_files.append(Bytes(path));
  return py::dict("files"_a = Convert(own.files), "modules"_a = Convert(own.others),
                  "is_readable"_a = own.is_readable, "problem"_a = own.problem,
                  "problem_line"_a = own.problem_line, "direct"_a = Convert(importers.direct),
                  "indirect"_a = indirect, "test_files"_a = test_files);
}

py::dict ImportGraph(const std::string& path, const Texts& roots, const py::dict& request) {
  graph::Project project = MakeProject(request);
  discovery::WalkRules rules = ToWalkRules(request["walk"]);
  Texts tests;
  graph::FileImports own;
  graph::Importers importers;
  {
    const py::gil_scoped_release release;
    const discovery::WalkResult found = discovery::Walk(roots, rules);
    tests = PathsOf(found);
    project.collected = tests;
    project.collected.insert(project.collected.end(), found.conftests.begin(),
                             found.conftests.end());
    Texts& files = project.files = SourcesBelow(project.root, std::move(rules));
    if (!std::ranges::binary_search(files, path))
      files.insert(std::ranges::upper_bound(files, path), path);
    resolve::DiskFiles disk;
    const std::vector<graph::FileImports> imports = graph::ReadImports(disk, project);
    own = imports[static_cast<size_t>(std::ranges::lower_bound(files, path) - files.begin())];
    importers = graph::FindImporters(project, imports, path);
  }
  return Convert(own, importers, tests);
}

}  // namespace

void BindGraph(py::module_& m) {
  m.def("import_graph", &ImportGraph, "path"_a, "roots"_a, "request"_a);
}

}  // namespace dxpy::bindings
