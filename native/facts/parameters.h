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
  /// A parametrize mark. None where anything about it is not known.
  [[nodiscard]] std::optional<Parameters> ReadMark(const Decoration& mark);

  /// params= and ids= of a fixture. The same.
  [[nodiscard]] std::optional<Parameters> ReadFixture(std::string_view name,
                                                      const Decoration& fixture);

  /// What was not understood when the last answer was none.
  [[nodiscard]] const std::string& culprit() const { return culprit_; }

  /// Names whose values were looked at, which must not be changed by anyone.
  [[nodiscard]] const std::vector<Passage>& constants() const { return constants_; }

 private:
  struct Case {
    std::vector<const Expression*> values;
    std::optional<std::string> id;
    DefinitionRef owner;
  };

  bool Blame(std::string_view text);
  std::optional<std::string> Unknown(const Expression& value);
  bool ReadNames(const Expression& names, Parameters& parameters);
  bool ReadIndirect(const Expression* indirect, Parameters& parameters) const;
  bool ReadCases(const Expression& values, DefinitionRef owner, bool wrap, Parameters& parameters);
  bool ReadCase(const Expression& item, DefinitionRef owner, bool wrap, Parameters& parameters);
  bool ReadParam(const Expression& call, DefinitionRef owner, Parameters& parameters);
  bool ReadRange(const Expression& call, DefinitionRef owner, bool wrap);
  bool MakeIds(const Expression* ids, DefinitionRef owner, Parameters& parameters);
  bool ReadIdList(const Expression* ids, DefinitionRef owner,
                  std::vector<std::optional<std::string>>& given);
  std::optional<std::string> IdOf(const Case& values, size_t index, const Parameters& parameters,
                                  std::string_view function);
  std::optional<std::string> IdOfValue(const Expression& value, DefinitionRef owner,
                                       const std::string& fallback, int depth = 0);
  std::optional<std::string> IdOfName(const Expression& name, DefinitionRef owner,
                                      const std::string& fallback, int depth);
  std::optional<std::string> IdOfCall(const Expression& call, DefinitionRef owner,
                                      const std::string& fallback);
  [[nodiscard]] static bool HasPlainInstances(DefinitionRef where);
  static Resolved Resolve(const Expression& name, const DefinitionRef& owner);
  const Expression* Follow(const Expression& value, DefinitionRef& owner);

  std::vector<Passage> constants_;
  std::vector<Case> cases_;
  std::string culprit_;
  std::vector<std::unique_ptr<Expression>> kept_;  ///< of constants: cases point into them
};

}  // namespace dxpy::facts
