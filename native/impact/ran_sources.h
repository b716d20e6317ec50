#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "impact/recorded_sources.h"
#include "impact/set_book.h"
#include "impact/worker_trace.h"

namespace dxpy::impact {

/// The sources that one worker has run code of, each looked at once: most tests run the same ones.
class RanSources {
 public:
  /// All must outlive this.
  RanSources(const WorkerTrace& trace, RecordedSources& sources, const SetBook& book)
      : trace_(trace), sources_(sources), book_(book) {}

  struct Source {
    const std::string* path = nullptr;
    const RecordedSource* now = nullptr;
    std::string name;             ///< as in Dependency::name
    bool is_as_imported = false;  ///< it is now what it was when the worker imported it
  };
  /// Where code is from.
  struct Place {
    const Source* source = nullptr;
    std::optional<uint32_t> part;  ///< none: of a module as a whole, or no part has its line
  };

  /// @param path  absolute.
  const Source& At(const std::string& path);
  /// @param code  a number of the trace.
  const Place& Of(uint32_t code);

 private:
  [[nodiscard]] bool IsAsImported(const std::string& path, const RecordedSource& now) const;

  const WorkerTrace& trace_;
  RecordedSources& sources_;
  const SetBook& book_;
  std::unordered_map<std::string, Source> known_;
  std::vector<Place> places_;  ///< by code
};

}  // namespace dxpy::impact
