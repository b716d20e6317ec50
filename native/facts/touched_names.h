#pragma once

#include <string_view>
#include <unordered_set>

#include "facts/tokens.h"
#include "syntax/outline.h"

namespace dxpy::facts {

/// Names that code of functions writes to: `global x`, `x.y = 1`, `x[0] = 1`,
/// `x.append(1)`, `setattr(x, ...)`, `del x.y`. Whoever imports a module can call
/// its functions, at import time too. It tells names too many: local ones.
[[nodiscard]] std::unordered_set<std::string_view> NamesTouchedByFunctions(
    const syntax::Outline& outline);

/// Whether a method of that name changes a list, a set or a dict.
[[nodiscard]] bool IsMutator(std::string_view method);

/// `=`, `+=` and the like.
[[nodiscard]] bool IsAssignment(const Token& token);

}  // namespace dxpy::facts
