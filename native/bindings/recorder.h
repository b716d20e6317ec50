#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "impact/code_files.h"
#include "impact/observers.h"
#include "impact/trace.h"
#include "impact/watched_tree.h"

namespace dxpy::bindings {

/// What is done when a piece of code begins or goes on.
enum class CodeRole : uint8_t {
  kForeign,   ///< nothing
  kFunction,  ///< it is marked
  kModule,    ///< first-party, and its frame is the import of a module
  kText,      ///< its file, which is no Python, is noted as read
  kObserver,  ///< of the standard library: what it tells its caller is noted
};

inline constexpr uint32_t kNothing = UINT32_MAX;
inline constexpr uint32_t kSessionContext = 0;  ///< the first one

/// What is known of one code object; lives as long as that, in a slot of its own.
struct CodeState {
  CodeRole role = CodeRole::kForeign;
  impact::Observed observed = impact::Observed::kNothing;
  bool is_in_session = false;   ///< it was marked in the session's context
  bool is_watched_for = false;  ///< monitoring: its events are on
  bool is_hot = false;          ///< monitoring: a location is switched off
  uint16_t hits = 0;            ///< monitoring: events in the current context
  uint32_t number = kNothing;   ///< in the stream
  uint32_t context = kNothing;  ///< it was marked in last
  const impact::CodeFile* file = nullptr;
};

/// Records what runs in this process, and writes it to a stream: see impact/trace.h.
///
/// There is one in a process, since the hooks of the interpreter are; it is never destroyed. All
/// of it is called with the GIL. Whatever runs, in any thread, belongs to the current context.
///
/// A fork inherits it. A worker goes on recording there by Adopt(), what os.fork() has made by
/// itself: see forks.h. Any other child records nothing, and only tells its parent, by a shared
/// page, that it ran first-party code.
class Recorder {
 public:
  struct Settings {
    std::vector<std::string> roots;
    std::vector<std::string> excluded;
    std::vector<std::string> stdlib;
    std::string own;
    bool functions = true;  ///< otherwise only the code of modules is marked
    int64_t start_ns = 0;
    bool is_child = false;  ///< not a worker's, but of a process that a test has started
  };

  explicit Recorder(const Settings& settings);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Whether this process has one, active or not.
  static bool exists() { return exists_; }

  /// The one that the hooks write to; null: none.
  static Recorder* active() { return active_; }
  /// Of the context that all belongs to now; kNothing while nothing is recorded.
  static uint32_t current() { return current_; }

  // For Python.

  /// Hooks in. @returns  why not everything can be seen; empty: it can.
  std::string Start();
  /// Takes out what can be taken out.
  void Stop();
  /// Goes on in a fork. @param runner  runs tests; what runs outside of it keeps nothing of them.
  void Adopt(PyCodeObject* runner);
  void Exclude(std::string_view folder) { tree_.Exclude(folder); }
  uint32_t Begin(impact::ContextKind kind, std::string_view name);
  /// Makes it the current one.
  void Push(uint32_t context);
  /// Takes it, and all that came after it, out of the open ones.
  void Pop(uint32_t context);
  void End(uint32_t context, uint32_t outcome);
  void Uses(uint32_t context, uint32_t other);
  void Flag(uint32_t flags, std::string_view reason);
  void Asked(std::string_view module, bool found);
  /// Notes modules that are new. @param is_start  what is there was imported unseen.
  void NoteModules(bool is_start);
  std::string Take();
  /// Another one may take our place.
  void Abandon();

  // For hooks.

  /// Whether this process was forked from who records, and does not.
  static bool is_stray() { return is_stray_; }
  /// Whether it was forked from who records, and does, too.
  static bool is_fork() { return is_fork_; }
  /// In a fork that records: something is imported that its parent has not imported. What a module
  /// brings along is told of a worker alone.
  void NoteImportInFork();
  /// The current context has started a process that may leave a trace.
  void AddChild(const impact::StartedChild& child);
  /// Of a child: its program is about to run. @param is_file  it will be opened.
  void BeginProgram(bool is_file);
  /// Of a child: an exception that nobody has caught is shown, with lines of sources.
  void ShowTraceback();
  /// Of a child: notes what is known only as long as modules are there.
  void NoteEnd();
  /// Of a child: what is left when the interpreter has ended.
  std::string TakeLast();

  /// Null: foreign, and nothing is kept of it.
  CodeState* Known(PyCodeObject* code) const;
  /// Whether anything is to be done when it runs; quick where it is foreign.
  bool IsOfInterest(PyCodeObject* code);
  /// Decides where nothing is known. Foreign code gets the state that is shared by all of it.
  CodeState& StateOf(PyCodeObject* code);
  /// First-party code runs in the current context, where it was not marked last.
  void Mark(PyCodeObject* code, CodeState& state);
  /// A module's code begins. @returns  its context, the current one now.
  uint32_t OpenModule(PyCodeObject* code, CodeState& state);
  void CloseModule(uint32_t context, bool is_complete);
  /// An observer runs. @param first, second  its arguments, borrowed; null: unknown.
  void Observe(const CodeState& state, PyObject* first, PyObject* second);
  /// A process is started, unless it is for us.
  void StartProcess(std::string_view how);
  /// A file or folder is used, unless who does it is no reader.
  void Touch(impact::PathUse use, PyObject* path);
  /// Its size and times are asked for, or only what it is.
  void LookAt(PyObject* path, bool at_size);
  /// `mode` as in open(2).
  void Open(PyObject* path, int flags);
  [[nodiscard]] Py_ssize_t slot() const { return slot_; }
  [[nodiscard]] bool functions() const { return functions_; }
  [[nodiscard]] bool has_open_modules() const { return open_modules_ != 0; }
  /// The file of a code object.
  const impact::CodeFile& FileOf(PyCodeObject* code);
  const impact::CodeFile& FileAt(std::string_view path) { return files_.Of(path); }
  /// Who asks for a file, by the frames of this thread.
  impact::Asker WhoAsks();
  /// Whether a helper that finds paths asks another one, of which it is a function.
  bool IsAskedByHelper(const CodeState& asked);
  /// The context of what the functions that run now may keep; kNothing: there are none.
  uint32_t MemoryOfStack();
  struct ExpectedFork;
  /// This thread is about to fork. @returns  the fork's context, the current one now.
  uint32_t OpenFork();
  /// It has forked. @param pid  -1: it could not.
  void CloseFork(uint32_t context, int64_t pid);

