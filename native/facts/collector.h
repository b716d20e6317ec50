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
#include "facts/module.h"
#include "facts/module_names.h"
#include "facts/parameters.h"

namespace dxpy::facts {

/// Goes through a module's names as pytest's PyCollector.collect() goes through
/// its namespace, and notes the tests, or what keeps us from knowing them.
class Collector {
 public:
  /// Both must outlive this; the module's outline has no problem.
  Collector(Module& module, const Rules& rules);

  FileFacts Collect();

 private:
  /// The way to a test: the classes around it, outermost first.
  struct Place {
    std::string prefix;  ///< "A::B::"
    std::vector<DefinitionRef> owners;
    bool in_test_case = false;
  };
  /// In pytest's order.
  using Marks = std::vector<const Decoration*>;
  enum class Answer : unsigned char { kFalse, kTrue, kUnknown };

  void CheckModule();
  /// Something that a scope has a name for, which pytest looks at.
  struct Candidate {
    std::string_view name;
    DefinitionRef where;
    bool is_certain = true;      ///< no condition has a say in whether it is there
    std::vector<Passage> via{};  ///< see Resolved
  };
  void CollectScope(DefinitionRef owner, const Place& place,
                    const std::vector<std::string_view>& hidden);
  void CollectName(std::string_view name, const FinalBinding& final, const Place& place);
  void CollectDefinition(const Candidate& candidate, const Place& place);
  void CollectFunction(const Candidate& candidate, const Place& place);
  void CollectClass(const Candidate& candidate, const Place& place);
  void CheckForeignBases(const Candidate& candidate, const ClassFacts& facts);
  bool CheckClass(const Candidate& candidate, const ClassFacts& facts);
  bool CheckClassDecorators(DefinitionRef where, const ClassFacts& facts);
  void CollectMethods(const ClassFacts& facts, const Place& place);
  void CollectTestCase(const ClassFacts& facts, const Place& place);
  void CollectTestMethod(std::string_view name, const ClassFacts& facts, const Place& place);
  void CollectImport(std::string_view name, const FinalBinding& final, const Place& place);
  void CollectResolved(std::string_view name, const FinalBinding& final, const Resolved& resolved,
                       const Place& place);
  static bool IsPlainOrTest(const DefinitionRef& where);
  void CheckExternal(std::string_view name, const FinalBinding& final, const Resolved& resolved);
  void CheckValue(std::string_view name, const FinalBinding& final, const Place& place);
  void AddTest(const Candidate& candidate, const FunctionFacts& function, const Place& place);
  void AddParameters(const Candidate& candidate, const FunctionFacts& function, const Marks& marks,
                     const Place& place, TestFacts& test);
  bool ReadParameters(const Marks& marks, std::vector<Parameters>& parameters);
  bool AddFixtureIds(const Closure& closure, std::vector<std::vector<std::string>>& ids);
  void AddMarks(DefinitionRef owner, Marks& marks);
  void AddClassMarks(const Place& place, Marks& marks);
  std::vector<std::string> UsedFixtures(const Marks& marks);
  [[nodiscard]] static Answer TestAttribute(const std::optional<FinalBinding>& final);
  /// Its path; empty for the file that is collected.
  [[nodiscard]] std::string FileOf(const Module& module) const;
  [[nodiscard]] static bool IsNoTest(const Module& from, std::string_view origin);
  [[nodiscard]] bool IsPlainImport(std::string_view origin) const;
  [[nodiscard]] bool LooksLikeTest(std::string_view name) const;
  void CheckMentions(Module& module, std::string_view name);
  void CheckMentions(const std::vector<Passage>& via);
  void CheckMeddlers(const Module& module, std::string_view name, Hold hold);
  void AddFixtures();
  /// `line` is of this file.
  void Note(ReasonKind kind, std::string_view detail, uint32_t line);
  /// `line` is of that module.
  void Note(ReasonKind kind, std::string_view detail, const Module& module, uint32_t line);

  Module& module_;  ///< the file that is collected
  const Rules& rules_;
  ParameterReader parameters_;
  uint32_t line_ = 0;  ///< of this file: what is just being collected
  Marks module_marks_;
  std::vector<std::unique_ptr<Decoration>> assigned_marks_;  ///< of each pytestmark
  FileFacts facts_;
};

}  // namespace dxpy::facts
