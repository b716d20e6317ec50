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

class Module;

/// A definition of a file, or, with kNoDefinition, its top level.
struct DefinitionRef {
  Module* module = nullptr;
  DefinitionId id = kNoDefinition;

  bool operator==(const DefinitionRef&) const = default;
};

/// A name at the top level of a file, by which something of another file was reached.
struct Passage {
  Module* module = nullptr;
  std::string_view name;
};

/// What a name stands for.
struct Resolved {
  enum class Kind : uint8_t {
    kUnknown,
    kExternal,    ///< `origin`: pytest.mark.skip, builtins.str, .helpers.Base
    kModule,      ///< a whole module
    kDefinition,  ///< `where`, a function or class
    kValue,       ///< `value`, an expression in the scope `where`
  };
  Kind kind = Kind::kUnknown;
  std::string origin;
  DefinitionRef where;
  std::string_view value;
  /// Of kValue, and of what is in another file: all names on the way.
  std::vector<Passage> via;
  std::string obstacle;  ///< of kExternal: why it was not followed; empty: nothing to follow
};

/// How much of what a file takes from another one must be left alone by all others.
enum class Hold : uint8_t {
  kName,      ///< what the name stands for, and its `__test__`
  kContents,  ///< and what that holds
  kAll,       ///< nobody may even have its hands on it
};

/// The way from one file to another.
class Importer {
 public:
  virtual ~Importer() = default;

  /// What `origin` is for code of `from`: a definition or value of another file,
  /// a module, or kExternal where that is not known or not in a file of ours.
  /// @param module_size  how much of `origin` names a module; attributes follow.
  virtual Resolved Follow(const Module& from, std::string_view origin, size_t module_size) = 0;

  /// Whether `origin` is neither a test nor a fixture, whatever else it is.
  virtual bool IsNoTest(const Module& from, std::string_view origin) = 0;

  /// Who but the file itself may change a top-level name of `owner`: a path and
  /// line; empty where nobody does.
  virtual std::string FindMeddler(const Module& owner, std::string_view name, Hold hold) = 0;
};

/// All names that a module and its classes bind at import time.
class ModuleNames {
 public:
  /// @param outline   must outlive this, as must `rules` while it is constructed.
  /// @param module    whose names these are.
  /// @param importer  see Module.
  ModuleNames(const syntax::Outline& outline, const Rules& rules, Module& module,
              Importer* importer);

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

  /// What a binding of a scope `owner` means; `rest` are attributes of it, dotted.
  [[nodiscard]] Resolved ResolveBinding(const Binding& binding, std::string_view rest,
                                        DefinitionId owner, int depth = 0) const;

  /// The one binding that says what a name of the module is; nullptr: none, or several.
  [[nodiscard]] const Binding* Agreed(std::string_view name) const;

  /// nullptr: nothing is known of other modules.
  [[nodiscard]] Importer* importer() const { return importer_; }

  /// Those of the module and its classes that may be executed.
  [[nodiscard]] const std::vector<const syntax::Import*>& star_imports() const {
    return star_imports_;
  }

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
  [[nodiscard]] const Binding* FindAgreed(const std::vector<uint32_t>& indices,
                                          const Scope& scope) const;

  const syntax::Outline& outline_;
  Module& module_;
  Importer* importer_;
  std::vector<Truth> truths_;            ///< by block
  std::vector<std::string_view> bound_;  ///< by statement
  std::unordered_map<DefinitionId, Scope> scopes_;
  std::vector<const syntax::Import*> star_imports_;
};

/// Module and name of an import, with leading dots: "a.b.c", "..a.b".
[[nodiscard]] std::string OriginOf(const syntax::Import& import,
                                   const syntax::ImportedName& imported);

/// How much of that names a module.
[[nodiscard]] size_t ModuleSizeOf(const syntax::Import& import, std::string_view origin);

}  // namespace dxpy::facts
