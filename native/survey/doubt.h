#pragma once

#include <cstdint>
#include <string>

namespace dxpy::survey {

/// One reason why the tests of a file, or their ids, are only known to an import.
struct Doubt {
  std::string kind;    ///< a word or two, stable over versions: docs/discovery.md has each
  std::string detail;  ///< a name, in most cases
  uint32_t line = 0;   ///< 0: of no line
  std::string where;   ///< path of the file that `line` is of; empty: the test file itself

  bool operator==(const Doubt&) const = default;
};

}  // namespace dxpy::survey
