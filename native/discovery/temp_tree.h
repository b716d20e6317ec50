#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "discovery/directory_reader.h"

namespace dxpy::discovery {

/// A directory of files for one test, gone with it. Used for tests.
class TempTree {
 public:
  TempTree() {
    std::string name = (std::filesystem::temp_directory_path() / "dxpy-tree-XXXXXX").string();
    root_ = std::filesystem::canonical(mkdtemp(name.data())).string();
  }
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;
  ~TempTree() { std::filesystem::remove_all(root_); }

  [[nodiscard]] const std::string& root() const { return root_; }
  /// The absolute path of `name`, "a/b" say; of the tree itself for "".
  [[nodiscard]] std::string At(const std::string& name) const {
    return name.empty() ? root_ : JoinPath(root_, name);
  }
  /// Writes a file, and the directories above it.
  void Write(const std::string& name, const std::string& text = "") const {
    std::filesystem::create_directories(std::filesystem::path(At(name)).parent_path());
    std::ofstream(At(name), std::ios::binary) << text;
  }
  /// Makes `name` a link to `target`, as that is spelt.
  void Link(const std::string& name, const std::string& target) const {
    std::filesystem::create_symlink(target, At(name));
  }

 private:
  std::string root_;
};

}  // namespace dxpy::discovery
