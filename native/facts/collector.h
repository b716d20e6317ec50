#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facts/file_facts.h"
#include "facts/functions.h"
#include "facts/import_time.h"
#include "facts/local_classes.h"
#include "facts/local_fixtures.h"
#include "facts/module_names.h"
#include "facts/parameters.h"

namespace dxpy::facts {

/// Goes through a module's names as pytest's PyCollector.collect() goes through
/// its namespace, and notes the tests, or what keeps us from knowing them.
class Collector {
 public:
  /// Both must outlive this; the outline has no problem.
  Collector(const syntax::Outline& outline, const Rules& rules);

  FileFacts Collect();

 private:
  /// The way to a test: the classes around it, outermost first.
  struct Place {
    std::string prefix;  ///< "A::B::"
    std::vector<DefinitionId> owners;
    bool in_test_case = false;
  };
  /// In pytest's order.
  using Marks = std::vector<const Decoration*>;
  enum class Answer : unsigned char { kFalse, kTrue, kUnknown };

  void CheckModule();
  void CollectScope(DefinitionId owner, const Place& place,
                    const std::vector<std::string_view>& hidden);
  void CollectName(std::string_view name, const FinalBinding& final, const Place& place);
  void CollectDefinition(const FinalBinding& final, const Place& place);
  void CollectFunction(DefinitionId id, const FinalBinding& final, const Place& place);
  void CollectClass(DefinitionId id, const FinalBinding& final, const Place& place);
  void CheckForeignBases(DefinitionId id, const ClassFacts& facts);
  bool CheckClass(DefinitionId id, const ClassFacts& facts);
  bool CheckClassDecorators(DefinitionId id, const ClassFacts& facts);
  void CollectMethods(DefinitionId id, const ClassFacts& facts, const Place& place);
  void CollectTestCase(DefinitionId id, const ClassFacts& facts, const Place& place);
  void CheckImport(std::string_view name, const Binding& binding);
  void CheckValue(std::string_view name, const Binding& binding);
  void AddTest(DefinitionId id, const FunctionFacts& function, const Place& place);
  void AddParameters(DefinitionId id, const FunctionFacts& function, const Marks& marks,
                     const Place& place, TestFacts& test);
  bool ReadParameters(const Marks& marks, std::vector<Parameters>& parameters);
  bool AddFixtureIds(const Closure& closure, DefinitionId id,
                     std::vector<std::vector<std::string>>& ids);
  void AddMarks(DefinitionId owner, Marks& marks);
  void AddClassMarks(const Place& place, Marks& marks);
  std::vector<std::string> UsedFixtures(const Marks& marks);
  [[nodiscard]] Answer TestAttribute(const std::optional<FinalBinding>& final) const;
  [[nodiscard]] bool LooksLikeTest(std::string_view name) const;
  void CheckMentions(std::string_view name);
  void AddFixtures();
  void Note(ReasonKind kind, std::string_view detail, uint32_t line);

  const syntax::Outline& outline_;
  const Rules& rules_;
  ModuleNames names_;
  Decorations decorations_;
  ImportTime import_time_;
  LocalClasses classes_;
  LocalFixtures fixtures_;
  ParameterReader parameters_;
  Marks module_marks_;
  std::vector<std::unique_ptr<Decoration>> assigned_marks_;  ///< of each pytestmark
  FileFacts facts_;
};

}  // namespace dxpy::facts
