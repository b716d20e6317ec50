#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "facts/expression.h"
#include "facts/module_names.h"

namespace dxpy::facts {

/// What a name means in a scope when all of its code has been executed.
struct FinalBinding {
  Module* module = nullptr;  ///< whose scope it is in
  const Binding* last = nullptr;
  const char* first_place = nullptr;  ///< where its place in the namespace's order was taken
  bool is_certain = true;             ///< no condition has a say in it
};

/// A class with what it inherits from others that could be read.
struct ClassFacts {
  bool is_known = true;       ///< all bases are
  bool is_test_case = false;  ///< a unittest.TestCase
  bool is_builtin = false;    ///< has a base that is no plain object: an exception, a dict, ...
  std::string unknown_base;
  /// Bases that could not be read, by their origin and where it is written; and
  /// whether there are unknown ones besides.
  std::vector<std::pair<std::string, const Module*>> foreign_bases;
  bool has_unclear_base = false;
  std::vector<DefinitionRef> mro;  ///< itself first
  std::vector<Passage> via;        ///< by which names those of other files were reached
};

/// The classes of a file that are in no function.
class LocalClasses {
 public:
  /// @param module  must outlive this.
  explicit LocalClasses(Module& module) : module_(module) {}

  /// Stays valid as long as this lives.
  const ClassFacts& Get(DefinitionId id);

  /// A name in a class or what it inherits; none if it is not bound there.
  [[nodiscard]] static std::optional<FinalBinding> Find(const ClassFacts& facts,
                                                        std::string_view name);

  /// The same in one scope alone.
  [[nodiscard]] std::optional<FinalBinding> FindIn(DefinitionId owner, std::string_view name) const;

 private:
  void AddBases(DefinitionId id, ClassFacts& facts);
  void AddKnown(const Resolved& base, std::string_view text, ClassFacts& facts) const;
  void AddForeign(const Expression& base, const Resolved& resolved, DefinitionId owner,
                  ClassFacts& facts) const;
  static bool AddSubscripted(const Resolved& base, ClassFacts& facts);
  [[nodiscard]] bool IsUsableBase(const Resolved& base, DefinitionId id) const;
  bool Linearize(DefinitionId id, const std::vector<DefinitionRef>& bases, ClassFacts& facts);

  Module& module_;
  std::unordered_map<DefinitionId, ClassFacts> classes_;
};

/// The last word on a name in a scope, from its bindings.
[[nodiscard]] FinalBinding FinalOf(Module& module, const Scope& scope,
                                   const std::vector<uint32_t>& bindings);

}  // namespace dxpy::facts
