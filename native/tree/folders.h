#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dxpy::tree {

using FileId = uint32_t;

/// A folder with modules in or below it.
struct Folder {
  uint32_t id = 0;
  Folder* parent = nullptr;  ///< of the tree's own folder: none
  std::map<std::string, Folder*, std::less<>> folders;
  std::map<std::string, std::vector<FileId>, std::less<>> modules;  ///< by name, as imported

  /// Those called __init__, which make a package of it.
  [[nodiscard]] const std::vector<FileId>* inits() const;
  [[nodiscard]] const std::vector<FileId>* Modules(std::string_view name) const;
  [[nodiscard]] Folder* Inner(std::string_view name) const;
};

/// The modules of a tree, by where they are and by name.
class Folders {
 public:
  Folders() { all_.emplace_back(); }
  Folders(const Folders&) = delete;
  Folders& operator=(const Folders&) = delete;

  /// @param path  relative to the tree, "shop/tax.py" or "shop/_tax.cpython-311.so". The same
  ///     path twice is one file.
  FileId Add(const std::string& path);
  /// A name at top level for something that is called otherwise: where an installed finder
  /// says so.
  void AddAlias(const std::string& name, const std::string& path);

  [[nodiscard]] std::optional<FileId> Find(const std::string& path) const;
  [[nodiscard]] size_t size() const { return paths_.size(); }
  [[nodiscard]] size_t folder_count() const { return all_.size(); }
  [[nodiscard]] const std::string& path(FileId id) const { return paths_[id]; }
  [[nodiscard]] Folder& folder_of(FileId id) const { return *folders_[id]; }
  [[nodiscard]] const std::deque<Folder>& all() const { return all_; }

  /// Wherever they are.
  [[nodiscard]] const std::vector<Folder*>& FoldersNamed(const std::string& name) const;
  [[nodiscard]] const std::vector<FileId>& ModulesNamed(const std::string& name) const;

 private:
  Folder& At(std::string_view path);

  std::deque<Folder> all_;  ///< the first one is the tree's own
  std::vector<std::string> paths_;
  std::vector<Folder*> folders_;  ///< by file
  std::unordered_map<std::string, FileId> by_path_;
  std::unordered_map<std::string, std::vector<Folder*>> folders_by_name_;
  std::unordered_map<std::string, std::vector<FileId>> modules_by_name_;
};

}  // namespace dxpy::tree
