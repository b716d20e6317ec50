#include "impact/set_book.h"

#include <sys/stat.h>

#include <algorithm>
#include <tuple>

#include "impact/kinds.h"
#include "impact/summary.h"

namespace dxpy::impact {

void SetBook::SetValues(const std::vector<std::pair<std::string, ContentId>>& values) {
  DependencySet set;
  for (const auto& [name, content] : values) {
    set.push_back({DependencyKind::kValue, name, content, {}, 0});
  }
  world_ = Add(std::move(set));
}

bool SetBook::IsSettled(const std::string& path) const {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return true;
  return ToFileStat(status).mtime_ns < began_ns_ || written_.contains(path);
}

ContentId SetBook::Add(DependencySet set) {
  const auto order = [](const Dependency& one) {
    return std::tie(one.kind, one.name, one.content);
  };
  std::sort(set.begin(), set.end(), [&](const Dependency& one, const Dependency& other) {
    return order(one) < order(other);
  });
  size_t count = 0;  // of those that are different
  for (Dependency& one : set) {
    if (count == 0 || order(set[count - 1]) != order(one)) {
      Dependency& place = set[count++];
      if (&place != &one) place = std::move(one);
      continue;
    }
    Dependency& last = set[count - 1];
    std::vector<uint32_t> parts;
    std::set_union(last.parts.begin(), last.parts.end(), one.parts.begin(), one.parts.end(),
                   std::back_inserter(parts));
    last.parts = std::move(parts);
    last.flags |= one.flags;
  }
  set.resize(count);
  std::string bytes = EncodeSet(set);
  const ContentId id = ContentOf(bytes);
  sets_.try_emplace(id, std::move(bytes));
  return id;
}

std::string SetBook::NameOf(const std::string& path) const {
  if (path == root_) return ".";
  if (path.size() > root_.size() && path.starts_with(root_) && path[root_.size()] == '/') {
    return path.substr(root_.size() + 1);
  }
  return path;
}

void SetBook::AddEntries(const RecordedSources& sources,
                         std::vector<store::Store::Entry>& entries) const {
  for (const auto& [id, bytes] : sets_)
    entries.push_back({kSetKind, std::string(ContentKey(id)), bytes});
  for (const auto& [path, source] : sources.all()) {
    if (source.content == kNoContent) continue;
    // Again, where they were kept: another process may just have dropped them.
    entries.push_back({kPartsKind, PartsKey(source.content),
                       source.kept.empty() ? EncodeParts(source.parts) : std::string(source.kept)});
  }
}

}  // namespace dxpy::impact
