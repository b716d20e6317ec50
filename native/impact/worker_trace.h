#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "impact/child_traces.h"
#include "impact/trace.h"
#include "impact/traced_fork.h"

namespace dxpy::impact {

struct TracedCode {
  std::string path;
  uint32_t line = 0;
  std::string name;
};

struct TracedModule {
  std::string path;  ///< empty: it has no source
  int64_t size_bytes = 0;
  int64_t mtime_ns = 0;
};

struct AskedModule {
  std::string name;
  bool found = false;

  auto operator<=>(const AskedModule&) const = default;
};

struct TracedChild {
  std::string token;
  uint64_t pid = 0;
  uint64_t command = 0;
};

struct TracedContext {
  ContextKind kind = ContextKind::kSession;
  std::string name;
  std::vector<uint32_t> codes;
  std::set<AskedModule> asked;
  std::set<std::pair<PathUse, std::string>> paths;
  std::set<uint32_t> uses;
  std::vector<TracedChild> children;
  uint32_t flags = 0;
  bool has_ended = false;
  uint32_t outcome = 0;
  double seconds = 0;
};

/// All that one worker has recorded, in tables.
class WorkerTrace : public TraceVisitor {
 public:
  WorkerTrace() = default;
  WorkerTrace(const WorkerTrace&) = delete;
  WorkerTrace& operator=(const WorkerTrace&) = delete;

  /// @throws Error  a malformed byte; all numbers are of something that is there.
  void Read(std::string_view bytes) { reader_.Read(bytes, *this); }

  /// Adds what forks have done to their contexts; once, when all is read. One that is not wholly
  /// known is a process that was started, and no more.
  /// @param traces  null: nothing is known of any.
  void JoinForks(const ChildTraces* traces);
  /// A fork is to be joined. @param fork  its numbers are of these tables.
  void AddFork(TracedFork fork) { forks_.push_back(std::move(fork)); }

  [[nodiscard]] const std::deque<TracedContext>& contexts() const { return contexts_; }
  [[nodiscard]] const TracedCode& code(uint32_t number) const { return codes_[number]; }
  [[nodiscard]] uint32_t code_count() const { return static_cast<uint32_t>(codes_.size()); }
  /// The latest import of that source, if it was seen.
  [[nodiscard]] std::optional<uint32_t> ImportOf(const std::string& path) const;
  [[nodiscard]] const TracedModule* Module(const std::string& name) const;
  [[nodiscard]] const std::unordered_map<std::string, TracedModule>& modules() const {
    return modules_;
  }
  /// Folders below the root in which modules were looked for; of a worker none are told.
  [[nodiscard]] const std::set<std::string>& folders() const { return folders_; }
  /// The latest collection of a test file.
  [[nodiscard]] std::optional<uint32_t> CollectionOf(const std::string& path) const;
  /// The dotted name that a source was imported under; empty where that is not known.
  [[nodiscard]] const std::string& NameOf(const std::string& path) const;

  void OnContext(uint32_t context, ContextKind kind, std::string_view name) override;
  void OnCode(uint32_t code, std::string_view path, uint32_t line, std::string_view name) override;
  void OnRan(uint32_t context, uint32_t code) override;
  void OnModule(std::string_view name, std::string_view path, int64_t size_bytes,
                int64_t mtime_ns) override;
  void OnAsked(uint32_t context, std::string_view module, bool found) override;
  void OnPath(uint32_t context, PathUse use, std::string_view path) override;
  void OnFlag(uint32_t context, uint32_t flags, std::string_view reason) override;
  void OnUses(uint32_t context, uint32_t other) override;
  void OnChild(uint32_t context, const StartedChild& child) override;
  void OnFolder(std::string_view path) override;
  void OnFork(uint32_t context, std::string_view token, const TraceReader& reader) override;
  void OnEnd(uint32_t context, uint32_t outcome, double seconds) override;

 private:
  TraceReader reader_;
  std::deque<TracedContext> contexts_;  ///< a deque: they are large, and there are many
  std::vector<TracedCode> codes_;
  std::set<std::string> folders_;
  std::unordered_map<std::string, TracedModule> modules_;
  std::unordered_map<std::string, std::string> names_;     ///< by path
  std::unordered_map<std::string, uint32_t> imports_;      ///< contexts by path
  std::unordered_map<std::string, uint32_t> collections_;  ///< the same
  std::deque<TracedFork> forks_;                           ///< these point to each other
};

}  // namespace dxpy::impact
