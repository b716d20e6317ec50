#include <doctest/doctest.h>

#include <set>
#include <string>

#include "impact/child_memory.h"
#include "impact/child_traces.h"
#include "impact/worker_trace.h"

namespace dxpy::impact {
namespace {

constexpr uint32_t kForked = 2;  // after a test and a memory

/// A worker, one of whose tests forks, and the process that comes of it.
class Forking {
 public:
  Forking() {
    worker.AddContext(ContextKind::kTest, "test");
    worker.AddContext(ContextKind::kMemory, "");
    worker.AddContext(ContextKind::kFork, "");
    worker.Uses(0, 2);
    worker.Uses(1, 2);
    worker.AddCode("/a.py", 1, "outer");
    worker.Ran(0, 0);
  }

  /// A process that goes on with what `writer` has written so far.
  TraceWriter Fork(TraceWriter& writer, const std::string& token) {
    writer.Fork(kForked, token);
    TraceWriter fork = writer;
    static_cast<void>(fork.Take());
    HandOut(fork, token, 0);
    return fork;
  }

  /// The process is one that `token` names; it has written `pieces` before.
  void HandOut(TraceWriter& fork, const std::string& token, uint64_t pieces) {
    CHECK(memory_.file.GoOn(token, pieces, {}));
    fork.HandOut([this, token, pieces](std::string_view records) mutable {
      CHECK(memory_.file.GoOn(token, ++pieces, records));
    });
  }

  void Join(WorkerTrace& trace) {
    const std::string bytes = memory_.Read();
    const ChildTraces traces(bytes);
    trace.Read(worker.Take());
    trace.JoinForks(&traces);
  }

  TraceWriter worker;

 private:
  ChildMemory memory_;
};

std::string Codes(const WorkerTrace& trace, uint32_t context) {
  std::string names;
  for (const uint32_t code : trace.contexts()[context].codes) names += trace.code(code).name + " ";
  return names;
}

uint32_t Flags(const WorkerTrace& trace, uint32_t context) {
  return trace.contexts()[context].flags;
}

TEST_CASE("what a fork does stands in its context") {
  Forking forking;
  TraceWriter fork = forking.Fork(forking.worker, "one");
  // Both go on, with the same numbers for other things.
  forking.worker.Ran(0, forking.worker.AddCode("/a.py", 2, "later"));
  fork.Ran(kForked, fork.AddCode("/b.py", 3, "inner"));
  fork.Path(kForked, PathUse::kRead, "/data");
  const uint32_t memory = fork.AddContext(ContextKind::kMemory, "");
  fork.Path(memory, PathUse::kRead, "/kept");
  fork.End(0, 1, 9);
  forking.worker.AddContext(ContextKind::kTest, "next");
  forking.worker.End(0, 0, 1);

  WorkerTrace trace;
  forking.Join(trace);
  CHECK(Codes(trace, 0) == "outer later ");
  CHECK(Codes(trace, kForked) == "inner ");
  CHECK(trace.contexts()[kForked].paths.contains({PathUse::kRead, "/data"}));
  CHECK(trace.contexts()[0].outcome == 0);
  CHECK(Flags(trace, kForked) == 0);
  CHECK(trace.contexts()[3].name == "next");
  REQUIRE(trace.contexts().size() == 5);
  CHECK(trace.contexts()[4].paths.contains({PathUse::kRead, "/kept"}));
}

TEST_CASE("a fork uses a fixture that it has set up") {
  Forking forking;
  TraceWriter fork = forking.Fork(forking.worker, "one");
  fork.Ran(fork.AddContext(ContextKind::kFixture, "value"), 0);
  WorkerTrace trace;
  forking.Join(trace);
  CHECK(trace.contexts()[kForked].uses == std::set<uint32_t>{3});
  CHECK(Codes(trace, 3) == "outer ");
}

TEST_CASE("a fork of a fork") {
  Forking forking;
  TraceWriter fork = forking.Fork(forking.worker, "one");
  const uint32_t code = fork.AddCode("/b.py", 3, "inner");
  const uint32_t context = fork.AddContext(ContextKind::kFork, "");
  fork.Uses(kForked, context);
  fork.Fork(context, "two");
  TraceWriter innermost = fork;
  forking.HandOut(innermost, "two", 0);
  fork.Ran(kForked, fork.AddCode("/b.py", 4, "after"));
  innermost.Ran(context, code);
  innermost.Ran(context, innermost.AddCode("/c.py", 5, "innermost"));
  WorkerTrace trace;
  forking.Join(trace);
  CHECK(Codes(trace, kForked) == "after ");
  CHECK(trace.contexts()[kForked].uses == std::set<uint32_t>{3});
  CHECK(Codes(trace, 3) == "inner innermost ");
  CHECK((Flags(trace, kForked) | Flags(trace, 3)) == 0);
}

TEST_CASE("a fork of which not all is known is a process that was started") {
  Forking forking;
  std::string token = "one";
  SUBCASE("it has not begun") { forking.worker.Fork(kForked, token); }
  SUBCASE("a piece is missing") {
    TraceWriter fork = forking.Fork(forking.worker, token);
    forking.HandOut(fork, token, 2);
  }
  SUBCASE("a piece is there twice") {
    TraceWriter fork = forking.Fork(forking.worker, token);
    forking.HandOut(fork, token, 0);
  }
  SUBCASE("it became a worker of its own") {
    forking.Fork(forking.worker, token).AddContext(ContextKind::kTest, "other");
  }
  SUBCASE("it is a fork of itself") { forking.Fork(forking.worker, token).Fork(kForked, token); }
  SUBCASE("it imported a module") {
    forking.Fork(forking.worker, token).Module("a", "/a.py", 1, 1);
  }
  SUBCASE("it looked for modules") { forking.Fork(forking.worker, token).Folder("/a"); }
  WorkerTrace trace;
  forking.Join(trace);
  CHECK(Flags(trace, kForked) == kStartedProcess);
}

TEST_CASE("without any traces all forks are unknown") {
  Forking forking;
  static_cast<void>(forking.Fork(forking.worker, "one"));
  WorkerTrace trace;
  trace.Read(forking.worker.Take());
  trace.JoinForks(nullptr);
  CHECK(Flags(trace, kForked) == kStartedProcess);
}

}  // namespace
}  // namespace dxpy::impact
