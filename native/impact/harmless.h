#pragma once

#include <string_view>

namespace dxpy::impact {

/// Whether a dotted name begins with a module of the standard library of any Python from 3.10
/// on: importing it changes nothing that a test could tell.
[[nodiscard]] bool IsStandardModule(std::string_view module);

/// Of things that the standard library and pytest define, by origin as Origins::Of() tells it:
/// calling it does nothing but make what it returns.
[[nodiscard]] bool IsHarmlessCall(std::string_view origin);
/// As a decorator it keeps nothing, and returns what acts like the function or the class.
[[nodiscard]] bool IsHarmlessDecorator(std::string_view origin);
/// Deriving from it does nothing but make a class.
[[nodiscard]] bool IsHarmlessBase(std::string_view origin);
/// A method of a string or a path that only computes.
[[nodiscard]] bool IsHarmlessMethod(std::string_view name);

}  // namespace dxpy::impact
