// Reads any bytes as a worker's stream, in two messages, and writes what was read: that comes
// back as it was.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "impact/trace.h"

namespace {

using namespace dxpy::impact;  // NOLINT: a program of one purpose

/// Writes what it is told; numbers must be given as they were.
class Copy : public TraceVisitor {
 public:
  void OnContext(uint32_t context, ContextKind kind, std::string_view name) override {
    Expect(writer_.AddContext(kind, name), context);
  }
  void OnCode(uint32_t code, std::string_view path, uint32_t line, std::string_view name) override {
    Expect(writer_.AddCode(path, line, name), code);
  }
  void OnRan(uint32_t context, uint32_t code) override { writer_.Ran(context, code); }
  void OnModule(std::string_view name, std::string_view path, int64_t size_bytes,
                int64_t mtime_ns) override {
    writer_.Module(name, path, size_bytes, mtime_ns);
  }
  void OnAsked(uint32_t context, std::string_view module, bool found) override {
    writer_.Asked(context, module, found);
  }
  void OnPath(uint32_t context, PathUse use, std::string_view path) override {
    writer_.Path(context, use, path);
  }
  void OnFlag(uint32_t context, uint32_t flags, std::string_view reason) override {
    writer_.Flag(context, flags, reason);
  }
  void OnUses(uint32_t context, uint32_t other) override { writer_.Uses(context, other); }
  void OnChild(uint32_t context, const StartedChild& child) override {
    writer_.Child(context, child);
  }
  void OnFolder(std::string_view path) override { writer_.Folder(path); }
  void OnFork(uint32_t context, std::string_view token, const TraceReader&) override {
    writer_.Fork(context, token);
  }
  void OnEnd(uint32_t context, uint32_t outcome, double seconds) override {
    writer_.End(context, outcome, seconds);
  }

  std::string Take() { return writer_.Take(); }

 private:
  static void Expect(uint32_t given, uint32_t expected) {
    if (given != expected) std::abort();
  }

  TraceWriter writer_;
};

std::string CopyOf(std::string_view bytes) {
  TraceReader reader;
  Copy copy;
  reader.Read(bytes, copy);
  return copy.Take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Copies of their own, so that a byte too many is noticed.
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::string first = input.substr(0, size / 2);
  const std::string second = input.substr(size / 2);
  TraceReader reader;
  Copy copy;
  try {
    reader.Read(first, copy);
    reader.Read(second, copy);
  } catch (const dxpy::Error&) {
    // What came before it was read.
  }
  const std::string bytes = copy.Take();
  if (CopyOf(bytes) != bytes) std::abort();
  return 0;
}
