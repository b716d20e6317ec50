// The audit hook: files, processes, and code that is about to run for the first time.

#include <array>
#include <string_view>

#include "bindings/children.h"
#include "bindings/forks.h"
#include "bindings/recorder.h"
#include "bindings/running_code.h"

namespace dxpy::bindings {

using impact::PathUse;

namespace {

PyInterpreterState* our_interpreter = nullptr;  // null: the hook is not there

PyObject* Argument(PyObject* args, Py_ssize_t index) {
  if (!PyTuple_Check(args) || index >= PyTuple_GET_SIZE(args)) return nullptr;
  return PyTuple_GET_ITEM(args, index);
}

bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  for (const std::string_view each : names)
    if (name == each) return true;
  return false;
}

void OnOpen(Recorder& recorder, PyObject* args) {
  PyObject* const path = Argument(args, 0);
  PyObject* const flags = Argument(args, 2);
  if (path == nullptr || flags == nullptr || PyLong_Check(path) || !PyLong_Check(flags)) return;
  recorder.Open(path, static_cast<int>(PyLong_AsLong(flags)));
}

void OnOs(Recorder& recorder, std::string_view name, PyObject* args) {
  if (IsOneOf(name, {"listdir", "scandir"})) {
    recorder.Touch(PathUse::kListed, Argument(args, 0));
  } else if (IsOneOf(name, {"remove", "rmdir", "mkdir", "truncate", "chmod", "chown", "utime",
                            "setxattr", "removexattr"})) {
    recorder.Touch(PathUse::kWritten, Argument(args, 0));
  } else if (IsOneOf(name, {"rename", "link", "symlink"})) {
    if (name != "symlink")  // whose first argument is a text
      recorder.Touch(name == "rename" ? PathUse::kWritten : PathUse::kRead, Argument(args, 0));
    recorder.Touch(PathUse::kWritten, Argument(args, 1));
  } else if (IsOneOf(name, {"system", "posix_spawn", "spawn", "exec", "fork", "forkpty"})) {
    if (name == "exec") children::GiveUp();  // what comes then does not know what was
    const bool is_ours = name == "fork" ? forks::IsExpected() : children::IsStarting();
    if (!is_ours) recorder.StartProcess(std::string("os.").append(name));
  }
}

// Copies are made by open(), which is told by itself.
void OnShutil(Recorder& recorder, std::string_view name, PyObject* args) {
  if (IsOneOf(name, {"rmtree", "move", "chown"}))
    recorder.Touch(PathUse::kWritten, Argument(args, 0));
  if (IsOneOf(name, {"move", "copyfile", "copymode", "copystat", "copytree"}))
    recorder.Touch(PathUse::kWritten, Argument(args, 1));
}

// sys.monitoring is silent in a function that traces, whose code is then not seen.
void OnTrace(Recorder& recorder, std::string_view event) {
#if PY_VERSION_HEX >= 0x030C0000
  PyCodeObject* const code = RunningCode().code();
  if (code != nullptr && recorder.FileOf(code).owner == impact::CodeOwner::kFirstParty)
    recorder.Flag(impact::kIncomplete, event);
#else
  (void)recorder;
  (void)event;
#endif
}

void Meet(Recorder& recorder, PyObject* code) {
  if (code != nullptr && PyCode_Check(code))
    code_events::Meet(recorder, reinterpret_cast<PyCodeObject*>(code));
}

// What a fork imports for the first time is in nobody's record. First-party modules are seen
// when they run, those of the standard library do not count.
void OnExec(Recorder& recorder, PyObject* code) {
  if (code == nullptr || !PyCode_Check(code)) return;
  auto* const code_object = reinterpret_cast<PyCodeObject*>(code);
  if (Recorder::is_fork() && recorder.FileOf(code_object).owner == impact::CodeOwner::kThirdParty)
    recorder.NoteImportInFork();
  Meet(recorder, code);
}

// Of compiled modules alone a path is told.
void OnImport(Recorder& recorder, PyObject* args) {
  PyObject* const path = Argument(args, 1);
  if (!Recorder::is_fork() || path == nullptr || !PyUnicode_Check(path)) return;
  const impact::CodeOwner owner = recorder.FileAt(TextOf(path)).owner;
  if (owner != impact::CodeOwner::kStdlib && owner != impact::CodeOwner::kOurs)
    recorder.NoteImportInFork();
}

void OnSetAttribute(Recorder& recorder, PyObject* args) {
  PyObject* const value = Argument(args, 2);  // of a function's __code__
  if (value != nullptr && PyCode_Check(value)) Meet(recorder, value);
}

void Handle(Recorder& recorder, std::string_view event, PyObject* args) {
  const KeepError keep;
  if (event == "open") return OnOpen(recorder, args);
  if (event == "exec") return OnExec(recorder, Argument(args, 0));
  if (event == "import") return OnImport(recorder, args);
  if (event == "function.__new__") return Meet(recorder, Argument(args, 0));
  if (event.starts_with("os.")) return OnOs(recorder, event.substr(3), args);
  if (event == "object.__setattr__") return OnSetAttribute(recorder, args);
  if (event.starts_with("shutil.")) return OnShutil(recorder, event.substr(7), args);
  if (event == "sqlite3.connect") return recorder.Touch(PathUse::kRead, Argument(args, 0));
  if (event == "subprocess.Popen" && children::Sees()) return;
  if (event == "subprocess.Popen" || event == "pty.spawn") return recorder.StartProcess(event);
  if (event.starts_with("cpython.run_")) return recorder.BeginProgram(event == "cpython.run_file");
  if (event == "cpython.PyInterpreterState_New")
    return recorder.Flag(impact::kIncomplete, "another interpreter in the process");
  if (event == "sys.excepthook") return recorder.ShowTraceback();
  if (event == "sys.settrace" || event == "sys.setprofile") return OnTrace(recorder, event);
}

// Whether an event may be one of those above, by its first letters: most are not.
bool IsInteresting(const char* event) {
  switch (event[0]) {
    case 'o': {  // os.putenv, os.unsetenv and object.__getattr__ are most of what pytest does
      const std::string_view name(event);
      if (event[1] == 's') return name != "os.putenv" && name != "os.unsetenv";
      return event[1] == 'p' || name == "object.__setattr__";
    }
    case 'e':
      return event[1] == 'x';
    case 's':
      return event[1] != 'y' || (event[3] == '.' && (event[4] == 's' || event[4] == 'e'));
    case 'c':
      return event[1] == 'p';
    case 'i':
      return event[1] == 'm';
    case 'f':
    case 'p':
      return true;
    default:
      return false;
  }
}

int OnEvent(const char* event, PyObject* args, void* /*data*/) {
  Recorder* const recorder = Recorder::active();
  if (recorder == nullptr || !IsInteresting(event)) return 0;
  if (PyInterpreterState_Get() != our_interpreter) return 0;
  // The last event there is.
  if (std::string_view(event) == "cpython._PySys_ClearAuditHooks") {
    children::CompleteReport(*recorder);
  } else {
    Handle(*recorder, event, args);
  }
  return 0;
}

}  // namespace

bool AddAuditHook() {
  if (our_interpreter != nullptr) return true;
  if (PySys_AddAuditHook(&OnEvent, nullptr) != 0) {
    PyErr_Clear();
    return false;
  }
  our_interpreter = PyInterpreterState_Get();
  return true;
}

}  // namespace dxpy::bindings
