#pragma once

#include <span>
#include <string>
#include <vector>

namespace dxpy::survey {

/// The conftests that pytest loads before it walks: of each root's directory and
/// those above it, and of directories named test* in it.
///
/// @param roots       absolute paths.
/// @param confcutdir  those above it do not count; as in pytest, those beside it do.
/// @returns  each once, in order.
[[nodiscard]] std::vector<std::string> InitialConftests(std::span<const std::string> roots,
                                                        const std::string& confcutdir);

}  // namespace dxpy::survey
