#pragma once

#include <time.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace dxpy::bench {

// Not wall time: the figure is for a core of our own, on a busy machine too.
inline double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// The .py files below a directory whose names begin with `prefix`.
inline std::vector<std::filesystem::path> FindSources(const std::filesystem::path& directory,
                                                      const char* prefix = "") {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix) && name.ends_with(".py") && entry.is_regular_file())
      paths.push_back(entry.path());
  }
  return paths;
}

/// What is in them.
inline std::vector<std::string> ReadSources(const std::filesystem::path& directory,
                                            const char* prefix = "") {
  std::vector<std::string> sources;
  for (const std::filesystem::path& path : FindSources(directory, prefix)) {
    std::ifstream file(path, std::ios::binary);
    sources.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return sources;
}

}  // namespace dxpy::bench
