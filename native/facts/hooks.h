#pragma once

#include <vector>

#include "facts/file_facts.h"
#include "facts/module_names.h"

namespace dxpy::facts {

/// The names of a module that pytest looks for in conftests and plugins, in the
/// order of the lines.
[[nodiscard]] std::vector<HookFacts> FindHooks(const syntax::Outline& outline,
                                               const ModuleNames& names);

}  // namespace dxpy::facts
