#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dxpy::impact {

/// What a piece of code was executed for.
enum class ContextKind : uint8_t {
  kSession,     ///< a worker's start, its conftests' hooks, and all that belongs to nothing else
  kModule,      ///< the import of one module; `name` is its file's path
  kCollection,  ///< collecting one test file, its imports apart; `name` is its path
  kFixture,     ///< set-up and teardown of one instance of a fixture above function scope
  kTest,        ///< setup, call and teardown of one test; `name` is its node id
  /// What was seen, in whichever context, while certain functions were running, each called by
  /// another of them or by foreign code: one of them may have kept what came of it. They are the
  /// code that ran in it. It never ends.
  kMemory,
  /// What a process did that was forked; it never ends. Whoever has forked it, or may have kept
  /// it, uses it, and so does each test that begins while it lives, if a test has forked it.
  kFork,
};

/// What was seen of a path.
enum class PathUse : uint8_t {
  kRead,     ///< opened for reading
  kListed,   ///< a directory whose entries were read
  kMissing,  ///< looked for and not there, or asked whether it is
  kWritten,  ///< opened for writing, made, moved or deleted
};

/// Bits of what else was seen in a context.
enum TraceFlag : uint32_t {
  kStartedProcess = 1,  ///< a process was started, or forked and ran first-party code
  kObservedLines = 2,   ///< somebody read line numbers or sources: linecache, inspect.getsource
  kObservedDocs = 4,    ///< somebody read docstrings: inspect.getdoc, cleandoc, pydoc
  kIncomplete = 8,      ///< not everything could be seen; `name` of the reason follows
};

/// The start of a process that may leave a trace of its own: see child_traces.h. What is the same
/// here and there is one process, with one program.
struct StartedChild {
  std::string_view token;  ///< of this start alone
  uint64_t pid = 0;        ///< of the process that came of it
  uint64_t command = 0;    ///< HashCommand() of its arguments
};

/// The stream of what a worker has recorded, from the first message to the last:
/// docs/formats/trace.md. Who writes it knows nothing of what it is for; who reads it gets calls
/// in the same order.
///
/// Not for several threads.
class TraceWriter {
 public:
  /// A context begins to exist. @returns its number, from 0 up.
  uint32_t AddContext(ContextKind kind, std::string_view name);
  /// Code is seen for the first time. @returns its number, from 0 up.
  /// @param line  of the `def`'s first decorator, as in co_firstlineno; 1 and "<module>" of a
  /// module.
  uint32_t AddCode(std::string_view path, uint32_t line, std::string_view name);
  /// Code ran in a context; each pair is worth one call.
  void Ran(uint32_t context, uint32_t code);
  /// A module is there. @param path  its source; empty where it has none (built in, a namespace).
  /// Of first-party modules all, of others those at top level, with a distribution's files' root.
  void Module(std::string_view name, std::string_view path, int64_t size_bytes, int64_t mtime_ns);
  /// A context asked for a module, by a name computed at run time or not found.
  void Asked(uint32_t context, std::string_view module, bool found);
  void Path(uint32_t context, PathUse use, std::string_view path);
  void Flag(uint32_t context, uint32_t flags, std::string_view reason);
  /// A context needs all that another one needs: a test the fixtures that it uses.
  void Uses(uint32_t context, uint32_t other);
  /// A context has started a process that may leave a trace.
  void Child(uint32_t context, const StartedChild& child);
  /// Modules were looked for in a folder, by a process that is no worker.
  void Folder(std::string_view path);
  /// A process is about to be forked that goes on with this stream by itself: what it writes
  /// follows this record there, as what comes next follows it here. @param context  kFork.
  void Fork(uint32_t context, std::string_view token);
  /// A context has ended: nothing more is added to it.
  /// @param outcome  of a test: 0 passed in all phases (or skipped, or failed as expected),
  ///     1 anything else.
  void End(uint32_t context, uint32_t outcome, double seconds);

  /// What came since the last call: whole records.
  [[nodiscard]] std::string Take();
  /// From here on each record is handed out at once, and none is kept for Take().
  void HandOut(std::function<void(std::string_view)> sink) { sink_ = std::move(sink); }

 private:
  class Record;
  friend class Record;

  void Number(uint64_t number);
  void SignedNumber(int64_t number);
  void Text(std::string_view text);

  std::string bytes_;
  std::deque<std::string> texts_;  // a deque: what numbers_ points to must not move
  std::unordered_map<std::string_view, uint32_t> numbers_;
  uint32_t contexts_ = 0;
  uint32_t codes_ = 0;
  uint32_t ran_in_ = UINT32_MAX;  // the context of the last Ran()
  std::function<void(std::string_view)> sink_;
};

class TraceReader;

/// Gets what a TraceWriter was told. Texts are borrowed for as long as the call lasts.
class TraceVisitor {
 public:
  virtual ~TraceVisitor() = default;
  virtual void OnContext(uint32_t context, ContextKind kind, std::string_view name) = 0;
  virtual void OnCode(uint32_t code, std::string_view path, uint32_t line,
                      std::string_view name) = 0;
  virtual void OnRan(uint32_t context, uint32_t code) = 0;
  virtual void OnModule(std::string_view name, std::string_view path, int64_t size_bytes,
                        int64_t mtime_ns) = 0;
  virtual void OnAsked(uint32_t context, std::string_view module, bool found) = 0;
  virtual void OnPath(uint32_t context, PathUse use, std::string_view path) = 0;
  virtual void OnFlag(uint32_t context, uint32_t flags, std::string_view reason) = 0;
  virtual void OnUses(uint32_t context, uint32_t other) = 0;
  virtual void OnChild(uint32_t context, const StartedChild& child) = 0;
  virtual void OnFolder(std::string_view path) = 0;
  /// @param reader  as it is behind this record: its Branch() reads what the fork has written.
  virtual void OnFork(uint32_t context, std::string_view token, const TraceReader& reader) = 0;
  virtual void OnEnd(uint32_t context, uint32_t outcome, double seconds) = 0;
};

/// Reads one worker's stream; keeps the texts between calls. Every number that stands for a
/// context, a code or a text is one that was given before.
class TraceReader {
 public:
  /// @param bytes  what one Take() returned; in the order of these calls.
  /// @throws Error  a malformed byte: which field, which value, where. Nothing that comes after it
  ///     can be read.
  void Read(std::string_view bytes, TraceVisitor& visitor);

  /// @returns  a reader of another end of this stream, from here on. This one must outlive it, and
  /// stay where it is; it may go on reading.
  [[nodiscard]] TraceReader Branch() const;
  [[nodiscard]] uint32_t contexts() const { return contexts_; }
  [[nodiscard]] uint32_t codes() const { return codes_; }

 private:
  friend class TraceMessage;

  [[nodiscard]] size_t TextCount() const { return stem_texts_ + texts_.size(); }
  [[nodiscard]] std::string_view TextAt(size_t number) const;

  const TraceReader* stem_ = nullptr;  // what this is a branch of
  size_t stem_texts_ = 0;              // those that were there then; they stay
  std::deque<std::string> texts_;
  uint64_t read_bytes_ = 0;  // by all calls
  uint32_t contexts_ = 0;
  uint32_t codes_ = 0;
  uint32_t ran_in_ = UINT32_MAX;
};

}  // namespace dxpy::impact
