#pragma once

#include <cstdint>
#include <string_view>

namespace dxpy::impact {

/// What a function of the standard library tells its caller of sources and files.
enum class Observed : uint8_t {
  kNothing,
  kPath,     ///< whether something is at the path that is its first argument
  kStatus,   ///< size or times of what is there
  kLooked,   ///< the same, unless a helper calls it: then it is whether something is there
  kModule,   ///< the module that its first argument names, from the package that its second one
             ///< names
  kLines,    ///< lines of a source, or their numbers
  kDocs,     ///< docstrings
  kForked,   ///< another process is told to fork
  kSpawned,  ///< a process is started without an audit event
};

/// @param filename  a co_filename; of the standard library, or "<frozen genericpath>" and its like.
/// @returns  whether ObservedBy() knows functions of this file.
[[nodiscard]] bool HasObservers(std::string_view filename);

/// Whether functions of this file look for paths, for their callers and for each other: where
/// that tells something it is observed by itself.
/// @param filename  as above.
[[nodiscard]] bool FindsPaths(std::string_view filename);

/// @param name  a co_name.
[[nodiscard]] Observed ObservedBy(std::string_view filename, std::string_view name);

}  // namespace dxpy::impact
