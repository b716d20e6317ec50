#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "facts/decorators.h"
#include "facts/file_facts.h"
#include "facts/module_names.h"

namespace dxpy::facts {

/// Reads all code that may be executed when the module is imported: statements
/// and headers outside of functions, decorators, defaults, and the bodies of
/// those functions whose names such code mentions, or that have a decorator
/// which may call them.
///
/// It finds code that writes into namespaces by other means than the statements
/// that ModuleNames reads, and notes which names are mentioned where.
class ImportTime {
 public:
  /// All must outlive this.
  ImportTime(const syntax::Outline& outline, const ModuleNames& names, Decorations& decorations);

  /// What makes the file dynamic whatever its tests are.
  [[nodiscard]] const std::vector<Reason>& reasons() const { return reasons_; }

  /// Whether import-time code mentions a function, so that it may be called.
  [[nodiscard]] bool IsReached(DefinitionId id) const { return reached_[id]; }

  /// Where such code mentions a name, in lines; empty where it does not. What
  /// binds the name and what deletes it do not count, nor lists of bases.
  /// @param in_decorators  whether to count what stands in decorators.
  [[nodiscard]] bool Mentions(std::string_view name, bool in_decorators, uint32_t* line) const;

 private:
  struct Mention {
    uint32_t line = 0;
    bool in_decorator = false;
  };
  struct Excerpt {
    std::string_view text;
    uint32_t line = 0;
    bool in_decorator = false;
    bool is_statement = false;   ///< whose bindings ModuleNames has read
    std::string_view bound;      ///< the one name that it assigns
    bool is_annotation = false;  ///< and nothing else
  };

  void ReadModule();
  void ReadDefinition(DefinitionId id);
  void ReadReached();
  void Read(const Excerpt& excerpt);
  void ReadName(std::string_view name, const Excerpt& excerpt);
  void CheckWord(std::string_view word, bool is_attribute, const Excerpt& excerpt);
  void Reach(DefinitionId id);
  void CheckFactory(DefinitionId id);
  void Note(ReasonKind kind, std::string_view detail, uint32_t line);

  const syntax::Outline& outline_;
  const ModuleNames& names_;
  Decorations& decorations_;
  std::unordered_map<std::string_view, std::vector<DefinitionId>> definitions_;
  std::unordered_map<std::string_view, std::vector<Mention>> mentions_;
  std::vector<bool> reached_;  ///< by definition
  std::vector<DefinitionId> to_read_;
  std::vector<Reason> reasons_;
};

}  // namespace dxpy::facts
