#pragma once

#include <string_view>

namespace dxpy::facts {

/// `__name__` of a class or function of the standard library, or what str()
/// gives of a number there. Empty where we do not know.
[[nodiscard]] std::string_view NameOfKnownObject(std::string_view origin);

/// Whether what a call of `origin` returns has no `__name__`, and is no text,
/// number, pattern or enumeration member, whatever the arguments.
[[nodiscard]] bool MakesPlainInstances(std::string_view origin);

/// Whether `origin` is a class that is neither a unittest.TestCase nor marked
/// as a test, and whose metaclass is `type`.
[[nodiscard]] bool IsPlainClass(std::string_view origin);

/// Whether a name means something in every module. Not all such names are known.
[[nodiscard]] bool IsBuiltin(std::string_view name);

/// Whether nothing that a module holds is a test or makes one.
[[nodiscard]] bool HoldsNoTests(std::string_view module);

}  // namespace dxpy::facts
