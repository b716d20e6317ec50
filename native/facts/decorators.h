#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facts/expression.h"
#include "facts/module_names.h"

namespace dxpy::facts {

enum class DecoratorKind : uint8_t {
  kUnknown,  ///< may return anything, and do anything
  kMark,     ///< pytest.mark.x: returns what it is given
  kFixture,  ///< pytest.fixture: what it returns is no test
  kStaticMethod,
  kClassMethod,
  kProperty,   ///< what it returns cannot be called
  kPatch,      ///< unittest.mock.patch: a function of the same name
  kGiven,      ///< hypothesis.given: the same, with fewer parameters
  kKeeps,      ///< any other that returns a function of that name and parameters
  kDataclass,  ///< dataclasses.dataclass: the class, with an __init__
};

/// A decorator, or an element of pytestmark, that is understood.
struct Decoration {
  DecoratorKind kind = DecoratorKind::kUnknown;
  std::string name;     ///< of a mark: what stands behind `pytest.mark.`
  std::string origin;   ///< pytest.mark.skip, or what is not understood
  Expression call;      ///< a kCall, or the bare name
  DefinitionRef owner;  ///< the scope in which its arguments are evaluated
  std::string_view text;
  uint32_t line = 0;

  /// How many parameters of a function a kPatch fills.
  [[nodiscard]] size_t CountMocks() const;
};

/// Says what a decorator on something in the body of `owner` does. A name that
/// was given to a mark in this file stands for that mark.
[[nodiscard]] Decoration ReadDecoration(std::string_view text, uint32_t line, DefinitionRef owner);

/// Whether it is a function that ReadDecoration() knows.
[[nodiscard]] bool IsKnownDecorator(std::string_view origin);

/// The decorators of a file, each read once.
class Decorations {
 public:
  /// @param module  must outlive this.
  explicit Decorations(Module& module);

  /// By index into Outline::decorators. Stays valid as long as this lives.
  const Decoration& Get(uint32_t decorator);

 private:
  Module& module_;
  std::vector<std::unique_ptr<Decoration>> read_;
};

}  // namespace dxpy::facts
