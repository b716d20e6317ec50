#pragma once

#include <string>

#include "syntax/outline.h"

namespace dxpy::syntax {

/// An outline as text, a line per fact, for tests and for people:
///
///     1-9 class A(Base)
///     4-5 def f col 2 in A: class method @3 dec
///     5 import a.b as c in f: function class
[[nodiscard]] std::string Dump(const Outline& outline);

}  // namespace dxpy::syntax
