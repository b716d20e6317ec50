#include "survey/survey.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discovery/glob.h"
#include "facts/encoded_facts.h"
#include "survey_bindings/survey_bindings.h"

namespace dxpy::bindings {

namespace py = pybind11;
using namespace py::literals;

namespace {

using survey::Doubt;
using survey::Survey;
using survey::SurveyedFile;
using Texts = std::vector<std::string>;
// kind, detail, line, where
using DoubtTuple = std::tuple<std::string, std::string, uint32_t, std::string>;

py::bytes Bytes(std::string_view text) { return {text.data(), text.size()}; }

template <typename T>
T Take(const py::dict& request, const char* name) {
  return request[name].cast<T>();
}

survey::Project ToProject(const py::dict& project) {
  survey::Project known;
  for (std::string& name : Take<Texts>(project, "plain_fixtures"))
    known.plain_fixtures.insert(std::move(name));
  known.used_fixtures = Take<Texts>(project, "used_fixtures");
  known.loud_marks = Take<Texts>(project, "loud_marks");
  for (auto& [kind, detail, line, where] : Take<std::vector<DoubtTuple>>(project, "doubts"))
    known.doubts.push_back({kind, detail, line, where});
  return known;
}

facts::Rules ToRules(const py::dict& rules) {
  return {facts::NamePatterns(Take<Texts>(rules, "python_classes")),
          facts::NamePatterns(Take<Texts>(rules, "python_functions")),
          Take<std::pair<int, int>>(rules, "python_version"), Take<Texts>(rules, "plain_imports")};
}

Survey TakeSurvey(const Texts& roots, const py::dict& request) {
  survey::SurveyRequest made{
      roots,
      ToWalkRules(request["walk"]),
      ToRules(request["rules"]),
      ToProject(request["project"]),
      Take<std::string>(request, "rootdir"),
      Take<std::string>(request, "confcutdir"),
      Take<std::string>(request, "index_path"),
      Take<std::string>(request, "build"),
      {Take<Texts>(request, "search_path"), Take<Texts>(request, "extension_suffixes")}};
  const py::gil_scoped_release release;
  return Survey::Take(std::move(made));
}

const SurveyedFile& At(const Survey& self, size_t file) {
  if (file >= self.files().size())
    throw py::index_error("file " + std::to_string(file) + " is not less than " +
                          std::to_string(self.files().size()));
  return self.files()[file];
}

py::tuple File(const Survey& self, size_t file) {
  const SurveyedFile& found = At(self, file);
  return py::make_tuple(Bytes(found.path), Bytes(found.node), found.is_exact);
}

py::list Tests(const Survey& self, size_t file) {
  const SurveyedFile& found = At(self, file);
  const facts::DecodedFacts decoded = facts::DecodeFacts(found.kept);
  py::list tests;
  if (!decoded.facts) return tests;
  const auto add = [&](const std::string& id, const facts::TestFacts& test, const py::list& marks) {
    tests.append(py::make_tuple(Bytes(id), test.line, marks));
  };
  for (const facts::TestFacts& test : decoded.facts->tests) {
    py::list marks;
    for (const facts::MarkFacts& mark : test.marks)
      marks.append(py::make_tuple(Bytes(mark.name), Bytes(mark.text)));
    const std::string id = found.node + "::" + test.name;
    if (!found.is_exact || !test.is_parametrized) {
      add(id, test, marks);
      continue;
    }
    for (const std::string& each : test.ids) add(id + "[" + each + "]", test, marks);
  }
  return tests;
}

py::list Names(const Survey& self, size_t file) {
  py::list names;
  survey::VisitNodeIds(At(self, file),
                       [&names](const std::string& id) { names.append(Bytes(id)); });
  return names;
}

py::list Convert(const std::vector<Doubt>& doubts) {
  py::list list;
  for (const Doubt& doubt : doubts)
    list.append(py::make_tuple(doubt.kind, Bytes(doubt.detail), doubt.line, Bytes(doubt.where)));
  return list;
}

// Node ids of exact files, a line each, in pieces; between two pieces the file
// that is dynamic, by its number.
py::tuple Listing(const Survey& self, const std::string& pattern) {
  const discovery::Glob glob(pattern);
  py::list pieces;
  std::string piece;
  size_t count = 0;
  const auto flush = [&] {
    if (!piece.empty()) pieces.append(Bytes(piece));
    piece.clear();
  };
  for (size_t i = 0; i < self.files().size(); ++i) {
    const SurveyedFile& file = self.files()[i];
    if (!file.is_exact) {
      flush();
      pieces.append(i);
      continue;
    }
    survey::VisitNodeIds(file, [&](const std::string& id) {
      if (!pattern.empty() && !glob.Matches(id)) return;
      piece.append(id).push_back('\n');
      ++count;
    });
  }
  flush();
  return py::make_tuple(pieces, count);
}

py::dict Stats(const Survey& self) {
  const survey::SurveyStats& stats = self.stats();
  const index::UpdateStats& update = stats.update;
  return py::dict("conftests"_a = stats.conftests, "parsed"_a = update.parsed,
                  "from_index"_a = update.fresh + update.hashed, "unreadable"_a = update.unreadable,
                  "is_written"_a = update.is_written, "walk_ms"_a = stats.walk_ms,
                  "open_ms"_a = update.open_ms, "look_up_ms"_a = update.look_up_ms,
                  "read_ms"_a = update.read_ms, "write_ms"_a = update.write_ms,
                  "decode_ms"_a = stats.decode_ms, "follow_ms"_a = stats.follow_ms,
                  "judge_ms"_a = stats.judge_ms, "followed"_a = stats.followed);
}

}  // namespace

discovery::WalkRules ToWalkRules(const py::dict& walk) {
  return {Take<Texts>(walk, "python_files"),
          Take<Texts>(walk, "norecursedirs"),
          Take<Texts>(walk, "ignore"),
          Take<Texts>(walk, "ignore_glob"),
          Take<Texts>(walk, "doctest_globs"),
          Take<bool>(walk, "doctest_modules"),
          Take<bool>(walk, "collect_in_virtualenv"),
          Take<bool>(walk, "keep_duplicates")};
}

void BindSurvey(py::module_& m) {
  py::class_<Survey>(m, "Survey")
      .def("__len__", [](const Survey& self) { return self.files().size(); })
      .def("file", &File, "file"_a)
      .def("tests", &Tests, "file"_a)
      .def("names", &Names, "file"_a)
      .def("count_broken",
           [](const Survey& self) { return std::ranges::count_if(self.files(), survey::IsBroken); })
      .def(
          "doubts",
          [](const Survey& self, size_t file) { return Convert(self.DoubtsOf(At(self, file))); },
          "file"_a)
      .def("listing", &Listing, "pattern"_a)
      .def("stats", &Stats)
      .def("problems", [](const Survey& self) {
        py::list list;
        for (const std::string& line : self.problems()) list.append(Bytes(line));
        return list;
      });
  m.def("take_survey", &TakeSurvey, "roots"_a, "request"_a);
}

}  // namespace dxpy::bindings
