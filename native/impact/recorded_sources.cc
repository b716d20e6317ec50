#include "impact/recorded_sources.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/read_file.h"
#include "impact/kinds.h"
#include "impact/summary.h"

namespace dxpy::impact {

std::string_view InstalledIn(std::string_view path) {
  size_t end = 0;
  for (const std::string_view folder : {"/site-packages/", "/dist-packages/"}) {
    const size_t found = path.rfind(folder);
    if (found != std::string_view::npos) end = std::max(end, found + folder.size() - 1);
  }
  return path.substr(0, end);
}

const RecordedSource& RecordedSources::At(const std::string& path) {
  const auto [known, is_new] = sources_.try_emplace(path);
  if (!is_new) return known->second;
  std::vector<char> bytes;
  if (const auto stat = ReadFile(path, bytes)) {
    const std::string_view text(bytes.data(), bytes.size());
    RecordedSource& source = known->second;
    source.stat = *stat;
    source.content = ContentOf(text);
    const std::string_view kept = store_.FindNewest(kPartsKind, PartsKey(source.content));
    if (std::optional<FileParts> parts = DecodeParts(kept)) {
      source.parts = std::move(*parts);
      source.kept = kept;
    } else {
      source.parts = ReadParts(text);
    }
  }
  return known->second;
}

bool RecordedSources::IsInProject(std::string_view path) const {
  if (path.empty() || !InstalledIn(path).empty()) return false;
  return std::none_of(stdlib_.begin(), stdlib_.end(), [&](const std::string& folder) {
    return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
  });
}

}  // namespace dxpy::impact
