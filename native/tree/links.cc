#include "tree/links.h"

#include <algorithm>
#include <utility>

namespace dxpy::tree {
namespace {

// Whether what is in a folder may be imported by its own name alone: not what is in a package.
bool MayBeRoot(const Folder* folder) { return folder != nullptr && folder->inits() == nullptr; }

bool HasModules(const Folder& folder) { return !folder.modules.empty(); }

}  // namespace

Links LinkFinder::Find(FileId file, const Needs& needs) {
  const Folder& own = folders_.folder_of(file);
  AddPackages(own);
  for (const NeededModule& module : needs.imports) AddImport(own, module, needs);
  for (const NamedText& text : needs.texts) AddText(text);
  if (IsInit(file, own)) AddOwnModules(own, needs);
  files_.erase(file);
  return Take();
}

bool LinkFinder::IsInit(FileId file, const Folder& own) {
  const std::vector<FileId>* const inits = own.inits();
  return inits != nullptr && std::ranges::find(*inits, file) != inits->end();
}

// A package may name those of its modules that are imported when somebody asks for them.
void LinkFinder::AddOwnModules(const Folder& own, const Needs& needs) {
  for (const NamedText& text : needs.texts) {
    AddModules(own, text.path[0]);
    if (const Folder* const inner = own.Inner(text.path[0])) AddFiles(inner->inits());
  }
}

Links LinkFinder::Find(const std::vector<NamedText>& texts) {
  for (const NamedText& text : texts) AddText(text);
  return Take();
}

Links LinkFinder::Take() {
  Links links{{files_.begin(), files_.end()}, {everything_.begin(), everything_.end()}};
  files_.clear();
  everything_.clear();
  attributed_.clear();
  return links;
}

void LinkFinder::AddFiles(const std::vector<FileId>* files) {
  if (files != nullptr) files_.insert(files->begin(), files->end());
}

bool LinkFinder::AddModules(const Folder& folder, const std::string& name) {
  const std::vector<FileId>* const found = folder.Modules(name);
  AddFiles(found);
  return found != nullptr;
}

void LinkFinder::AddPackages(const Folder& folder) {
  for (const Folder* each = &folder; each != nullptr; each = each->parent) AddFiles(each->inits());
}

void LinkFinder::AddImport(const Folder& own, const NeededModule& module, const Needs& needs) {
  if (module.level == 0) return AddAbsolute(module, needs);
  const Folder* package = &own;
  for (uint32_t up = 1; up < module.level && package != nullptr; ++up) package = package->parent;
  if (package != nullptr) AddBelow(*package, module, 0, needs);
}

void LinkFinder::AddAbsolute(const NeededModule& module, const Needs& needs) {
  if (module.path.empty()) return;
  const std::string& top = module.path[0];
  const std::vector<FileId>& files = folders_.ModulesNamed(top);
  const std::vector<Folder*>& found = folders_.FoldersNamed(top);
  if (files.empty() && found.empty()) unknown_.insert(top);
  AddFiles(&files);
  for (const Folder* const folder : found) AddBelow(*folder, module, 1, needs);
}

// The rest of a module's name, from `first` on, in a folder that stands for what is before.
void LinkFinder::AddBelow(const Folder& start, const NeededModule& module, size_t first,
                          const Needs& needs) {
  const bool binds_packages = module.names.empty() && !module.has_star;
  const Folder* folder = &start;
  AddFiles(folder->inits());
  if (binds_packages) AddAttributes(*folder, needs);
  for (size_t i = first; i < module.path.size(); ++i) {
    AddModules(*folder, module.path[i]);
    folder = folder->Inner(module.path[i]);
    if (folder == nullptr) return;
    AddFiles(folder->inits());
    if (binds_packages) AddAttributes(*folder, needs);
  }
  AddNames(*folder, module, needs);
}

void LinkFinder::AddNames(const Folder& package, const NeededModule& module, const Needs& needs) {
  for (const std::string& name : module.names) {
    AddModules(package, name);
    if (const Folder* const inner = package.Inner(name)) {
      AddFiles(inner->inits());
      AddAttributes(*inner, needs);
    }
  }
  if (!module.has_star) return;  // what is in __all__ is imported
  for (const auto& [name, files] : package.modules) AddFiles(&files);
  for (const auto& [name, inner] : package.folders) AddFiles(inner->inits());
}

// `import shop` and then `shop.tax.rate()`, where something else has imported shop.tax.
void LinkFinder::AddAttributes(const Folder& package, const Needs& needs) {
  if (!attributed_.insert(package.id).second) return;
  for (const auto& [name, files] : package.modules)
    if (needs.attributes.contains(name)) AddFiles(&files);
  for (const auto& [name, inner] : package.folders) {
    if (!needs.attributes.contains(name)) continue;
    AddFiles(inner->inits());
    AddAttributes(*inner, needs);
  }
}

void LinkFinder::AddText(const NamedText& text) {
  const std::string& top = text.path[0];
  for (const FileId file : folders_.ModulesNamed(top))
    if (text.is_file || text.is_relative || MayBeRoot(&folders_.folder_of(file)))
      files_.insert(file);
  if (text.is_file) return;
  for (const Folder* const folder : folders_.FoldersNamed(top))
    if (text.is_relative || MayBeRoot(folder->parent)) AddTextBelow(*folder, text, 1);
}

// A text that leads to a module means that; one that ends at a package may be meant for
// whoever imports all that is in it. So may "shop.apps.Config", by a convention.
void LinkFinder::AddTextBelow(const Folder& start, const NamedText& text, size_t first) {
  const Folder* folder = &start;
  AddFiles(folder->inits());
  for (size_t i = first; i < text.path.size(); ++i) {
    const Folder* const inner = folder->Inner(text.path[i]);
    const bool is_module = AddModules(*folder, text.path[i]);
    if (is_module && inner == nullptr && text.path[i] != "apps") return;
    if (inner == nullptr) break;
    folder = inner;
    AddFiles(folder->inits());
  }
  if (text.path.size() > 1 || HasModules(*folder)) everything_.insert(folder->id);
}

}  // namespace dxpy::tree
