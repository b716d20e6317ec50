#include "bindings/children.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "base/read_text.h"
#include "bindings/forks.h"
#include "bindings/recorder.h"
#include "bindings/replaced.h"
#include "impact/child_traces.h"

extern char** environ;  // NOLINT: as POSIX declares it

namespace dxpy::bindings::children {

namespace py = pybind11;

namespace {

// fork_exec(args, executables, close_fds, pass_fds, cwd, env, ..., preexec_fn[, allow_vfork])
constexpr Py_ssize_t kArguments = 0;
constexpr Py_ssize_t kExecutables = 1;
constexpr Py_ssize_t kFolder = 4;
constexpr Py_ssize_t kEnvironment = 5;
#if PY_VERSION_HEX >= 0x030B0000
constexpr Py_ssize_t kBeforeExec = 21;
constexpr Py_ssize_t kForkExecCount = 23;
#else
constexpr Py_ssize_t kBeforeExec = 20;
constexpr Py_ssize_t kForkExecCount = 21;
#endif

// It runs code of the standard library alone, and lives as long as who started it.
constexpr std::string_view kTracker = "from multiprocessing.resource_tracker import main;main(";

/// What is replaced; the functions are as they were at the start.
struct State {
  std::string address;
  PyObject* fork_exec = nullptr;      // the interpreter's; null: not watched
  PyObject* posix_spawn = nullptr;    // the same
  PyObject* our_fork_exec = nullptr;  // in place of it
  PyObject* our_posix_spawn = nullptr;
  uint64_t starts = 0;
  // Of a process that was started itself:
  bool is_reporting = false;
  bool is_prepared = false;
  pid_t pid = 0;
  impact::ChildFile file;
  std::string token;
  uint64_t command = 0;
};

State state;  // NOLINT: the functions are one for the process, too

thread_local bool is_starting = false;

/// How a process is about to be started.
struct Start {
  bool is_counted = false;  ///< a dependency of whoever starts it
  std::string token;        ///< empty: nothing is known of what it will do
  uint64_t command = 0;
  py::object environment;  ///< with the token in it
};

std::string Variable(std::string_view value) {
  return std::string(kVariable).append("=").append(value);
}

std::string ValueFor(const std::string& token) {
  return state.address + ";" + std::to_string(::getpid()) + ";" + token;
}

bool IsOurInterpreter(const char* path) {
  struct stat found{};
  struct stat ours{};
  return ::stat(path, &found) == 0 && ::stat("/proc/self/exe", &ours) == 0 &&
         found.st_dev == ours.st_dev && found.st_ino == ours.st_ino;
}

bool IsExecutable(const char* path) {
  struct stat found{};
  return ::access(path, X_OK) == 0 && ::stat(path, &found) == 0 && S_ISREG(found.st_mode);
}

std::optional<std::string> PathText(PyObject* object) {
  PyObject* bytes = nullptr;
  if (PyUnicode_FSConverter(object, &bytes) == 0) {
    PyErr_Clear();
    return std::nullopt;
  }
  std::string text(PyBytes_AS_STRING(bytes), static_cast<size_t>(PyBytes_GET_SIZE(bytes)));
  Py_DECREF(bytes);
  return text;
}

/// As /proc/PID/cmdline will have them. @param last  the last one.
std::optional<std::string> CommandOf(PyObject* arguments, std::string& last) {
  const auto list = py::reinterpret_steal<py::object>(PySequence_Fast(arguments, ""));
  if (!list) {
    PyErr_Clear();
    return std::nullopt;
  }
  std::string command;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(list.ptr()); ++i) {
    const auto text = PathText(PySequence_Fast_GET_ITEM(list.ptr(), i));
    if (!text) return std::nullopt;
    last = *text;
    command.append(*text).push_back('\0');
  }
  return command;
}

// Of several places that are tried in turn the first one with a program counts.
bool RunsOurInterpreter(PyObject* executables, bool is_in_other_folder) {
  if (!PyTuple_Check(executables) && !PyList_Check(executables)) return false;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(executables); ++i) {
    const auto path = PathText(PySequence_Fast_GET_ITEM(executables, i));
    if (!path || (is_in_other_folder && !path->starts_with('/'))) return false;
    if (IsExecutable(path->c_str())) return IsOurInterpreter(path->c_str());
  }
  return false;
}

