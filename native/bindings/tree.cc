#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <utility>
#include <vector>

#include "bindings/bindings.h"
#include "tree/reach.h"

namespace dxpy::bindings {

namespace py = pybind11;
using namespace py::literals;

namespace {

using Names = std::vector<py::bytes>;
using Pairs = std::vector<std::pair<py::bytes, py::bytes>>;

std::vector<std::string> Strings(const Names& names) { return {names.begin(), names.end()}; }

std::vector<std::pair<std::string, std::string>> StringPairs(const Pairs& pairs) {
  return {pairs.begin(), pairs.end()};
}

py::list Bytes(const std::vector<std::string>& texts) {
  py::list list;
  for (const std::string& text : texts) list.append(py::bytes(text));
  return list;
}

/// What a difference between two states of a tree can reach.
class TreeReach {
 public:
  TreeReach(const py::bytes& root, const Names& sources, const Pairs& seeds,
            const Pairs& old_conftests, const py::bytes& any_change,
            const py::bytes& any_module_change, const Names& common, const Names& texts,
            const Pairs& aliases)
      : reach_({.root = root,
                .sources = Strings(sources),
                .seeds = StringPairs(seeds),
                .old_conftests = StringPairs(old_conftests),
                .any_change = any_change,
                .any_module_change = any_module_change,
                .common = Strings(common),
                .texts = Strings(texts),
                .aliases = StringPairs(aliases)}) {}

  py::list Run(const Names& units) {
    const std::vector<std::string> paths = Strings(units);
    std::vector<std::vector<std::string>> chains;
    {
      const py::gil_scoped_release unlocked;
      chains = reach_.Run(paths);
    }
    py::list made;
    for (const std::vector<std::string>& chain : chains) made.append(Bytes(chain));
    return made;
  }

  [[nodiscard]] py::list Unknown() const { return Bytes(reach_.unknown()); }

 private:
  tree::Reach reach_;
};

}  // namespace

void BindTree(py::module_& m) {
  py::class_<TreeReach>(m, "TreeReach")
      .def(py::init<py::bytes, Names, Pairs, Pairs, py::bytes, py::bytes, Names, Names, Pairs>(),
           "root"_a, "sources"_a, "seeds"_a, "old_conftests"_a, "any_change"_a,
           "any_module_change"_a, "common"_a, "texts"_a, "aliases"_a)
      .def("run", &TreeReach::Run, "units"_a)
      .def("unknown", &TreeReach::Unknown);
}

}  // namespace dxpy::bindings
