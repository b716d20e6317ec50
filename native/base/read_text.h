#pragma once

#include <string>

namespace dxpy {

/// All that a file says; empty where it cannot be read. For files that the kernel makes up,
/// whose size is not known before; read_file.h is for others.
std::string ReadText(const std::string& path);

}  // namespace dxpy
