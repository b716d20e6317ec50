#include "survey/fixture_closure.h"

#include <algorithm>

namespace dxpy::survey {

using facts::FixtureFacts;
using facts::TestFacts;

void FixtureClosure::Follow() {
  // With no tests there is nobody to ask.
  if (facts_.tests.empty()) return;
  const uint32_t first_line = facts_.tests.front().line;
  AskAll(project_.used_fixtures, first_line);
  for (const std::string_view name : level_.autouse) Ask(name, first_line);
  for (const TestFacts& test : facts_.tests) {
    AskAll(test.fixtures, test.line);
    for (const std::string& name : test.indirect) CheckIndirect(name, test.line);
  }
}

void FixtureClosure::AskAll(const std::vector<std::string>& names, uint32_t line) {
  for (const std::string& name : names) Ask(name, line);
}

void FixtureClosure::Ask(std::string_view name, uint32_t line) {
  if (name == "request" || !asked_.insert(name).second) return;
  bool is_known = false;
  for (const FixtureFacts& fixture : facts_.fixtures) {
    if (fixture.name != name) continue;
    is_known = true;
    Answer(name, fixture, line);
  }
  const auto found = level_.fixtures.find(name);
  if (found != level_.fixtures.end()) {
    is_known = true;
    for (const FixtureFacts* fixture : found->second) Answer(name, *fixture, line);
  }
  if (project_.plain_fixtures.contains(std::string(name))) {
    is_known = true;
    AskOverridden(line);
  }
  if (!is_known) doubts_.push_back({"unknown fixture", std::string(name), line, {}});
}

void FixtureClosure::Answer(std::string_view name, const FixtureFacts& fixture, uint32_t line) {
  if (fixture.has_params)
    doubts_.push_back({"fixture with parameters", std::string(name), line, {}});
  AskAll(fixture.fixtures, line);
}

// What pytest's own fixtures ask for is not known one by one, but that it is among
// them: somebody may have put another one in its place.
void FixtureClosure::AskOverridden(uint32_t line) {
  if (asked_plain_) return;
  asked_plain_ = true;
  for (const FixtureFacts& fixture : facts_.fixtures)
    if (project_.plain_fixtures.contains(fixture.name)) Ask(fixture.name, line);
  for (const auto& [name, fixtures] : level_.fixtures)
    if (project_.plain_fixtures.contains(std::string(name))) Ask(name, line);
}

// Parameters of a fixture of a higher scope put tests in another order.
void FixtureClosure::CheckIndirect(std::string_view name, uint32_t line) {
  const auto found = level_.fixtures.find(name);
  const bool is_function = found != level_.fixtures.end() &&
                           std::ranges::all_of(found->second, [](const FixtureFacts* fixture) {
                             return fixture->scope == "function" && !fixture->has_params;
                           });
  if (!is_function) doubts_.push_back({"indirect", std::string(name), line, {}});
}

std::string OriginOf(const facts::ImportedName& imported) {
  const bool ends_in_dot = imported.module.empty() || imported.module.ends_with('.');
  return imported.module + (ends_in_dot ? "" : ".") + imported.origin;
}

}  // namespace dxpy::survey
