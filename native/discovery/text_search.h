#pragma once

#include <span>
#include <string>
#include <vector>

namespace dxpy::discovery {

/// Which of the files at `paths` contain one of the byte strings `needles`.
///
/// @returns  one answer per path, in order. False as well for what is not a
///           regular file or cannot be read: whoever opens it next says why.
std::vector<bool> FindText(std::span<const std::string> paths,
                           std::span<const std::string> needles);

}  // namespace dxpy::discovery
