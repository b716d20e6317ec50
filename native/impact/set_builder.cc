#include "impact/set_builder.h"

#include <algorithm>
#include <string_view>

#include "impact/current_files.h"

namespace dxpy::impact {
namespace {

std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

bool IsBelow(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

Dependency SetOf(const ContentId& id) { return {DependencyKind::kSet, "", id, {}, 0}; }

std::string_view LastName(std::string_view name) {
  return name.substr(name.rfind('.') + 1);  // npos + 1 is 0
}

/// Whether code that ran says that a part was used, and not only that it was imported.
bool IsUse(const Part& part, const TracedCode& code, const TracedContext& context) {
  if (part.kind == PartKind::kFunction) return true;
  if (part.kind == PartKind::kClass && code.name == LastName(part.name)) return false;
  // A lambda or a comprehension at module level: its statement counts by the names it binds.
  return context.kind != ContextKind::kModule || context.name != code.path;
}

}  // namespace

SetBuilder::MaybeSet SetBuilder::TestSet(const std::string& unit, uint32_t context) {
  DependencySet set;
  if (!AddContext(context, set) || !UnitBase(unit, set)) return std::nullopt;
  if (const auto collection = trace_.CollectionOf(unit)) {
    const MaybeSet collected = ContextSet(*collection);
    if (!collected) return std::nullopt;
    set.push_back(SetOf(*collected));
  }
  if ((trace_.contexts()[context].flags & kObservedDocs) != 0) {
    for (const std::string& path : imports_.ClosureOf(unit)) {
      set.push_back(SourceOf(path));
      set.back().flags = kDocsCount;
    }
  }
  return book_.Add(std::move(set));
}

SetBuilder::MaybeSet SetBuilder::CollectionSet(const std::string& unit, uint32_t context) {
  DependencySet set{SourceOf(unit)};
  set.back().flags = kCollects;
  if (!AddContext(context, set) || !UnitBase(unit, set)) return std::nullopt;
  return book_.Add(std::move(set));
}

bool SetBuilder::UnitBase(const std::string& unit, DependencySet& set) {
  const MaybeSet base = UnitSet(unit);
  const MaybeSet session = SessionSet();
  if (!base || !session) return false;
  set.push_back(SetOf(*base));
  set.push_back(SetOf(*session));
  set.push_back(SetOf(MemorySet()));
  set.push_back(SetOf(book_.world()));
  return true;
}

SetBuilder::MaybeSet SetBuilder::ProcessSet() {
  DependencySet set;
  std::set<std::string> sources;
  uint32_t flags = 0;
  // Each context by itself: a source may have run twice, as the program and as a module.
  const auto& contexts = trace_.contexts();
  for (uint32_t context = 0; context < contexts.size(); ++context) {
    if (contexts[context].kind == ContextKind::kMemory) continue;  // all of it is in the others
    if (!AddContext(context, set)) return std::nullopt;
    flags |= contexts[context].flags;
    if (contexts[context].kind == ContextKind::kModule) sources.insert(contexts[context].name);
    for (const uint32_t code : contexts[context].codes) sources.insert(trace_.code(code).path);
  }
  for (const auto& [name, module] : trace_.modules()) {
    if (sources_.IsFirstParty(module.path)) {
      sources.insert(module.path);
    } else if (sources_.IsInProject(module.path)) {
      set.push_back(FileOf(module.path));  // compiled
    }
  }
  for (const std::string& source : sources) {
    const MaybeSet closure = ClosureSet(source);
    if (!closure) return std::nullopt;
    set.push_back(SetOf(*closure));
    set.push_back(SourceOf(source));
    // Where it is seen does not say whose is: a traceback shows all that led to it.
    if ((flags & kObservedDocs) != 0) set.back().flags |= kDocsCount;
    if ((flags & kObservedLines) != 0) set.back().flags |= kLinesCount;
  }
  AddTopLevel(set);
  return book_.Add(std::move(set));
}

// Of all modules that a process has imported, whoever asked for them.
void SetBuilder::AddTopLevel(DependencySet& set) {
  for (const auto& [name, module] : trace_.modules()) {
    if (name.find('.') != std::string::npos) continue;
    AddInstalled(name, set);
    const std::string own = imports_.RootOf(name);
    for (const std::string& root : imports_.roots()) {
      if (root == own) continue;
      set.push_back(FileOf(root + "/" + name + ".py"));
      set.push_back(FileOf(root + "/" + name + "/__init__.py"));
    }
  }
}

SetBuilder::MaybeSet SetBuilder::SessionSet() {
  if (session_) return *session_;
  DependencySet set;
  const auto& contexts = trace_.contexts();
  for (uint32_t context = 0; context < contexts.size(); ++context) {
    if (contexts[context].kind != ContextKind::kSession) continue;
    if (!AddContext(context, set)) return session_.emplace(std::nullopt);
  }
  return session_.emplace(book_.Add(std::move(set)));
}

ContentId SetBuilder::MemorySet() {
  if (memory_) return *memory_;
  DependencySet set;
  for (const TracedContext& context : trace_.contexts()) {
    if (context.kind != ContextKind::kMemory) continue;
    if (const MaybeSet id = MemoryOf(context))
      set.push_back({DependencyKind::kMemory, "", *id, {}, 0});
  }
  return memory_.emplace(book_.Add(std::move(set)));
}

// The functions, and a set of what they may keep.
SetBuilder::MaybeSet SetBuilder::MemoryOf(const TracedContext& memory) {
  DependencySet kept;
  const auto keep = [&](const MaybeSet& set, const std::string& what) {
    kept.push_back(set ? SetOf(*set) : Unsettled(what));
  };
  for (const auto& [use, path] : memory.paths)
    if (!AddPath(use, path, kept)) kept.push_back(Unsettled(path));
  AddAsked(memory, kept);
  for (const AskedModule& asked : memory.asked) {
    const std::string path = imports_.SourceOf(asked.name);
    if (asked.found && !path.empty()) keep(ClosureSet(path), path);
  }
  if (!AddProcesses(memory, kept)) kept.push_back(Unsettled("a source of a process"));
  for (const uint32_t fork : memory.uses) keep(ContextSet(fork), "a source of a fork");
  DependencySet set;
  // A source that is another one than was imported: no test that has it is kept.
  if (kept.empty() || !AddCodes(memory, set)) return std::nullopt;
  set.push_back(SetOf(book_.Add(std::move(kept))));
  return book_.Add(std::move(set));
}

SetBuilder::MaybeSet SetBuilder::ContextSet(uint32_t context) {
  const auto [found, is_new] = contexts_.try_emplace(context);
  MaybeSet& known = found->second;
  if (!is_new) return known;
  DependencySet set;
  if (AddContext(context, set)) known = book_.Add(std::move(set));
  return known;
}

bool SetBuilder::AddContext(uint32_t number, DependencySet& set) {
  const TracedContext& context = trace_.contexts()[number];
  if (!AddCodes(context, set) || !AddPaths(context, set)) return false;
  AddAsked(context, set);
  if (!AddProcesses(context, set)) return false;
  const bool is_module = context.kind == ContextKind::kModule;
  // Imported before anybody looked: what ran then is not known, so no change is harmless.
  if (is_module && (context.flags & kIncomplete) != 0) set.push_back(FileOf(context.name));
  for (const uint32_t used : context.uses) {
    const TracedContext& other = trace_.contexts()[used];
    if (is_module && other.kind == ContextKind::kModule) continue;  // an edge of the import map
    const MaybeSet id =
        other.kind == ContextKind::kModule ? ClosureSet(other.name) : ContextSet(used);
    if (!id) return false;
    set.push_back(SetOf(*id));
  }
  // Whoever runs a source's code needs what the source needs. A module's own import does
  // so through the closure that it is a part of.
  if (is_module) return true;
  std::vector<const std::string*> needed;
  for (const uint32_t code : context.codes) needed.push_back(ran_.Of(code).source->path);
  for (const AskedModule& asked : context.asked) {
    if (const std::string path = imports_.SourceOf(asked.name); asked.found && !path.empty())
      needed.push_back(ran_.At(path).path);
  }
  std::ranges::sort(needed);
  const auto [end, last] = std::ranges::unique(needed);
  needed.erase(end, last);
  return std::ranges::all_of(needed, [&](const std::string* path) {
    const MaybeSet closure = ClosureSet(*path);
    if (closure) set.push_back(SetOf(*closure));
    return closure.has_value();
  });
}

bool SetBuilder::AddCodes(const TracedContext& context, DependencySet& set) {
  std::vector<std::pair<const RanSources::Source*, std::optional<uint32_t>>> ran;
  ran.reserve(context.codes.size());
  for (const uint32_t number : context.codes) {
    const auto& [source, part] = ran_.Of(number);
    if (!source->is_as_imported) return false;
    const bool counts =
        part && IsUse(source->now->parts.parts[*part], trace_.code(number), context);
    ran.emplace_back(source, counts ? part : std::nullopt);
  }
  std::ranges::sort(
      ran);  // parts of one source stand together, in front of them where there is none
  const auto [end, last] = std::ranges::unique(ran);
  ran.erase(end, last);
  const RanSources::Source* previous = nullptr;
  for (const auto& [source, part] : ran) {
    if (source != previous) {
      set.push_back({DependencyKind::kSource, source->name, source->now->content, {}, 0});
      if ((context.flags & kObservedLines) != 0) set.back().flags |= kLinesCount;
      if ((context.flags & kObservedDocs) != 0) set.back().flags |= kDocsCount;
    }
    previous = source;
    if (part) set.back().parts.push_back(*part);
  }
  return true;
}

bool SetBuilder::AddPaths(const TracedContext& context, DependencySet& set) {
  return std::ranges::all_of(context.paths, [&](const auto& used) {
    return used.first == PathUse::kWritten || AddPath(used.first, used.second, set);
  });
}

bool SetBuilder::AddPath(PathUse use, const std::string& path, DependencySet& set) {
  const std::string name = book_.NameOf(path);
  if (use == PathUse::kListed) {
    set.push_back({DependencyKind::kListing, name, book_.files().Listing(name), {}, 0});
  } else if (use == PathUse::kMissing) {
    set.push_back({DependencyKind::kExists, name, book_.files().Existence(name), {}, 0});
  } else if (book_.IsSettled(path)) {
    set.push_back(FileOf(path));
  } else {
    return false;
  }
  return true;
}

bool SetBuilder::AddProcesses(const TracedContext& context, DependencySet& set) {
  const bool is_module = context.kind == ContextKind::kModule;
  const uint32_t opaque = is_module ? kStartedProcess : kStartedProcess | kIncomplete;
  bool is_opaque = (context.flags & opaque) != 0;
  for (const TracedChild& child : context.children) {
    const ChildSets::Found found = children_.Find(child);
    is_opaque = is_opaque || !found.is_recorded;
    if (!found.is_recorded) continue;
    if (!found.set) return false;
    set.push_back(SetOf(*found.set));
  }
  if (is_opaque) set.push_back(Tree());
  return true;
}

void SetBuilder::AddAsked(const TracedContext& context, DependencySet& set) {
  for (const AskedModule& asked : context.asked)
    if (!asked.found) AddMissing(asked.name, set);
}

void SetBuilder::AddMissing(const std::string& module, DependencySet& set) {
  const size_t dot = module.rfind('.');
  std::vector<std::string> folders;
  if (dot == std::string::npos) {
    folders = imports_.roots();
  } else if (const std::string above = imports_.SourceOf(module.substr(0, dot));
             above.ends_with("/__init__.py")) {
    folders.push_back(FolderOf(above));
  }
  const std::string name(LastName(module));
  for (const std::string& folder : folders) {
    set.push_back(FileOf(folder + "/" + name + ".py"));
    set.push_back(FileOf(folder + "/" + name + "/__init__.py"));
  }
}

SetBuilder::MaybeSet SetBuilder::ModuleSet(const std::string& path) {
  const auto [found, is_new] = modules_.try_emplace(path);
  MaybeSet& known = found->second;
  if (!is_new) return known;
  if (!ran_.At(path).is_as_imported) return std::nullopt;
  DependencySet set{SourceOf(path)};
  const std::optional<uint32_t> import = trace_.ImportOf(path);
  if (import) {
    const uint32_t flags = trace_.contexts()[*import].flags;
    if ((flags & kObservedDocs) != 0) set.back().flags |= kDocsCount;
    if ((flags & kObservedLines) != 0) set.back().flags |= kLinesCount;
    if (!AddContext(*import, set)) return std::nullopt;
  } else if (!sources_.At(path).parts.parts.empty()) {
    set.push_back(FileOf(path));  // as for an import that nobody saw
  }
  AddOutside(path, set);
  AddShadows(path, set);
  return known = book_.Add(std::move(set));
}

void SetBuilder::AddOutside(const std::string& path, DependencySet& set) {
  const ImportMap::Needs& needs = imports_.Of(path);
  for (const std::string& compiled : needs.compiled) set.push_back(FileOf(compiled));
  for (const std::string& module : needs.outside) AddInstalled(module, set);
}

void SetBuilder::AddInstalled(const std::string& module, DependencySet& set) {
  const std::string& file = trace_.Module(module)->path;
  const std::string_view folder = InstalledIn(file);
  if (folder.empty()) return;  // the interpreter's own
  const auto& records = distributions_.FilesOf(std::string(folder), module);
  for (const std::string& record : records) set.push_back(FileOf(record));
  if (records.empty()) set.push_back(FileOf(file));
}

/// A new file must not take a module's place unnoticed.
void SetBuilder::AddShadows(const std::string& path, DependencySet& set) {
  // A package goes before a module of that name in the same folder.
  if (!path.ends_with("/__init__.py"))
    set.push_back(FileOf(path.substr(0, path.size() - 3) + "/__init__.py"));
  // A folder without __init__.py may get one.
  std::string folder = FolderOf(path);
  for (const char c : trace_.NameOf(path)) {
    if (c != '.') continue;
    const std::string package = folder + "/__init__.py";
    if (sources_.At(package).content == kNoContent) set.push_back(FileOf(package));
    folder = FolderOf(folder);
  }
  std::set<std::string> roots(imports_.roots().begin(), imports_.roots().end());
  roots.insert(book_.path().begin(), book_.path().end());
  for (const std::string& top : imports_.Of(path).tops) {
    const std::string own = imports_.RootOf(top);
    for (const std::string& root : roots) {
      if (root == own) continue;
      set.push_back(FileOf(root + "/" + top + ".py"));
      set.push_back(FileOf(root + "/" + top + "/__init__.py"));
    }
  }
}

SetBuilder::MaybeSet SetBuilder::ClosureSet(const std::string& path) {
  if (const auto known = closures_.find(path); known != closures_.end()) return known->second;
  DependencySet set;
  for (const std::string& source : imports_.ClosureOf(path)) {
    const MaybeSet module = ModuleSet(source);
    if (!module) return closures_[path] = std::nullopt;
    set.push_back(SetOf(*module));
  }
  return closures_[path] = book_.Add(std::move(set));
}

SetBuilder::MaybeSet SetBuilder::UnitSet(const std::string& unit) {
  const auto [found, is_new] = units_.try_emplace(unit);
  MaybeSet& known = found->second;
  if (!is_new) return known;
  DependencySet set;
  std::vector<std::string> needed{unit};
  for (std::string folder = FolderOf(unit);; folder = FolderOf(folder)) {
    const std::string conftest = folder + "/conftest.py";
    const std::string package = folder + "/__init__.py";
    if (sources_.At(conftest).content != kNoContent) {
      needed.push_back(conftest);
    } else {
      set.push_back(SourceOf(conftest));
    }
    if (sources_.At(package).content == kNoContent) set.push_back(FileOf(package));
    if (!IsBelow(folder, book_.root())) break;
  }
  for (const std::string& path : needed) {
    const MaybeSet closure = ClosureSet(path);
    if (!closure) return std::nullopt;
    set.push_back(SetOf(*closure));
  }
  return known = book_.Add(std::move(set));
}

Dependency SetBuilder::SourceOf(const std::string& path) {
  return {DependencyKind::kSource, book_.NameOf(path), sources_.At(path).content, {}, 0};
}

Dependency SetBuilder::Tree() {
  return {DependencyKind::kTree, ".", book_.files().Tree("."), {}, 0};
}

// What no later state is like.
Dependency SetBuilder::Unsettled(const std::string& path) {
  return {DependencyKind::kValue, book_.NameOf(path) + " (changed while it ran)", {}, {}, 0};
}

Dependency SetBuilder::FileOf(const std::string& path) {
  const std::string name = book_.NameOf(path);
  return {DependencyKind::kFile, name, book_.files().File(name), {}, 0};
}

}  // namespace dxpy::impact
