#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "facts/decorators.h"
#include "facts/import_time.h"
#include "facts/local_classes.h"
#include "facts/local_fixtures.h"
#include "facts/module_names.h"

namespace dxpy::facts {

/// One source file with all that reads it. Its readers ask those of other files
/// through the Importer, so modules refer to each other and do not move.
///
/// Answers are kept as they are found: for one thread.
class Module {
 public:
  /// @param source    must outlive this.
  /// @param path      says which file it is, where another one refers to it.
  /// @param importer  must outlive this; nullptr: nothing is known of other modules.
  Module(std::string_view source, const Rules& rules, std::string path, Importer* importer);
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string_view source() const { return source_; }

  /// Whether literals may not mean what they say in UTF-8.
  [[nodiscard]] bool IsForeign() const;

  // Read at the first question: of most modules nobody asks it.
  [[nodiscard]] const ImportTime& import_time();
  [[nodiscard]] LocalFixtures& fixtures();

  /// Whether a function, which others may call during an import, writes to what the
  /// name stands for at the top level. See NamesTouchedByFunctions.
  [[nodiscard]] bool IsTouched(std::string_view name);

 private:
  const std::string_view source_;
  const std::string path_;

 public:
  const syntax::Outline outline;
  const ModuleNames names;
  Decorations decorations;
  LocalClasses classes;

 private:
  std::unique_ptr<ImportTime> import_time_;
  std::unique_ptr<LocalFixtures> fixtures_;
  std::optional<std::unordered_set<std::string_view>> touched_;
};

[[nodiscard]] inline const syntax::Definition& DefinitionOf(const DefinitionRef& where) {
  return where.module->outline.definitions[where.id];
}

}  // namespace dxpy::facts
