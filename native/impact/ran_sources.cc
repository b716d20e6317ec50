#include "impact/ran_sources.h"

#include <algorithm>

#include "impact/parts.h"

namespace dxpy::impact {

const RanSources::Source& RanSources::At(const std::string& path) {
  const auto [known, is_new] = known_.try_emplace(path);
  Source& source = known->second;
  if (is_new) {
    source.path = &known->first;
    source.now = &sources_.At(path);
    source.name = book_.NameOf(path);
    source.is_as_imported = IsAsImported(path, *source.now);
  }
  return source;
}

const RanSources::Place& RanSources::Of(uint32_t code) {
  if (code >= places_.size()) places_.resize(std::max(trace_.code_count(), code + 1));
  Place& place = places_[code];
  if (place.source == nullptr) {
    const TracedCode& traced = trace_.code(code);
    place.source = &At(traced.path);
    if (traced.name != "<module>") place.part = PartAt(place.source->now->parts, traced.line);
  }
  return place;
}

bool RanSources::IsAsImported(const std::string& path, const RecordedSource& now) const {
  const TracedModule* const module = trace_.Module(trace_.NameOf(path));
  if (module == nullptr || module->path != path) return book_.IsSettled(path);
  return now.stat.size_bytes == module->size_bytes && now.stat.mtime_ns == module->mtime_ns;
}

}  // namespace dxpy::impact
