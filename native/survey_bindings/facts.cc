#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <utility>

#include "facts/file_facts.h"
#include "resolve/resolver.h"
#include "survey_bindings/survey_bindings.h"

namespace dxpy::bindings {

namespace py = pybind11;
using namespace py::literals;

namespace {

// Ids hold lone surrogates only as escapes, names are source text: bytes.
py::bytes Bytes(std::string_view text) { return {text.data(), text.size()}; }

py::list Bytes(const std::vector<std::string>& texts) {
  py::list list;
  for (const std::string& text : texts) list.append(Bytes(text));
  return list;
}

py::dict Convert(const facts::TestFacts& test) {
  py::list marks;
  for (const facts::MarkFacts& mark : test.marks)
    marks.append(py::make_tuple(Bytes(mark.name), Bytes(mark.text)));
  return py::dict("name"_a = Bytes(test.name), "line"_a = test.line,
                  "ids"_a = test.is_parametrized ? py::object(Bytes(test.ids)) : py::none(),
                  "fixtures"_a = Bytes(test.fixtures), "indirect"_a = Bytes(test.indirect),
                  "file"_a = Bytes(test.file), "marks"_a = marks,
                  "has_case_marks"_a = test.has_case_marks);
}

py::dict Convert(const facts::FixtureFacts& fixture) {
  return py::dict("name"_a = Bytes(fixture.name), "owner"_a = Bytes(fixture.owner),
                  "scope"_a = Bytes(fixture.scope), "line"_a = fixture.line,
                  "autouse"_a = fixture.is_autouse, "params"_a = fixture.has_params,
                  "fixtures"_a = Bytes(fixture.fixtures));
}

py::dict Convert(const facts::FileFacts& file) {
  py::list tests;
  for (const auto& test : file.tests) tests.append(Convert(test));
  py::list fixtures;
  for (const auto& fixture : file.fixtures) fixtures.append(Convert(fixture));
  py::list imported;
  for (const auto& name : file.imported)
    imported.append(py::make_tuple(Bytes(name.name), Bytes(name.module), Bytes(name.origin),
                                   name.line, Bytes(name.file), Bytes(name.obstacle)));
  py::list reasons;
  for (const auto& reason : file.reasons)
    reasons.append(py::make_tuple(ReasonName(reason.kind), Bytes(reason.detail), reason.line));
  return py::dict("exact"_a = file.is_exact(), "tests"_a = tests, "fixtures"_a = fixtures,
                  "imported"_a = imported, "reasons"_a = reasons,
                  "sources"_a = Bytes(file.sources));
}

py::dict FileFacts(const py::bytes& source, const std::vector<std::string>& python_classes,
                   const std::vector<std::string>& python_functions,
                   std::pair<int, int> python_version,
                   const std::vector<std::string>& plain_imports) {
  char* data = nullptr;
  Py_ssize_t size = 0;
  PyBytes_AsStringAndSize(source.ptr(), &data, &size);
  facts::FileFacts file;
  {
    const py::gil_scoped_release release;
    const facts::Rules rules{facts::NamePatterns(python_classes),
                             facts::NamePatterns(python_functions), python_version, plain_imports};
    file = facts::ReadFileFacts({data, static_cast<size_t>(size)}, rules);
  }
  return Convert(file);
}

py::list ResolveFacts(const std::vector<std::string>& paths, resolve::SearchPath search_path,
                      const std::vector<std::string>& python_classes,
                      const std::vector<std::string>& python_functions,
                      std::pair<int, int> python_version) {
  const facts::Rules rules{facts::NamePatterns(python_classes),
                           facts::NamePatterns(python_functions),
                           python_version,
                           {}};
  resolve::DiskFiles disk;
  resolve::Resolver resolver(disk, std::move(search_path), rules);
  std::vector<facts::FileFacts> files;
  {
    const py::gil_scoped_release release;
    for (const std::string& path : paths) files.push_back(resolver.Read(path));
  }
  py::list list;
  for (const facts::FileFacts& file : files) list.append(Convert(file));
  return list;
}

}  // namespace

void BindFacts(py::module_& m) {
  m.def(
      "resolve_facts",
      [](const std::vector<std::string>& paths, std::vector<std::string> entries,
         std::vector<std::string> extension_suffixes,
         const std::vector<std::string>& python_classes,
         const std::vector<std::string>& python_functions, std::pair<int, int> python_version) {
        return ResolveFacts(paths, {std::move(entries), std::move(extension_suffixes)},
                            python_classes, python_functions, python_version);
      },
      "paths"_a, py::kw_only(), "entries"_a, "extension_suffixes"_a, "python_classes"_a,
      "python_functions"_a, "python_version"_a);
  m.def("file_facts", &FileFacts, "source"_a, py::kw_only(), "python_classes"_a,
        "python_functions"_a, "python_version"_a, "plain_imports"_a);
}

}  // namespace dxpy::bindings