 private:
  struct OpenContext {
    uint32_t id;
    bool is_module;
    uint32_t flags = 0;
    std::unordered_set<std::string> seen;  // what was written of it, by kind and text
  };
  struct BegunContext {
    int64_t since_ns;
    bool is_ended;
    bool is_test;
  };

  CodeState* NewState(PyCodeObject* code);
  void SwitchTo(uint32_t context);
  void CloseAbove(size_t size);
  bool IsNew(char kind, std::string_view text);
  bool WasSeen(char kind, std::string_view text) const;
  std::string Counted(impact::PathUse use, PyObject* path);
  void TouchAbsolute(impact::PathUse use, const std::string& path);
  bool IsRemembered(uint32_t memory, char kind, std::string_view text);
  bool Ignores(impact::PathUse use, std::string_view path);
  uint32_t NumberOf(PyCodeObject* code, const CodeState& state);
  void NoteModule(std::string_view name, PyObject* module, bool is_start);
  [[nodiscard]] bool IsOfNotedPackage(std::string_view path) const;
  /// Notes where modules are looked for.
  void NoteFolders();
  static std::string NameOfProgram(PyObject* module);
  void NoteEarlierImport(const impact::CodeFile& file);
  void LookAtChild();
  void MarkStray();
  static void WatchForks();
  void BeginFork(const ExpectedFork& fork);
  void UseLivingForks(uint32_t test);
  void GoOnInFork(const ExpectedFork& fork);
  void NoteLoss();

  static inline bool exists_ = false;
  static inline Recorder* active_ = nullptr;
  static inline uint32_t current_ = kNothing;
  static inline bool is_stray_ = false;
  static inline bool is_fork_ = false;

  impact::TraceWriter writer_;
  impact::WatchedTree tree_;
  impact::CodeFiles files_;
  std::unordered_map<PyObject*, const impact::CodeFile*> by_name_;  // by co_filename; owned keys
  const PyObject* last_name_ = nullptr;  // of these, the one that was asked for last
  const impact::CodeFile* last_file_ = nullptr;
  bool functions_;
  bool is_child_;
  bool opens_program_ = false;  // of a child: its next file is the program
  Py_ssize_t slot_ = -1;        // of code objects
  std::vector<OpenContext> open_;
  size_t open_modules_ = 0;
  std::vector<BegunContext> begun_;
  std::unordered_map<std::string, uint32_t> codes_;       // by path, line and name
  std::map<std::vector<uint32_t>, uint32_t> memories_;    // contexts, by the codes on the stack
  std::unordered_set<std::string> remembered_;            // what was written of these
  std::vector<std::pair<PyObject*, PyObject*>> modules_;  // sys.modules when it was looked at
  std::unordered_set<std::string> noted_;                 // names of modules
  std::string noted_package_;        // installed, with a slash; the last one that was noted
  PyCodeObject* runner_ = nullptr;   // owned; null: not told
  uint32_t* forked_page_ = nullptr;  // shared with forks: one of them ran first-party code
  std::vector<std::pair<pid_t, uint32_t>> living_forks_;  // of tests, as far as is known
  std::string fork_token_;    // of this process, where it is a fork that records
  uint64_t fork_pieces_ = 0;  // that were handed out, the first one apart
};

/// What sees code run: sys.monitoring, or the interpreter's frame evaluation. One of the two is
/// compiled.
namespace code_events {
/// @returns  why it cannot be seen; empty: it can.
std::string Start(Recorder& recorder);
void Stop();
/// Code exists whose start was not yet asked for.
void Meet(Recorder& recorder, PyCodeObject* code);
void ContextChanged();
/// Whether somebody has taken our place; asked now and then.
bool IsLost();
}  // namespace code_events

/// Adds the audit hook, which stays for ever. @returns  false: another hook forbids it.
bool AddAuditHook();

/// A text of Python's as UTF-8, for as long as this lives; empty where it has none. Paths may be
/// bytes, os.PathLike, None (the working directory) and descriptors too.
class TextOf {
 public:
  explicit TextOf(PyObject* text);
  static TextOf Path(PyObject* path);
  TextOf(TextOf&& other) noexcept;
  TextOf(const TextOf&) = delete;
  ~TextOf() { Py_XDECREF(owned_); }
  operator std::string_view() const { return text_; }  // NOLINT: it is one
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  TextOf() = default;
  void Read(PyObject* object);

  PyObject* owned_ = nullptr;
  std::string_view text_;
};

/// Keeps the error that may be on its way through the code we were called from.
class KeepError {
 public:
  KeepError() { PyErr_Fetch(&type_, &value_, &traceback_); }
  KeepError(const KeepError&) = delete;
  ~KeepError() { PyErr_Restore(type_, value_, traceback_); }

 private:
  PyObject* type_ = nullptr;
  PyObject* value_ = nullptr;
  PyObject* traceback_ = nullptr;
};

}  // namespace dxpy::bindings
