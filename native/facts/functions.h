#pragma once

#include <string_view>
#include <vector>

#include "facts/decorators.h"
#include "facts/module_names.h"

namespace dxpy::facts {

/// The parameters of a function that pytest would fill with fixtures: those that
/// are neither positional-only nor have a default. `self` counts.
struct ParameterNames {
  std::vector<std::string_view> names;
  std::vector<std::string_view> with_default;
  bool has_positional_only = false;
  bool takes_self = false;  ///< can be called with one positional argument at least
};

/// @param parameters  what stands between a function's parentheses.
[[nodiscard]] ParameterNames ReadParameterNames(std::string_view parameters);

/// What the decorators of a function make of it.
enum class FunctionKind : unsigned char {
  kFunction,
  kFixture,
  kNotCallable,  ///< a property
  kUnknown,
};

struct FunctionFacts {
  FunctionKind kind = FunctionKind::kFunction;
  std::vector<const Decoration*> decorations;  ///< from the innermost to the outermost
  const Decoration* culprit = nullptr;         ///< of kUnknown

  /// The decoration of that kind, or nullptr.
  [[nodiscard]] const Decoration* Find(DecoratorKind wanted) const;
};

/// @param decorations  must outlive the facts.
[[nodiscard]] FunctionFacts ReadFunction(const syntax::Definition& definition,
                                         Decorations& decorations);

/// The names that pytest takes from fixtures when it calls the function.
[[nodiscard]] std::vector<std::string_view> RequestedNames(const syntax::Definition& definition,
                                                           const FunctionFacts& function);

/// Whether the function's own code, not that of functions within it, yields.
[[nodiscard]] bool Yields(DefinitionId id, const syntax::Outline& outline);

}  // namespace dxpy::facts
