#pragma once

#include <string_view>
#include <vector>

namespace dxpy::facts {

/// What a statement does to a name.
enum class Effect : unsigned char {
  kAssigns,  ///< `value` has what is assigned
  kBinds,    ///< to something that is not told: unpacking, loops, `as`, +=, :=
  kDeletes,
};

struct NameEffect {
  std::string_view name;
  Effect effect = Effect::kBinds;
  std::string_view value;  ///< of kAssigns
};

/// The names that a simple statement, or the header of a block, binds in the
/// scope that it stands in. Imports are not told. It may tell a name too many
/// (a variable of a comprehension), never one too few.
[[nodiscard]] std::vector<NameEffect> FindNameEffects(std::string_view statement);

}  // namespace dxpy::facts
