#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "impact/child_sets.h"
#include "impact/distributions.h"
#include "impact/import_map.h"
#include "impact/ran_sources.h"
#include "impact/recorded_sources.h"
#include "impact/set_book.h"
#include "impact/sets.h"
#include "impact/worker_trace.h"

namespace dxpy::impact {

/// Makes dependency sets of what one worker has recorded.
///
/// Each function gives the id of a set in the book, or nullopt where what was recorded cannot
/// be relied on: a source was another one when it was imported than it is now.
class SetBuilder {
 public:
  /// All must outlive this.
  SetBuilder(const WorkerTrace& trace, RecordedSources& sources, Distributions& distributions,
             SetBook& book, ChildSets& children)
      : trace_(trace),
        sources_(sources),
        distributions_(distributions),
        book_(book),
        children_(children),
        imports_(trace, sources),
        ran_(trace, sources, book) {}

  /// @param unit  the absolute path of the test file.
  std::optional<ContentId> TestSet(const std::string& unit, uint32_t context);
  std::optional<ContentId> CollectionSet(const std::string& unit, uint32_t context);
  /// Of a trace that is a process's and no worker's: all that it did.
  std::optional<ContentId> ProcessSet();

 private:
  using MaybeSet = std::optional<ContentId>;

  /// What a context itself did, and all that it uses.
  MaybeSet ContextSet(uint32_t context);
  bool AddContext(uint32_t context, DependencySet& set);
  bool AddCodes(const TracedContext& context, DependencySet& set);
  bool AddPaths(const TracedContext& context, DependencySet& set);
  bool AddPath(PathUse use, const std::string& path, DependencySet& set);
  bool AddProcesses(const TracedContext& context, DependencySet& set);
  void AddAsked(const TracedContext& context, DependencySet& set);
  void AddMissing(const std::string& module, DependencySet& set);
  /// What importing one source did.
  MaybeSet ModuleSet(const std::string& path);
  void AddOutside(const std::string& path, DependencySet& set);
  void AddInstalled(const std::string& module, DependencySet& set);
  void AddTopLevel(DependencySet& set);
  void AddShadows(const std::string& path, DependencySet& set);
  /// All modules of the closure of a source.
  MaybeSet ClosureSet(const std::string& path);
  /// Of a test file: its closure, and the conftests above it.
  MaybeSet UnitSet(const std::string& unit);
  MaybeSet SessionSet();
  /// What functions of the worker may have kept from one context to another.
  ContentId MemorySet();
  MaybeSet MemoryOf(const TracedContext& memory);
  bool UnitBase(const std::string& unit, DependencySet& set);
  Dependency SourceOf(const std::string& path);
  Dependency FileOf(const std::string& path);
  Dependency Tree();
  Dependency Unsettled(const std::string& path);

  /// References to what is in it stay good while more is added.
  template <typename Key>
  using Memo = std::unordered_map<Key, MaybeSet>;

  const WorkerTrace& trace_;
  RecordedSources& sources_;
  Distributions& distributions_;
  SetBook& book_;
  ChildSets& children_;
  ImportMap imports_;
  RanSources ran_;
  Memo<uint32_t> contexts_;
  Memo<std::string> modules_;
  Memo<std::string> closures_;
  Memo<std::string> units_;
  std::optional<MaybeSet> session_;
  MaybeSet memory_;
};

}  // namespace dxpy::impact
