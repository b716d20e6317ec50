#include "base/error.h"

#include <system_error>

namespace dxpy {

Error::Error(const std::string& message) : std::runtime_error(message) {}

Error SystemError(const std::string& where, int error_number) {
  return Error(where + ": " + std::generic_category().message(error_number));
}

}  // namespace dxpy
