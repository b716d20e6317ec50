#pragma once

#include <map>
#include <string>
#include <utility>

#include "resolve/source_files.h"

namespace dxpy::resolve {

/// Files of a test: path to bytes. A folder is there if a file below it is.
class MapFiles final : public SourceFiles {
 public:
  explicit MapFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  FileKind Look(const std::string& path) override {
    if (files_.contains(path)) return FileKind::kFile;
    const auto next = files_.lower_bound(path + "/");
    const bool is_above = next != files_.end() && next->first.starts_with(path + "/");
    return is_above ? FileKind::kDirectory : FileKind::kNothing;
  }

  std::optional<std::string> Read(const std::string& path) override {
    const auto found = files_.find(path);
    if (found == files_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::map<std::string, std::string> files_;
};

}  // namespace dxpy::resolve
