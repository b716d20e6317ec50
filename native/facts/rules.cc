#include "facts/rules.h"

#include <algorithm>

namespace dxpy::facts {

NamePatterns::NamePatterns(std::vector<std::string> patterns) : prefixes_(std::move(patterns)) {
  for (const std::string& pattern : prefixes_)
    if (pattern.find_first_of("*?[") != std::string::npos) globs_.emplace_back(pattern);
}

bool NamePatterns::Matches(std::string_view name) const {
  return std::ranges::any_of(prefixes_,
                             [&](const std::string& prefix) { return name.starts_with(prefix); }) ||
         std::ranges::any_of(globs_,
                             [&](const discovery::Glob& glob) { return glob.Matches(name); });
}

}  // namespace dxpy::facts
