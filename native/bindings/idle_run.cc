#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/read_file.h"
#include "bindings/bindings.h"
#include "bindings/impact_store.h"
#include "bindings/walk_arguments.h"
#include "discovery/file_walk.h"
#include "impact/memo.h"

namespace py = pybind11;

namespace dxpy::bindings {
namespace {

// A path as it is in the record.
std::string_view Below(std::string_view root, std::string_view path) {
  const bool is_below =
      path.size() > root.size() && path.starts_with(root) && path[root.size()] == '/';
  return is_below ? path.substr(root.size() + 1) : path;
}

/// The test files that a walk finds, whose paths are mostly not asked for.
class TestFiles {
 public:
  TestFiles(const std::vector<std::string>& roots, discovery::WalkRules rules) {
    rules.names_only = true;
    found_ = discovery::Walk(roots, rules);
  }

  [[nodiscard]] py::list paths() const {
    py::list list;
    for (const discovery::WalkedFile& file : found_.files) list.append(py::bytes(file.path));
    return list;
  }
  [[nodiscard]] py::list conftests() const {
    py::list list;
    for (const std::string& path : found_.conftests) list.append(py::bytes(path));
    return list;
  }

  /// What the memo at a path says of them: (tests, seconds), or None.
  [[nodiscard]] py::object Recall(const std::string& memo_path, const std::string& store,
                                  const std::string& root, const Values& values) const {
    impact::Question question{root, store, ToMap(values), {}, {}};
    std::optional<impact::Answer> answer;
    {
      const py::gil_scoped_release unlocked;
      question.units.reserve(found_.files.size());
      for (const auto& file : found_.files) question.units.push_back(Below(root, file.path));
      for (const auto& path : found_.conftests) question.files.push_back(Below(root, path));
      std::vector<char> bytes;
      const bool is_there = ReadFile(memo_path, bytes).has_value();
      const auto memo = impact::DecodeMemo({bytes.data(), is_there ? bytes.size() : 0});
      if (memo) answer = impact::Recall(*memo, question);
    }
    if (!answer) return py::none();
    return py::make_tuple(answer->tests, answer->seconds);
  }

 private:
  discovery::WalkResult found_;
};

}  // namespace

void BindIdleRun(py::module_& m) {
  py::class_<TestFiles> files(m, "TestFiles");
  DefineWalk([&files](const auto& make,
                      const auto&... arguments) { files.def(py::init(make), arguments...); },
             [](const std::vector<std::string>& roots, discovery::WalkRules rules) {
               const py::gil_scoped_release unlocked;
               return TestFiles(roots, std::move(rules));
             });
  files.def("paths", &TestFiles::paths)
      .def("conftests", &TestFiles::conftests)
      .def("recall", &TestFiles::Recall, py::arg("memo"), py::arg("store"), py::arg("root"),
           py::arg("values"));
}

}  // namespace dxpy::bindings
