#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/decorators.h"
#include "facts/expression.h"
#include "facts/module_names.h"

namespace dxpy::facts {

/// What one parametrize() call, or one parametrized fixture, adds to a test.
struct Parameters {
  std::vector<std::string> names;
  std::vector<std::string> indirect;  ///< those of `names` that are given to fixtures
  std::vector<std::string> ids;
  bool has_scope = false;  ///< scope=...: may put tests into another order
  bool has_marks = false;  ///< pytest.param(marks=...)
};

/// Works out ids as pytest does, of values whose types are proven.
class ParameterReader {
 public:
  /// Both must outlive the reader.
  ParameterReader(const syntax::Outline& outline, const ModuleNames& names)
      : outline_(outline), names_(names) {}

  /// A parametrize mark. None where anything about it is not known.
  [[nodiscard]] std::optional<Parameters> ReadMark(const Decoration& mark);

  /// params= and ids= of a fixture. The same.
  [[nodiscard]] std::optional<Parameters> ReadFixture(std::string_view name,
                                                      const Decoration& fixture);

  /// What was not understood when the last answer was none.
  [[nodiscard]] const std::string& culprit() const { return culprit_; }

  /// Names whose values were looked at, which must not be changed by anyone.
  [[nodiscard]] const std::vector<std::string_view>& constants() const { return constants_; }

 private:
  struct Case {
    std::vector<const Expression*> values;
    std::optional<std::string> id;
    DefinitionId owner = kNoDefinition;
  };

  bool Blame(std::string_view text);
  std::optional<std::string> Unknown(const Expression& value);
  bool ReadNames(const Expression& names, Parameters& parameters);
  bool ReadIndirect(const Expression* indirect, Parameters& parameters) const;
  bool ReadCases(const Expression& values, DefinitionId owner, bool wrap, Parameters& parameters);
  bool ReadCase(const Expression& item, DefinitionId owner, bool wrap, Parameters& parameters);
  bool ReadParam(const Expression& call, DefinitionId owner, Parameters& parameters);
  bool ReadRange(const Expression& call, bool wrap);
  bool MakeIds(const Expression* ids, DefinitionId owner, Parameters& parameters);
  bool ReadIdList(const Expression* ids, DefinitionId owner,
                  std::vector<std::optional<std::string>>& given);
  std::optional<std::string> IdOf(const Case& values, size_t index, const Parameters& parameters,
                                  std::string_view function);
  std::optional<std::string> IdOfValue(const Expression& value, DefinitionId owner,
                                       const std::string& fallback, int depth = 0);
  std::optional<std::string> IdOfName(const Expression& name, DefinitionId owner,
                                      const std::string& fallback, int depth);
  std::optional<std::string> IdOfCall(const Expression& call, DefinitionId owner,
                                      const std::string& fallback);
  [[nodiscard]] bool HasPlainInstances(DefinitionId id) const;
  const Expression* Follow(const Expression& value, DefinitionId& owner);

  const syntax::Outline& outline_;
  const ModuleNames& names_;
  std::vector<std::string_view> constants_;
  std::vector<Case> cases_;
  std::string culprit_;
  std::vector<std::unique_ptr<Expression>> kept_;  ///< of constants: cases point into them
};

}  // namespace dxpy::facts
