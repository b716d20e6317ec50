#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "facts/module_names.h"
#include "resolve/import_closure.h"

namespace dxpy::resolve {

/// A name of one module that others may have.
struct HeldName {
  using Words = std::unordered_set<std::string_view>;
  Words names;              ///< it, and what others call it
  std::string_view module;  ///< last part of the module's name
  facts::Hold hold = facts::Hold::kName;
  bool has_module = true;  ///< whether the file that is read can have the module itself
};

/// The line in which a file does to a name of another one what `held` does not allow,
/// or may do so; 0: it does not.
/// @param member  has its `module`.
[[nodiscard]] uint32_t FindMeddling(const ImportClosure::Member& member, const HeldName& held);

}  // namespace dxpy::resolve
