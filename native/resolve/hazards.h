#pragma once

#include <string>
#include <string_view>

#include "facts/module.h"

namespace dxpy::resolve {

// What a module's source can do to its own names, or to where modules are found,
// by other means than statements that bind. All may say so where nothing does.

/// Why nothing is known of the names of a module; empty: nothing is in the way.
[[nodiscard]] std::string ProblemOfNames(facts::Module& module);

/// `sys.modules[...] = ...` and the like: another object stands for a module.
[[nodiscard]] bool AssignsModule(std::string_view source);

/// Whether code puts something first in sys.path, in which other modules may be found.
[[nodiscard]] bool ChangesPath(const facts::Module& module);

/// `(name := ...)`, anywhere.
[[nodiscard]] bool IsBoundByWalrus(std::string_view source, std::string_view name);

}  // namespace dxpy::resolve
