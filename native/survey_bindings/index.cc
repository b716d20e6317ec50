#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "index/index.h"
#include "index/update.h"
#include "survey_bindings/survey_bindings.h"

namespace dxpy::bindings {

namespace py = pybind11;
using namespace py::literals;

namespace {

using index::FileId;
using index::Index;
using index::IndexedFile;
// size, mtime_ns, ctime_ns, inode
using Stat = std::tuple<int64_t, int64_t, int64_t, uint64_t>;
using Texts = std::vector<std::string>;
// The tuples of _native.pyi's _Facts, as they come from Python.
using Test = std::tuple<std::string, uint32_t, Texts>;
using Import = std::tuple<std::string, uint32_t, uint32_t, Texts>;
using Symbol = std::tuple<std::string, uint32_t, uint32_t, uint32_t, uint64_t>;

py::bytes Bytes(std::string_view text) { return {text.data(), text.size()}; }

FileStat ToStat(const Stat& stat) {
  return {std::get<0>(stat), std::get<1>(stat), std::get<2>(stat), std::get<3>(stat)};
}

template <typename T>
std::vector<T> Take(const py::dict& facts, const char* name) {
  return facts[name].cast<std::vector<T>>();
}

// Another kind would be taken for damage when it is read.
index::SymbolKind ToKind(uint32_t kind) {
  if (kind < 1 || kind > static_cast<uint32_t>(index::SymbolKind::kVariable))
    throw py::value_error("symbol kind " + std::to_string(kind) + " is not one of 1 to 4");
  return static_cast<index::SymbolKind>(kind);
}

IndexedFile FromPython(const py::dict& facts) {
  IndexedFile file;
  file.exact = facts["exact"].cast<bool>();
  file.reason = facts["reason"].cast<std::string>();
  file.blob = facts["blob"].cast<std::string>();
  for (auto& [id, line, marks] : Take<Test>(facts, "tests"))
    file.tests.push_back({id, line, marks});
  for (auto& [module, level, line, names] : Take<Import>(facts, "imports"))
    file.imports.push_back({module, level, line, names});
  for (auto& [name, kind, first, last, hash] : Take<Symbol>(facts, "symbols"))
    file.symbols.push_back({name, ToKind(kind), first, last, hash});
  return file;
}

py::list ToPython(const Texts& texts) {
  py::list list;
  for (const std::string& text : texts) list.append(Bytes(text));
  return list;
}

py::dict ToPython(const IndexedFile& file) {
  py::list tests;
  for (const auto& test : file.tests)
    tests.append(py::make_tuple(Bytes(test.id), test.line, ToPython(test.marks)));
  py::list imports;
  for (const auto& import : file.imports)
    imports.append(
        py::make_tuple(Bytes(import.module), import.level, import.line, ToPython(import.names)));
  py::list symbols;
  for (const auto& symbol : file.symbols)
    symbols.append(py::make_tuple(Bytes(symbol.name), static_cast<uint32_t>(symbol.kind),
                                  symbol.first_line, symbol.last_line, symbol.block_hash));
  return py::dict("exact"_a = file.exact, "reason"_a = Bytes(file.reason),
                  "blob"_a = Bytes(file.blob), "tests"_a = tests, "imports"_a = imports,
                  "symbols"_a = symbols);
}

// Its argument is the caller's; Index itself has to be quick and does not look.
void CheckFile(const Index& self, FileId file) {
  if (file >= self.file_count())
    throw py::index_error("file " + std::to_string(file) + " is not less than " +
                          std::to_string(self.file_count()));
}

py::object Path(const Index& self, FileId file) {
  CheckFile(self, file);
  const auto path = self.Path(file);
  return path ? py::object(Bytes(*path)) : py::none();
}

py::object Facts(const Index& self, FileId file) {
  CheckFile(self, file);
  const auto facts = self.Facts(file);
  return facts ? py::object(ToPython(facts->Copy())) : py::none();
}

py::tuple Find(const Index& self, const std::string& path, const Stat& stat) {
  constexpr std::array<const char*, 4> kNames = {"unknown", "changed", "uncertain", "fresh"};
  const index::Lookup found = self.Find(path, ToStat(stat));
  const auto file = found.file == index::kNoFile ? py::object(py::none()) : py::int_(found.file);
  return py::make_tuple(kNames[static_cast<size_t>(found.freshness)], file);
}

py::tuple Open(const std::string& path, uint64_t rules_hash) {
  index::OpenedIndex opened = Index::Open(path, rules_hash);
  py::object found = py::none();
  if (opened.index) found = py::cast(std::move(*opened.index));
  return py::make_tuple(found, Bytes(opened.problem));
}

py::dict ToPython(const index::UpdateStats& stats) {
  return py::dict("seen"_a = stats.seen, "fresh"_a = stats.fresh, "hashed"_a = stats.hashed,
                  "parsed"_a = stats.parsed, "unreadable"_a = stats.unreadable,
                  "damaged"_a = stats.damaged, "kept"_a = stats.kept,
                  "is_written"_a = stats.is_written, "open_ms"_a = stats.open_ms,
                  "look_up_ms"_a = stats.look_up_ms, "read_ms"_a = stats.read_ms,
                  "write_ms"_a = stats.write_ms);
}

py::tuple Update(const index::UpdateRequest& request,
                 const std::vector<std::pair<std::string, Stat>>& walked,
                 const py::function& parse) {
  std::vector<index::SourceFile> files;
  files.reserve(walked.size());
  for (const auto& [path, stat] : walked) files.push_back({path, ToStat(stat)});
  const auto call = [&parse](const std::string& path, std::string_view source) {
    const py::gil_scoped_acquire acquire;
    return FromPython(parse(Bytes(path), Bytes(source)));
  };
  index::UpdateResult result = [&] {
    const py::gil_scoped_release release;
    return index::Update(request, files, call);
  }();
  py::list ids;
  for (const FileId file : result.files)
    ids.append(file == index::kNoFile ? py::object(py::none()) : py::int_(file));
  return py::make_tuple(std::move(result.index), ids, ToPython(result.problems),
                        ToPython(result.stats));
}

}  // namespace

void BindIndex(py::module_& m) {
  py::class_<Index>(m, "Index")
      .def("__len__", &Index::file_count)
      .def("path", &Path, "file"_a)
      .def("facts", &Facts, "file"_a)
      .def("find", &Find, "path"_a, "stat"_a);
  m.def("open_index", &Open, "path"_a, "rules_hash"_a);
  m.def(
      "update_index",
      [](const std::string& path, const std::vector<std::pair<std::string, Stat>>& files,
         const py::function& parse, uint64_t rules_hash, const std::string& root,
         int64_t now_ns) { return Update({path, rules_hash, root, now_ns}, files, parse); },
      "path"_a, "files"_a, "parse"_a, py::kw_only(), "rules_hash"_a, "root"_a, "now_ns"_a = 0);
  m.def("hash64", [](const py::bytes& data) { return Hash64(View(data)); }, "data"_a);
}

}  // namespace dxpy::bindings
