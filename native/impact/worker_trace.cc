#include "impact/worker_trace.h"

#include <unordered_set>

namespace dxpy::impact {

namespace {

std::optional<uint32_t> Find(const std::unordered_map<std::string, uint32_t>& contexts,
                             const std::string& path) {
  const auto found = contexts.find(path);
  if (found == contexts.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::optional<uint32_t> WorkerTrace::ImportOf(const std::string& path) const {
  return Find(imports_, path);
}

std::optional<uint32_t> WorkerTrace::CollectionOf(const std::string& path) const {
  return Find(collections_, path);
}

const TracedModule* WorkerTrace::Module(const std::string& name) const {
  const auto found = modules_.find(name);
  return found == modules_.end() ? nullptr : &found->second;
}

const std::string& WorkerTrace::NameOf(const std::string& path) const {
  static const std::string kUnknown;
  const auto found = names_.find(path);
  return found == names_.end() ? kUnknown : found->second;
}

void WorkerTrace::OnContext(uint32_t context, ContextKind kind, std::string_view name) {
  TracedContext& made = contexts_.emplace_back();
  made.kind = kind;
  made.name = name;
  if (kind == ContextKind::kModule) imports_[made.name] = context;
  if (kind == ContextKind::kCollection) collections_[made.name] = context;
}

void WorkerTrace::OnCode(uint32_t, std::string_view path, uint32_t line, std::string_view name) {
  codes_.push_back({std::string(path), line, std::string(name)});
}

void WorkerTrace::OnRan(uint32_t context, uint32_t code) {
  contexts_[context].codes.push_back(code);
}

void WorkerTrace::OnModule(std::string_view name, std::string_view path, int64_t size_bytes,
                           int64_t mtime_ns) {
  modules_[std::string(name)] = {std::string(path), size_bytes, mtime_ns};
  if (!path.empty()) names_[std::string(path)] = name;
}

void WorkerTrace::OnAsked(uint32_t context, std::string_view module, bool found) {
  contexts_[context].asked.insert({std::string(module), found});
}

void WorkerTrace::OnPath(uint32_t context, PathUse use, std::string_view path) {
  contexts_[context].paths.emplace(use, path);
}

void WorkerTrace::OnFlag(uint32_t context, uint32_t flags, std::string_view) {
  contexts_[context].flags |= flags;
}

void WorkerTrace::OnUses(uint32_t context, uint32_t other) {
  contexts_[context].uses.insert(other);
}

void WorkerTrace::OnChild(uint32_t context, const StartedChild& child) {
  contexts_[context].children.push_back({std::string(child.token), child.pid, child.command});
}

void WorkerTrace::OnFolder(std::string_view path) { folders_.emplace(path); }

void WorkerTrace::OnFork(uint32_t context, std::string_view token, const TraceReader& reader) {
  AddFork({context, token, reader});
}

void WorkerTrace::JoinForks(const ChildTraces* traces) {
  std::unordered_set<std::string_view> joined;  // each has forked once: one is not its own child
  for (size_t i = 0; i < forks_.size(); ++i) {  // they fork in their turn
    TracedFork& fork = forks_[i];
    const auto* const pieces = traces != nullptr ? traces->FindFork(fork.token()) : nullptr;
    const bool is_known = pieces != nullptr && joined.insert(fork.token()).second;
    if (!is_known || !fork.Join(*pieces, *this)) contexts_[fork.context()].flags |= kStartedProcess;
  }
}

void WorkerTrace::OnEnd(uint32_t context, uint32_t outcome, double seconds) {
  TracedContext& ended = contexts_[context];
  ended.has_ended = true;
  ended.outcome = outcome;
  ended.seconds = seconds;
}

}  // namespace dxpy::impact
