#include "tree/folders.h"

#include <algorithm>

namespace dxpy::tree {
namespace {

// "tax" of tax.py; "_tax" of _tax.cpython-311.so.
std::string_view ModuleName(std::string_view file) {
  if (file.ends_with(".py")) return file.substr(0, file.size() - 3);
  return file.substr(0, file.find('.'));
}

}  // namespace

const std::vector<FileId>* Folder::Modules(std::string_view name) const {
  const auto found = modules.find(name);
  return found == modules.end() ? nullptr : &found->second;
}

const std::vector<FileId>* Folder::inits() const { return Modules("__init__"); }

Folder* Folder::Inner(std::string_view name) const {
  const auto found = folders.find(name);
  return found == folders.end() ? nullptr : found->second;
}

Folder& Folders::At(std::string_view path) {
  Folder* folder = &all_.front();
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string name(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
    Folder*& inner = folder->folders[name];
    if (inner == nullptr) {
      inner = &all_.emplace_back();
      inner->id = static_cast<uint32_t>(all_.size() - 1);
      inner->parent = folder;
      folders_by_name_[name].push_back(inner);
    }
    folder = inner;
  }
  return *folder;
}

FileId Folders::Add(const std::string& path) {
  const auto [known, is_new] = by_path_.try_emplace(path, static_cast<FileId>(paths_.size()));
  if (!is_new) return known->second;
  const size_t slash = path.rfind('/');
  const bool is_top = slash == std::string::npos;
  Folder& folder = At(is_top ? "" : std::string_view(path).substr(0, slash));
  const std::string name(ModuleName(std::string_view(path).substr(is_top ? 0 : slash + 1)));
  folder.modules[name].push_back(known->second);
  modules_by_name_[name].push_back(known->second);
  paths_.push_back(path);
  folders_.push_back(&folder);
  return known->second;
}

void Folders::AddAlias(const std::string& name, const std::string& path) {
  if (const auto file = by_path_.find(path); file != by_path_.end()) {
    modules_by_name_[name].push_back(file->second);
  } else {
    folders_by_name_[name].push_back(&At(path));
  }
}

std::optional<FileId> Folders::Find(const std::string& path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? std::nullopt : std::optional(found->second);
}

const std::vector<Folder*>& Folders::FoldersNamed(const std::string& name) const {
  static const std::vector<Folder*> none;
  const auto found = folders_by_name_.find(name);
  return found == folders_by_name_.end() ? none : found->second;
}

const std::vector<FileId>& Folders::ModulesNamed(const std::string& name) const {
  static const std::vector<FileId> none;
  const auto found = modules_by_name_.find(name);
  return found == modules_by_name_.end() ? none : found->second;
}

}  // namespace dxpy::tree
