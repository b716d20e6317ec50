#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>

#include "scan/scan.h"
#include "survey_bindings/survey_bindings.h"
#include "syntax/outline.h"
#include "syntax/outline_queries.h"
#include "syntax/tree_sitter_outline.h"

namespace dxpy::bindings {

namespace py = pybind11;
using namespace py::literals;

namespace {

using syntax::Outline;

py::bytes Bytes(std::string_view text) { return {text.data(), text.size()}; }

// An id of a definition or a block, which may be none, as Python writes it.
py::object Id(uint32_t id) {
  static_assert(syntax::kNoDefinition == syntax::kNoBlock);
  return id == syntax::kNoDefinition ? py::object(py::none()) : py::int_(id);
}

py::tuple BlockNames(syntax::Blocks within) {
  constexpr std::array<const char*, 7> kNames = {"function", "class", "if",   "try",
                                                 "with",     "loop",  "match"};
  py::list names;
  for (size_t bit = 0; bit < kNames.size(); ++bit)
    if ((within >> bit & 1) != 0) names.append(kNames[bit]);
  return py::tuple(names);
}

const char* Name(syntax::DefinitionKind kind) {
  constexpr std::array<const char*, 3> kNames = {"function", "async function", "class"};
  return kNames[static_cast<size_t>(kind)];
}

const char* Name(syntax::ImportKind kind) {
  constexpr std::array<const char*, 3> kNames = {"modules", "names", "star"};
  return kNames[static_cast<size_t>(kind)];
}

py::dict Convert(const syntax::Definition& definition) {
  return py::dict(
      "kind"_a = Name(definition.kind), "name"_a = Bytes(definition.name),
      "bases"_a = Bytes(definition.bases), "parameters"_a = Bytes(definition.parameters),
      "text"_a = Bytes(definition.text), "block"_a = Id(definition.block),
      "first_line"_a = definition.first_line, "last_line"_a = definition.last_line,
      "decorator_line"_a = definition.decorator_line, "column"_a = definition.column,
      "enclosing"_a = Id(definition.enclosing), "within"_a = BlockNames(definition.within),
      "is_method"_a = definition.is_method, "is_conditional"_a = definition.is_conditional,
      "decorators"_a = py::make_tuple(definition.decorators_begin, definition.decorators_end));
}

py::dict Convert(const syntax::Decorator& decorator) {
  return py::dict("text"_a = Bytes(decorator.text), "line"_a = decorator.line,
                  "definition"_a = Id(decorator.definition));
}

py::dict Convert(const syntax::Import& import, const Outline& outline) {
  py::list names;
  for (uint32_t i = import.names_begin; i < import.names_end; ++i)
    names.append(py::make_tuple(py::bytes(syntax::PlainName(outline.names[i].name)),
                                Bytes(outline.names[i].alias)));
  return py::dict("kind"_a = Name(import.kind),
                  "module"_a = py::bytes(syntax::PlainName(import.module)),
                  "level"_a = import.level, "names"_a = names, "first_line"_a = import.first_line,
                  "last_line"_a = import.last_line, "enclosing"_a = Id(import.enclosing),
                  "within"_a = BlockNames(import.within), "block"_a = Id(import.block));
}

py::dict Convert(const syntax::Block& block) {
  return py::dict("header"_a = Bytes(block.header), "kind"_a = BlockNames(block.kind),
                  "line"_a = block.line, "enclosing"_a = Id(block.enclosing),
                  "outer"_a = Id(block.outer), "previous"_a = Id(block.previous));
}

py::dict Convert(const syntax::Statement& statement) {
  return py::dict("text"_a = Bytes(statement.text), "line"_a = statement.line,
                  "enclosing"_a = Id(statement.enclosing), "block"_a = Id(statement.block));
}

py::dict Convert(const Outline& outline) {
  py::list definitions;
  for (const auto& definition : outline.definitions) definitions.append(Convert(definition));
  py::list decorators;
  for (const auto& decorator : outline.decorators) decorators.append(Convert(decorator));
  py::list imports;
  for (const auto& import : outline.imports) imports.append(Convert(import, outline));
  py::list blocks;
  for (const auto& block : outline.blocks) blocks.append(Convert(block));
  py::list statements;
  for (const auto& statement : outline.statements) statements.append(Convert(statement));
  return py::dict("definitions"_a = definitions, "decorators"_a = decorators, "imports"_a = imports,
                  "blocks"_a = blocks, "statements"_a = statements,
                  "problem"_a = ProblemName(outline.problem),
                  "problem_line"_a = outline.problem_line);
}

py::dict ScanBytes(const py::bytes& source) {
  const std::string_view view = View(source);
  Outline outline;
  {
    const py::gil_scoped_release release;
    outline = syntax::ScanOutline(view);
  }
  return Convert(outline);
}

py::dict ParseBytes(const py::bytes& source, const py::capsule& language) {
  const std::string_view view = View(source);
  const void* const grammar = language.get_pointer();
  Outline outline;
  {
    const py::gil_scoped_release release;
    outline = syntax::TreeSitterOutline(view, grammar);
  }
  return Convert(outline);
}

// -1 for a file that cannot be read.
std::vector<int64_t> CountTests(const std::vector<std::string>& paths) {
  const py::gil_scoped_release release;
  std::vector<int64_t> counts;
  counts.reserve(paths.size());
  for (const scan::FileScan& file : scan::ScanFiles(paths))
    counts.push_back(file.readable ? static_cast<int64_t>(file.tests) : -1);
  return counts;
}

}  // namespace

void BindSyntax(py::module_& m) {
  m.def("outline", &ScanBytes, "source"_a);
  m.def("tree_sitter_outline", &ParseBytes, "source"_a, "language"_a);
  m.def("count_tests", &CountTests, "paths"_a);
}

}  // namespace dxpy::bindings
