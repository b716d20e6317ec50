#include "impact/traced_fork.h"

#include "base/error.h"
#include "impact/worker_trace.h"

namespace dxpy::impact {

/// Tells the worker's tables, in their numbers.
class TracedFork::Translator : public TraceVisitor {
 public:
  Translator(TracedFork& fork, WorkerTrace& worker) : fork_(fork), worker_(worker) {}

  // Fixtures that are set up there, and what functions there may keep. A test of its own, or an
  // import, says that it has become something else than a helper of who has forked it.
  void OnContext(uint32_t, ContextKind kind, std::string_view name) override {
    if (kind < ContextKind::kMemory && kind != ContextKind::kFixture)
      throw Error("fork: a context of kind " + std::to_string(static_cast<int>(kind)));
    const auto number = static_cast<uint32_t>(worker_.contexts().size());
    fork_.contexts_.own.push_back(number);
    worker_.OnContext(number, kind, name);
    // A test that ends there does not come to say which fixtures it used.
    if (kind == ContextKind::kFixture) worker_.OnUses(fork_.context(), number);
  }
  void OnCode(uint32_t, std::string_view path, uint32_t line, std::string_view name) override {
    const uint32_t number = worker_.code_count();
    fork_.codes_.own.push_back(number);
    worker_.OnCode(number, path, line, name);
  }
  void OnRan(uint32_t context, uint32_t code) override {
    worker_.OnRan(Context(context), fork_.codes_.At(code));
  }
  void OnModule(std::string_view name, std::string_view, int64_t, int64_t) override {
    throw Error("fork: a module, " + std::string(name));
  }
  void OnAsked(uint32_t context, std::string_view module, bool found) override {
    worker_.OnAsked(Context(context), module, found);
  }
  void OnPath(uint32_t context, PathUse use, std::string_view path) override {
    worker_.OnPath(Context(context), use, path);
  }
  void OnFlag(uint32_t context, uint32_t flags, std::string_view reason) override {
    worker_.OnFlag(Context(context), flags, reason);
  }
  void OnUses(uint32_t context, uint32_t other) override {
    worker_.OnUses(Context(context), Context(other));
  }
  void OnChild(uint32_t context, const StartedChild& child) override {
    worker_.OnChild(Context(context), child);
  }
  void OnFolder(std::string_view path) override {
    throw Error("fork: a folder, " + std::string(path));
  }
  void OnFork(uint32_t context, std::string_view token, const TraceReader& reader) override {
    worker_.AddFork({Context(context), token, reader, &fork_});
  }
  // How a context ended says the process that it began in.
  void OnEnd(uint32_t context, uint32_t outcome, double seconds) override {
    if (fork_.contexts_.IsOwn(context)) worker_.OnEnd(Context(context), outcome, seconds);
  }

 private:
  [[nodiscard]] uint32_t Context(uint32_t number) const { return fork_.contexts_.At(number); }

  TracedFork& fork_;
  WorkerTrace& worker_;
};

bool TracedFork::Join(const std::vector<std::string_view>& pieces, WorkerTrace& worker) {
  Translator translator(*this, worker);
  try {
    for (const std::string_view piece : pieces) reader_.Read(piece, translator);
  } catch (const Error&) {
    return false;
  }
  return true;
}

}  // namespace dxpy::impact
