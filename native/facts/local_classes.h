#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "facts/expression.h"
#include "facts/module_names.h"

namespace dxpy::facts {

/// What a name means in a scope when all of its code has been executed.
struct FinalBinding {
  const Binding* last = nullptr;
  const char* first_place = nullptr;  ///< where its place in the namespace's order was taken
  bool is_certain = true;             ///< no condition has a say in it
};

/// A class of this file with what it inherits from others of this file.
struct ClassFacts {
  bool is_known = true;       ///< all bases are
  bool is_test_case = false;  ///< a unittest.TestCase
  bool is_builtin = false;    ///< has a base that is no plain object: an exception, a dict, ...
  std::string unknown_base;
  /// Bases of other modules; and whether there are unknown ones besides.
  std::vector<std::string> foreign_bases;
  bool has_unclear_base = false;
  std::vector<DefinitionId> mro;  ///< classes of this file, itself first
};

/// The classes of a file that are in no function.
class LocalClasses {
 public:
  /// Both must outlive this.
  LocalClasses(const syntax::Outline& outline, const ModuleNames& names)
      : outline_(outline), names_(names) {}

  /// Stays valid as long as this lives.
  const ClassFacts& Get(DefinitionId id);

  /// A name in a class or what it inherits; none if it is not bound there.
  [[nodiscard]] std::optional<FinalBinding> Find(const ClassFacts& facts,
                                                 std::string_view name) const;

  /// The same in one scope alone.
  [[nodiscard]] std::optional<FinalBinding> FindIn(DefinitionId owner, std::string_view name) const;

 private:
  void AddBases(DefinitionId id, ClassFacts& facts);
  void AddForeign(const Expression& base, const Resolved& resolved, DefinitionId owner,
                  ClassFacts& facts) const;
  [[nodiscard]] bool IsFinishedBefore(DefinitionId base, DefinitionId id) const;
  bool Linearize(DefinitionId id, const std::vector<DefinitionId>& bases, ClassFacts& facts);

  const syntax::Outline& outline_;
  const ModuleNames& names_;
  std::unordered_map<DefinitionId, ClassFacts> classes_;
};

/// The last word on a name in a scope, from its bindings.
[[nodiscard]] FinalBinding FinalOf(const Scope& scope, const std::vector<uint32_t>& bindings);

}  // namespace dxpy::facts
