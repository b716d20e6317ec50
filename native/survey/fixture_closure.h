#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "facts/file_facts.h"
#include "survey/doubt.h"
#include "survey/surroundings.h"

namespace dxpy::survey {

/// Follows what the tests of a file ask for, through all fixtures that may answer
/// to a name: those of the file, of each conftest above, of pytest and plugins.
///
/// pytest takes one of them. Following all finds at least what pytest finds, so
/// where none has parameters, no test has more ids than its own marks give it.
class FixtureClosure {
 public:
  /// All must outlive this.
  FixtureClosure(const facts::FileFacts& facts, const Surroundings::Level& level,
                 const Project& project, std::vector<Doubt>& doubts)
      : facts_(facts), level_(level), project_(project), doubts_(doubts) {}

  void Follow();

 private:
  void Ask(std::string_view name, uint32_t line);
  void AskAll(const std::vector<std::string>& names, uint32_t line);
  void Answer(std::string_view name, const facts::FixtureFacts& fixture, uint32_t line);
  void AskOverridden(uint32_t line);
  void CheckIndirect(std::string_view name, uint32_t line);

  const facts::FileFacts& facts_;
  const Surroundings::Level& level_;
  const Project& project_;
  std::vector<Doubt>& doubts_;
  std::unordered_set<std::string_view> asked_;
  bool asked_plain_ = false;
};

/// "module.name" of an import.
[[nodiscard]] std::string OriginOf(const facts::ImportedName& imported);

}  // namespace dxpy::survey
