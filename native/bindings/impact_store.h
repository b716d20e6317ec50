#pragma once

#include <pybind11/pybind11.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "impact/kinds.h"
#include "impact/sets.h"
#include "store/store.h"

namespace dxpy::bindings {

using impact::ContentId;

inline ContentId ToContentId(const pybind11::bytes& bytes) {
  const std::string text = bytes;
  if (text.size() != std::tuple_size_v<ContentId>) {
    throw Error("content id: " + std::to_string(text.size()) + " bytes, 16 expected");
  }
  ContentId id{};
  std::copy(text.begin(), text.end(), id.begin());
  return id;
}

inline pybind11::bytes ToBytes(const ContentId& id) {
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

using Values = std::vector<std::pair<std::string, pybind11::bytes>>;

inline std::map<std::string, ContentId> ToMap(const Values& values) {
  std::map<std::string, ContentId> map;
  for (const auto& [name, content] : values) map[name] = ToContentId(content);
  return map;
}

/// The store of one project, and what is done with it.
class ImpactStore {
 public:
  explicit ImpactStore(const pybind11::bytes& path)
      : store_(store::Store::Open(std::string(path), impact::StoreOptions(), &problem_)) {}

  [[nodiscard]] const std::string& problem() const { return problem_; }
  store::Store& store() { return store_; }

 private:
  std::string problem_;
  store::Store store_;
};

/// What is asked about past runs; impact_past.cc.
void DefinePast(pybind11::class_<ImpactStore>& store);

}  // namespace dxpy::bindings
