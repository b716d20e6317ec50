#pragma once

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace dxpy::testing {

/// A directory that is gone after its test.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dxpy-test-XXXXXX").string();
    path_ = std::filesystem::canonical(mkdtemp(pattern.data())).string();
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;  // a test may have taken it away
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The absolute path of `name`, "a/b" say; of the folder itself for "".
  [[nodiscard]] std::string At(const std::string& name) const {
    return name.empty() ? path_ : path_ + "/" + name;
  }
  /// Writes a file, and the folders above it. @returns its path.
  std::string Write(const std::string& name, const std::string& text = "") const {
    std::filesystem::create_directories(std::filesystem::path(At(name)).parent_path());
    std::ofstream(At(name), std::ios::binary) << text;
    return At(name);
  }
  [[nodiscard]] std::string Read(const std::string& name) const {
    std::ifstream file(At(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// Makes `name` a link to `target`, as that is spelt.
  void Link(const std::string& name, const std::string& target) const {
    std::filesystem::create_symlink(target, At(name));
  }
  /// The names in it, in order, as a line.
  [[nodiscard]] std::string Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    std::string line;
    for (const std::string& name : names) line += (line.empty() ? "" : " ") + name;
    return line;
  }

 private:
  std::string path_;
};

}  // namespace dxpy::testing
