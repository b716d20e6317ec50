#include "survey/survey.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "discovery/glob.h"
#include "facts/encoded_facts.h"
#include "survey/picks.h"
#include "survey_bindings/survey_bindings.h"

namespace dxpy::bindings {

namespace py = pybind11;
using namespace py::literals;

namespace {

using survey::Choice;
using survey::Doubt;
using survey::Miss;
using survey::Pick;
using survey::PickedTest;
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

// For each root (names, whether only items count, the module they are of) or none. Of one
// module each item counts once; 0: it counts as often as it is asked for.
std::vector<std::shared_ptr<const Choice>> ToChoices(const py::list& choices) {
  std::vector<std::shared_ptr<const Choice>> made;
  std::map<size_t, std::vector<const Choice*>> earlier;
  for (const py::handle choice : choices) {
    made.emplace_back();
    if (choice.is_none()) continue;
    auto [names, items_only, module] = choice.cast<std::tuple<std::string, bool, size_t>>();
    made.back() = std::make_shared<Choice>(
        std::move(names), items_only, module == 0 ? std::vector<const Choice*>() : earlier[module]);
    earlier[module].push_back(made.back().get());
  }
  return made;
}

Survey TakeSurvey(const Texts& roots, const py::dict& request) {
  survey::SurveyRequest made{
      roots,
      ToChoices(request["choices"]),
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

const Pick& At(const Survey& self, size_t pick) {
  if (pick >= self.picks().size())
    throw py::index_error("file " + std::to_string(pick) + " is not less than " +
                          std::to_string(self.picks().size()));
  return self.picks()[pick];
}

const SurveyedFile& FileAt(const Survey& self, size_t pick) {
  return self.files()[At(self, pick).file];
}

py::tuple File(const Survey& self, size_t pick) {
  const SurveyedFile& found = FileAt(self, pick);
  return py::make_tuple(Bytes(found.path), Bytes(found.node), found.is_exact);
}

std::string NodeId(const SurveyedFile& file, const PickedTest& picked) {
  std::string id = file.node + "::";
  id += picked.test.name;
  if (picked.id != nullptr) id.append("[").append(*picked.id).append("]");
  return id;
}

py::list Marks(const std::vector<std::pair<std::string_view, std::string_view>>& marks) {
  py::list list;
  for (const auto& [name, text] : marks) list.append(py::make_tuple(Bytes(name), Bytes(text)));
  return list;
}

py::list Tests(const Survey& self, size_t pick) {
  const SurveyedFile& file = FileAt(self, pick);
  py::list tests;
  for (const Choice* const choice : At(self, pick).choices)
    survey::VisitPicked(file, choice, [&](const PickedTest& picked) {
      tests.append(
          py::make_tuple(Bytes(NodeId(file, picked)), picked.test.line, Marks(picked.test.marks)));
    });
  return tests;
}

// Of a dynamic file; what is asked for may be there, too, where nothing is known of it.
py::list Names(const Survey& self, size_t pick) {
  const SurveyedFile& file = FileAt(self, pick);
  py::list names;
  for (const Choice* const choice : At(self, pick).choices) {
    const size_t before = names.size();
    if (choice == nullptr || !choice->has_parameters())
      survey::VisitPicked(file, choice, [&](const PickedTest& picked) {
        names.append(Bytes(NodeId(file, picked)));
      });
    if (choice != nullptr && names.size() == before)
      names.append(Bytes(file.node + "::" + choice->text()));
  }
  return names;
}

// What arguments ask for and exact files do not have: path, names, and where it is missed, and
// behind what.
py::list Missing(const Survey& self) {
  constexpr std::array<const char*, 3> kNames = {"file", "class", "test case"};
  constexpr std::array<const char*, 3> kBehind = {"", "test", "parametrized test"};
  py::list list;
  for (const Pick& pick : self.picks()) {
    const SurveyedFile& file = self.files()[pick.file];
    for (const Choice* const choice : pick.choices) {
      if (!file.is_exact || choice == nullptr) continue;
      if (const std::optional<Miss> miss = survey::FindMiss(file, *choice))
        list.append(py::make_tuple(Bytes(file.path), Bytes(choice->text()),
                                   kNames[static_cast<size_t>(miss->in)], Bytes(miss->name),
                                   kBehind[static_cast<size_t>(miss->behind)]));
    }
  }
  return list;
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
  for (size_t i = 0; i < self.picks().size(); ++i) {
    const SurveyedFile& file = FileAt(self, i);
    if (!file.is_exact) {
      flush();
      pieces.append(i);
      continue;
    }
    const auto add = [&](const std::string& id) {
      if (!pattern.empty() && !glob.Matches(id)) return;
      piece.append(id).push_back('\n');
      ++count;
    };
    for (const Choice* const choice : self.picks()[i].choices) {
      if (choice == nullptr) {
        survey::VisitNodeIds(file, add);
      } else {
        survey::VisitPicked(file, choice,
                            [&](const PickedTest& picked) { add(NodeId(file, picked)); });
      }
    }
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
      .def("__len__", [](const Survey& self) { return self.picks().size(); })
      .def("file", &File, "file"_a)
      .def("tests", &Tests, "file"_a)
      .def("names", &Names, "file"_a)
      .def("missing", &Missing)
      .def("count_broken",
           [](const Survey& self) { return std::ranges::count_if(self.files(), survey::IsBroken); })
      .def(
          "doubts",
          [](const Survey& self, size_t file) {
            return Convert(self.DoubtsOf(FileAt(self, file)));
          },
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
