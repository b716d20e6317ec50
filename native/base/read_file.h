#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file_stat.h"

namespace dxpy {

/// Reads a regular file whole into `bytes`, whose memory is used again.
///
/// @returns  what the file was when it was opened; nullopt with errno set where
///           it is out of reach or not a regular file (EINVAL). A pipe or device
///           of that name is neither read nor waited for.
std::optional<FileStat> ReadFile(const std::string& path, std::vector<char>& bytes);

/// As above. `unchanged` tells whether it was still so when all had been read,
/// as far as size and times can tell.
std::optional<FileStat> ReadFile(const std::string& path, std::vector<char>& bytes,
                                 bool& unchanged);

}  // namespace dxpy
