// Reads any bytes as what a worker and its forks have written. The first byte says how much of them
// is the worker's, which goes on behind a sound stream with a fork; the rest is that fork's, but
// for every third piece, which a fork of the fork has written if the first one tells of one.
// Whatever is joined names only what is there.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "impact/child_memory.h"
#include "impact/child_traces.h"
#include "impact/worker_trace.h"

namespace {

using namespace dxpy::impact;  // NOLINT: a program of one purpose

constexpr size_t kPieceBytes = 16;

std::string Sound() {
  TraceWriter writer;
  const uint32_t test = writer.AddContext(ContextKind::kTest, "b");  // the other fork's token, too
  const uint32_t fork = writer.AddContext(ContextKind::kFork, "");
  writer.Uses(test, fork);
  writer.Ran(test, writer.AddCode("/a.py", 1, "f"));
  writer.Fork(fork, "a");
  return writer.Take();
}

/// What both forks would have appended to the controller's file.
std::string Frames(std::string_view bytes) {
  const ChildMemory memory;
  const ChildFile& file = memory.file;
  if (!file.GoOn("a", 0, {}) || !file.GoOn("b", 0, {})) std::abort();
  uint64_t written[2] = {1, 1};
  for (size_t i = 0; !bytes.empty(); ++i) {
    const std::string_view piece = bytes.substr(0, kPieceBytes);
    bytes.remove_prefix(piece.size());
    const bool is_second = i % 3 == 2;
    if (!file.GoOn(is_second ? "b" : "a", written[is_second ? 1 : 0]++, piece)) std::abort();
  }
  return memory.Read();
}

void CheckNumbers(const WorkerTrace& trace) {
  for (const TracedContext& context : trace.contexts()) {
    for (const uint32_t code : context.codes)
      if (code >= trace.code_count()) std::abort();
    for (const uint32_t used : context.uses)
      if (used >= trace.contexts().size()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string input(reinterpret_cast<const char*>(data + 1), size - 1);
  const size_t of_worker = input.size() * data[0] / 256;
  const std::string frames = Frames(std::string_view(input).substr(of_worker));
  const ChildTraces traces(frames);
  WorkerTrace trace;
  trace.Read(Sound());
  try {
    trace.Read(input.substr(0, of_worker));
  } catch (const dxpy::Error&) {
    // What came before it was read.
  }
  trace.JoinForks(&traces);
  CheckNumbers(trace);
  return 0;
}
