#pragma once

#include <stdexcept>
#include <string>

namespace dxpy {

/// The one exception that leaves native code: a mistake of the user or of the
/// world, said as "where: what with which value".
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message);
};

/// An Error made from errno: "<where>: <strerror>".
[[nodiscard]] Error SystemError(const std::string& where, int error_number);

}  // namespace dxpy
