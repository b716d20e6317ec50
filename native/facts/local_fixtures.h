#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "facts/file_facts.h"
#include "facts/functions.h"
#include "facts/local_classes.h"
#include "facts/parameters.h"

namespace dxpy::facts {

/// A fixture that a def of this file makes, or something that may be one.
struct LocalFixture {
  std::string name;            ///< that tests ask for
  std::string_view attribute;  ///< that holds it
  DefinitionRef definition;
  bool is_understood = true;  ///< its decorators are, and it is defined unconditionally
  bool is_broken = false;     ///< pytest cannot call it, and gives up on what holds it
  bool is_autouse = false;
  bool has_params = false;
  std::string scope = "function";  ///< empty: not known
  std::vector<std::string_view> requests;
  const Decoration* decoration = nullptr;  ///< pytest.fixture; nullptr where there may be none
};

/// What a test asks for, directly or through fixtures of this file.
struct Closure {
  std::vector<std::string> names;                 ///< in pytest's order
  std::vector<std::string> outside;               ///< of `names`: those that others provide
  std::vector<const LocalFixture*> parametrized;  ///< in the order in which pytest applies them
  const LocalFixture* unclear = nullptr;          ///< one of which we do not know what it is
};

/// The fixtures of a file, by the scope they are defined in.
class LocalFixtures {
 public:
  /// @param module  must outlive this.
  explicit LocalFixtures(Module& module);

  [[nodiscard]] const std::vector<LocalFixture>& of(DefinitionId owner) const;

  /// @param owners  the classes around the test, outermost first.
  /// @param direct  names that parametrize() fills.
  Closure Close(std::span<const DefinitionRef> owners, std::span<const std::string> requested,
                std::span<const std::string> direct);

 private:
  class Walk;

  void Add(DefinitionId id);
  void ReadArguments(LocalFixture& fixture);
  [[nodiscard]] std::vector<const LocalFixture*> Visible(DefinitionRef owner) const;
  /// All fixtures of that name, the innermost first.
  [[nodiscard]] std::vector<const LocalFixture*> FindChain(std::span<const DefinitionRef> owners,
                                                           std::string_view name) const;

  Module& module_;
  std::unordered_map<DefinitionId, std::vector<LocalFixture>> fixtures_;
};

}  // namespace dxpy::facts
