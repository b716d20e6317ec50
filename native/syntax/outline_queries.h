#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "syntax/outline.h"

namespace dxpy::syntax {

/// How many tests a file may hold: functions named test* at module level, and
/// as methods of classes that are named Test* or have bases. For progress and
/// cost estimates only: nothing here knows parametrization or inheritance.
[[nodiscard]] size_t CountTests(const Outline& outline);

/// A word or two for a problem; empty for kNone.
[[nodiscard]] const char* ProblemName(Problem problem);

/// A module's name without the layout that may stand between its parts.
[[nodiscard]] std::string PlainName(std::string_view name);

}  // namespace dxpy::syntax
