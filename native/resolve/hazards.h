#pragma once

#include <string>
#include <string_view>

#include "facts/module.h"

namespace dxpy::resolve {

// What a module's source can do to its own names, or to where modules are found,
// by other means than statements that bind. All may say so where nothing does.

/// Why nothing is known of the names of a module; empty: nothing is in the way.
[[nodiscard]] std::string ProblemOfNames(facts::Module& module);

/// What is looked for once in each file.
struct Hazards {
  bool assigns_module = false;  ///< `sys.modules[...] = ...`: another object stands for a module
  bool moves_modules = false;   ///< or changes __path__
  bool changes_path = false;    ///< puts something first in sys.path
  bool has_walrus = false;
};
[[nodiscard]] Hazards FindHazards(const facts::Module& module);

/// Whether a text puts something first in sys.path.
[[nodiscard]] bool MentionsPath(std::string_view text);

/// Whether a statement outside of functions puts something first in sys.path.
[[nodiscard]] bool ChangesPathOnImport(const facts::Module& module);

/// `sys.modules[...] = ...` and the like, anywhere.
[[nodiscard]] bool AssignsModule(std::string_view source);

/// As string_view::find(), which stops at every first byte.
[[nodiscard]] size_t Find(std::string_view text, std::string_view word, size_t from = 0);
[[nodiscard]] inline bool Contains(std::string_view text, std::string_view word) {
  return Find(text, word) != std::string_view::npos;
}

/// `(name := ...)`, anywhere.
[[nodiscard]] bool IsBoundByWalrus(std::string_view source, std::string_view name);

}  // namespace dxpy::resolve
