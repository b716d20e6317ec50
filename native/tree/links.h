#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tree/folders.h"
#include "tree/needs.h"

namespace dxpy::tree {

/// What one source may lead to.
struct Links {
  std::vector<FileId> files;         ///< each once
  std::vector<uint32_t> everything;  ///< ids of folders of which all sources may be meant
};

/// Finds what names of modules may mean in a tree. Where Python looks for modules is not asked:
/// a name at top level may be in any folder, and all that have it count.
class LinkFinder {
 public:
  /// @param folders  must outlive this.
  explicit LinkFinder(const Folders& folders) : folders_(folders) {}

  /// @param file  whose needs these are; its packages' __init__ are needed, too.
  Links Find(FileId file, const Needs& needs);
  /// Of texts that stand in no source.
  Links Find(const std::vector<NamedText>& texts);

  /// Modules at top level that sources import and that no folder has.
  [[nodiscard]] const std::set<std::string>& unknown() const { return unknown_; }

 private:
  static bool IsInit(FileId file, const Folder& own);
  void AddOwnModules(const Folder& own, const Needs& needs);
  void AddPackages(const Folder& folder);
  void AddImport(const Folder& own, const NeededModule& module, const Needs& needs);
  void AddAbsolute(const NeededModule& module, const Needs& needs);
  void AddBelow(const Folder& start, const NeededModule& module, size_t first, const Needs& needs);
  void AddNames(const Folder& package, const NeededModule& module, const Needs& needs);
  void AddAttributes(const Folder& package, const Needs& needs);
  void AddText(const NamedText& text);
  void AddTextBelow(const Folder& start, const NamedText& text, size_t first);
  bool AddModules(const Folder& folder, const std::string& name);
  void AddFiles(const std::vector<FileId>* files);
  Links Take();

  const Folders& folders_;
  std::set<FileId> files_;
  std::set<uint32_t> everything_;
  std::set<uint32_t> attributed_;  ///< ids of packages whose attributes were looked for
  std::set<std::string> unknown_;
};

}  // namespace dxpy::tree