// The environment as fork_exec takes it; null where the process is not to know of us.
py::object EnvironmentList(PyObject* given, const std::string& token) {
  const std::string known = Variable(state.address);
  const std::string told = Variable(ValueFor(token));
  bool is_told = false;
  py::list list;
  const auto add = [&](std::string_view text) {
    const bool is_ours = text == known;
    is_told = is_told || is_ours;
    const std::string_view kept = is_ours ? std::string_view(told) : text;
    list.append(py::bytes(kept.data(), kept.size()));
  };
  if (given == Py_None) {
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) add(*entry);
  } else if (PyList_Check(given) || PyTuple_Check(given)) {
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(given); ++i) {
      PyObject* const entry = PySequence_Fast_GET_ITEM(given, i);
      if (!PyBytes_Check(entry)) return {};
      add({PyBytes_AS_STRING(entry), static_cast<size_t>(PyBytes_GET_SIZE(entry))});
    }
  }
  return is_told ? py::object(list) : py::object();
}

// What the process itself hands on, as a mapping.
py::dict OwnEnvironment() {
  py::dict mapping;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const size_t end = text.find('=');
    if (end == std::string_view::npos) continue;
    const py::bytes name(text.data(), end);
    if (!mapping.contains(name))  // as getenv() finds it
      mapping[name] = py::bytes(text.data() + end + 1, text.size() - end - 1);
  }
  return mapping;
}

// The same as a mapping, which posix_spawn takes; from 3.13 on it may be None.
py::object EnvironmentMapping(PyObject* given, const std::string& token) {
  const std::string value = ValueFor(token);
  py::dict copy = given == Py_None ? OwnEnvironment() : py::dict();
  if (given != Py_None && PyDict_Update(copy.ptr(), given) != 0) {
    PyErr_Clear();
    return {};
  }
  const py::bytes as_bytes(kVariable.data(), kVariable.size());
  if (copy.contains(as_bytes)) {
    copy[as_bytes] = py::bytes(value);
    return copy;
  }
  const py::str as_text(kVariable.data(), kVariable.size());
  if (!copy.contains(as_text)) return {};
  copy[as_text] = py::str(value);
  return copy;
}

Start PrepareForkExec(PyObject* args) {
  Start start;
  if (Watcher() == nullptr) return start;
  start.is_counted = true;
  if (PyTuple_GET_SIZE(args) != kForkExecCount) return start;
  std::string last;
  const auto command = CommandOf(PyTuple_GET_ITEM(args, kArguments), last);
  if (!command || PyTuple_GET_ITEM(args, kBeforeExec) != Py_None) return start;
  const bool is_in_other_folder = PyTuple_GET_ITEM(args, kFolder) != Py_None;
  if (!RunsOurInterpreter(PyTuple_GET_ITEM(args, kExecutables), is_in_other_folder)) return start;
  if (last.starts_with(kTracker)) {
    start.is_counted = false;
    return start;
  }
  const std::string token = NewToken();
  start.environment = EnvironmentList(PyTuple_GET_ITEM(args, kEnvironment), token);
  if (start.environment) start.token = token;
  start.command = impact::HashCommand(*command);
  return start;
}

Start PreparePosixSpawn(PyObject* args) {
  Start start;
  if (Watcher() == nullptr) return start;
  start.is_counted = true;
  if (PyTuple_GET_SIZE(args) != 3) return start;
  std::string last;
  const auto path = PathText(PyTuple_GET_ITEM(args, 0));
  const auto command = CommandOf(PyTuple_GET_ITEM(args, 1), last);
  if (!path || !command || !IsOurInterpreter(path->c_str())) return start;
  const std::string token = NewToken();
  start.environment = EnvironmentMapping(PyTuple_GET_ITEM(args, 2), token);
  if (start.environment) start.token = token;
  start.command = impact::HashCommand(*command);
  return start;
}

// Calls what we stand for, and notes what came of it.
PyObject* Run(const Start& start, PyObject* function, PyObject* args, PyObject* keywords,
              Py_ssize_t environment, const char* how) {
  Recorder* const recorder = Recorder::active();
  py::object changed = py::reinterpret_borrow<py::object>(args);
  if (!start.token.empty()) {
    const py::list list(changed);
    list[static_cast<size_t>(environment)] = start.environment;
    changed = py::tuple(list);
  }
  is_starting = true;
  PyObject* const result = PyObject_Call(function, changed.ptr(), keywords);
  is_starting = false;
  if (recorder == nullptr || recorder != Recorder::active() || !start.is_counted) return result;
  const KeepError keep;
  const bool is_started = result != nullptr && PyLong_Check(result);
  if (is_started && !start.token.empty()) {
    recorder->AddChild({start.token, static_cast<uint64_t>(PyLong_AsLong(result)), start.command});
  } else {
    recorder->StartProcess(how);
  }
  return result;
}

PyObject* OnForkExec(PyObject* /*self*/, PyObject* args) {
  const Start start = PrepareForkExec(args);
  return Run(start, state.fork_exec, args, nullptr, kEnvironment, "subprocess.Popen");
}

