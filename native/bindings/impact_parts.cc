#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings/bindings.h"
#include "impact/delta.h"
#include "impact/parts.h"

namespace dxpy::bindings {

namespace py = pybind11;
using namespace py::literals;

namespace {

using impact::Change;
using impact::Delta;
using impact::FileParts;

py::list Names(const std::vector<std::string>& names) {
  py::list list;
  for (const std::string& name : names) list.append(py::bytes(name));
  return list;
}

py::tuple Convert(const impact::Part& part) {
  constexpr std::array<const char*, 5> kKinds = {"function", "class", "statement", "import",
                                                 "effect"};
  py::dict mentions;
  for (const impact::PartMention& mention : part.mentions)
    mentions[py::bytes(mention.name)] = mention.bits;
  return py::make_tuple(
      kKinds[static_cast<size_t>(part.kind)], part.flags, part.first_line, part.last_line,
      py::bytes(part.name), Names(part.binds), mentions,
      py::make_tuple(part.head_hash, part.body_hash, part.doc_hash, part.layout_hash));
}

py::list Parts(const py::bytes& source) {
  const std::string_view view = View(source);
  FileParts file;
  {
    const py::gil_scoped_release release;
    file = impact::ReadParts(view);
  }
  py::list parts;
  for (const impact::Part& part : file.parts) parts.append(Convert(part));
  return parts;
}

py::object Convert(const std::optional<Change>& change) {
  if (!change) return py::none();
  return py::make_tuple(py::bytes(change->what), change->line, change->is_gone);
}

py::list Convert(const std::vector<impact::ChangedBody>& bodies) {
  py::list list;
  for (const impact::ChangedBody& body : bodies) list.append(py::bytes(body.name));
  return list;
}

py::list Convert(const std::vector<std::pair<std::string, Change>>& changes) {
  py::list list;
  for (const auto& [name, change] : changes) list.append(py::bytes(name));
  return list;
}

py::dict CompareSources(const py::bytes& old, const std::optional<py::bytes>& now) {
  const FileParts was = impact::ReadParts(View(old));
  const FileParts is = now ? impact::ReadParts(View(*now)) : FileParts();
  const Delta delta = impact::Compare(was, now ? &is : nullptr);
  py::list functions;
  for (size_t i = 0; i < delta.changed_functions.size(); ++i)
    if (delta.changed_functions[i]) functions.append(py::bytes(was.parts[i].name));
  return py::dict(
      "functions"_a = functions, "bodies"_a = Convert(delta.changed_bodies),
      "names"_a = Convert(delta.changed_names), "effect"_a = Convert(delta.changed_effect),
      "statement"_a = Convert(delta.changed_statement), "doc"_a = Convert(delta.changed_doc),
      "line"_a = Convert(delta.moved_line), "collection"_a = Convert(delta.changed_collection),
      "is_empty"_a = delta.is_empty());
}

}  // namespace

void BindImpactParts(py::module_& m) {
  m.def("parts", &Parts, "source"_a);
  m.def("compare_parts", &CompareSources, "old"_a, "now"_a);
}

}  // namespace dxpy::bindings
