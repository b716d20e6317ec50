#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "facts/rules.h"
#include "syntax/outline.h"

namespace dxpy::facts {

using syntax::DefinitionId;
using syntax::kNoDefinition;

/// Whether code is run when the module is imported.
enum class Truth : uint8_t { kNever, kMaybe, kAlways };

enum class BindingKind : uint8_t { kDefinition, kImport, kValue, kUnknown, kDelete };

/// One place where a name is bound, or unbound, in a module or in a class.
struct Binding {
  std::string_view name;
  BindingKind kind = BindingKind::kUnknown;
  bool is_certain = true;  ///< false: only under a condition
  uint32_t line = 0;
  const char* place = nullptr;
  DefinitionId definition = kNoDefinition;  ///< of kDefinition
  const syntax::Import* import = nullptr;   ///< of kImport
  const syntax::ImportedName* imported = nullptr;
  std::string_view value;  ///< of kValue
};

/// The bindings of a module or a class body, in source order, without those
/// that are never executed.
struct Scope {
  std::vector<Binding> bindings;
  /// Name to its bindings, as indices.
  std::unordered_map<std::string_view, std::vector<uint32_t>> by_name;
};

/// What a name stands for.
struct Resolved {
  enum class Kind : uint8_t {
    kUnknown,
    kExternal,    ///< `origin`: pytest.mark.skip, builtins.str, .helpers.Base
    kDefinition,  ///< `definition`, a function or class of this file
    kValue,       ///< `value`, an expression in the scope `definition` of this file
  };
  Kind kind = Kind::kUnknown;
  std::string origin;
  DefinitionId definition = kNoDefinition;
  std::string_view value;
};

/// All names that a module and its classes bind at import time.
class ModuleNames {
 public:
  /// @param outline  must outlive this, as must `rules` while it is constructed.
  ModuleNames(const syntax::Outline& outline, const Rules& rules);

  /// @param owner  a class outside of functions, or kNoDefinition for the module.
  [[nodiscard]] const Scope& scope(DefinitionId owner) const;

  /// Whether a block's body is executed. kAlways for kNoBlock.
  [[nodiscard]] Truth TruthOf(syntax::BlockId block) const {
    return block == syntax::kNoBlock ? Truth::kAlways : truths_[block];
  }
  /// The same for a definition, with all the classes around it.
  [[nodiscard]] Truth TruthOf(const syntax::Definition& definition) const;

  /// What a dotted name means in the body of `owner`, whenever that is executed.
  [[nodiscard]] Resolved Resolve(std::string_view name, DefinitionId owner, int depth = 0) const;

  /// The one name that a statement of the outline binds; empty: none, or several.
  [[nodiscard]] std::string_view BoundBy(size_t statement) const { return bound_[statement]; }

  /// The only binding of a name in a scope; nullptr: none, or several.
  [[nodiscard]] const Binding* Only(std::string_view name, DefinitionId owner) const;

 private:
  void EvaluateBlocks(const Rules& rules);
  void AddDefinitions();
  void AddImports();
  void AddStatements();
  std::string_view AddEffects(std::string_view text, uint32_t line, DefinitionId owner,
                              Truth truth);
  void Add(DefinitionId owner, Binding binding);
  void Sort();
  [[nodiscard]] Resolved ResolveBinding(const Binding& binding, std::string_view rest,
                                        DefinitionId owner, int depth) const;
  [[nodiscard]] const Binding* FindAgreed(const std::vector<uint32_t>& indices,
                                          const Scope& scope) const;

  const syntax::Outline& outline_;
  std::vector<Truth> truths_;            ///< by block
  std::vector<std::string_view> bound_;  ///< by statement
  std::unordered_map<DefinitionId, Scope> scopes_;
  bool has_star_import_ = false;
};

/// Module and name of an import, with leading dots: "a.b.c", "..a.b".
[[nodiscard]] std::string OriginOf(const syntax::Import& import,
                                   const syntax::ImportedName& imported);

}  // namespace dxpy::facts