PyObject* OnPosixSpawn(PyObject* /*self*/, PyObject* args, PyObject* keywords) {
  const Start start = PreparePosixSpawn(args);
  return Run(start, state.posix_spawn, args, keywords, 2, "os.posix_spawn");
}

PyMethodDef fork_exec_method = {"fork_exec", &OnForkExec, METH_VARARGS, nullptr};
PyMethodDef posix_spawn_method = {
    "posix_spawn", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&OnPosixSpawn)),
    METH_VARARGS | METH_KEYWORDS, nullptr};

constexpr Place kForkExecPlaces[] = {{"_posixsubprocess", "fork_exec"},
                                     {"subprocess", "_fork_exec"}};
constexpr Place kPosixSpawnPlaces[] = {{"posix", "posix_spawn"}, {"os", "posix_spawn"}};

// Where its module is there: importing that takes half a millisecond, which a run without a test
// need not spend. Whoever starts a process asks Sees() before.
void WatchForkExec() {
  PyObject* const found = Named("_posixsubprocess", "fork_exec");
  if (state.fork_exec != nullptr || found == nullptr || !PyCFunction_Check(found)) return;
  state.fork_exec = Py_NewRef(found);
  Replace(kForkExecPlaces, state.fork_exec, state.our_fork_exec);
}

std::string CommandLine() { return ReadText("/proc/self/cmdline"); }

}  // namespace

// Starting.

std::string NewToken() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  std::array<char, 80> text;
  const int size = std::snprintf(text.data(), text.size(), "%lx-%llx-%llx", long{::getpid()},
                                 now.tv_sec * 1'000'000'000LL + now.tv_nsec,
                                 static_cast<unsigned long long>(++state.starts));
  return {text.data(), static_cast<size_t>(size)};
}

Recorder* Watcher() {
  Recorder* const recorder = Recorder::active();
  if (recorder == nullptr || recorder->is_stray() || Recorder::current() == kNothing)
    return nullptr;
  return recorder->WhoAsks() == impact::Asker::kReports ? nullptr : recorder;
}

void Watch(std::string_view address) {
  if (state.our_fork_exec != nullptr) return;
  const KeepError keep;
  state.address = address;
  state.our_fork_exec = PyCFunction_New(&fork_exec_method, nullptr);
  state.our_posix_spawn = PyCFunction_New(&posix_spawn_method, nullptr);
  WatchForkExec();
  state.posix_spawn = Py_XNewRef(Named("posix", "posix_spawn"));
  Replace(kPosixSpawnPlaces, state.posix_spawn, state.our_posix_spawn);
  forks::Watch(address);
}

void Unwatch() {
  const KeepError keep;
  forks::Unwatch();
  Replace(kForkExecPlaces, state.our_fork_exec, state.fork_exec);
  Replace(kPosixSpawnPlaces, state.our_posix_spawn, state.posix_spawn);
}

bool Sees() {
  if (state.our_fork_exec == nullptr) return false;
  if (state.fork_exec == nullptr) {
    const KeepError keep;
    Py_XDECREF(PyImport_ImportModule("_posixsubprocess"));  // which is needed now
    PyErr_Clear();
    WatchForkExec();
  }
  if (Named("_posixsubprocess", "fork_exec") != state.our_fork_exec) return false;
  PyObject* const copy = Named("subprocess", "_fork_exec");  // from 3.11 on
  return copy == nullptr || copy == state.our_fork_exec;
}

bool IsStarting() { return is_starting; }

// Reporting.

bool BeginReport(std::string_view address, std::string_view token) {
  if (state.is_reporting || !impact::ChildFile::Parse(address, state.file)) return false;
  state.pid = ::getpid();
  state.token = token;
  state.command = impact::HashCommand(CommandLine());
  state.is_reporting =
      state.file.Begin({state.token, static_cast<uint64_t>(state.pid), state.command});
  return state.is_reporting;
}

void PrepareReport(Recorder& recorder) {
  if (!IsReporting() || ::getpid() != state.pid) return;
  recorder.NoteEnd();
  state.is_prepared = true;
}

void CompleteReport(Recorder& recorder) {
  if (!IsReporting() || !state.is_prepared || ::getpid() != state.pid || recorder.is_stray())
    return;
  state.file.Complete({state.token, static_cast<uint64_t>(state.pid), state.command},
                      recorder.TakeLast());
  state.is_reporting = false;
}

void GiveUp() { state.is_reporting = false; }

bool IsReporting() { return state.is_reporting; }

}  // namespace dxpy::bindings::children
