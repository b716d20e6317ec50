// How the recorder sees code run from CPython 3.12 on: sys.monitoring.
//
// No event that happens often is on for all code: foreign code runs as if we were not there.
// First-party code is met before it runs for the first time, by the audit hook: at the start of a
// module, with all code that is nested in it. Its own events are then on. Code that runs again and
// again in one context is switched off until the next one; to switch code off and on costs as much
// as some dozens of events, which most code never has between two contexts.
//
// sys.monitoring.restart_events() is not used, and what is on for all code stays as it is: after
// each change all code of the process would be looked at again when it runs.

#include "bindings/recorder.h"

#if PY_VERSION_HEX >= 0x030C0000

#include <array>

namespace dxpy::bindings {
namespace {

// Events of one code object in one context before it is switched off.
constexpr uint16_t kMostHits = 48;

// Objects that an interpreter's own start hides from the garbage collector, and from us: frozen
// modules'. 3.12 has some hundred.
constexpr Py_ssize_t kMostFrozen = 1000;

/// The functions of sys.monitoring as they were at the start: a test may replace them.
struct Monitoring {
  Recorder* recorder = nullptr;
  PyObject* tool = nullptr;
  PyObject* set_local_events = nullptr;
  PyObject* set_events = nullptr;
  PyObject* get_tool = nullptr;
  PyObject* disable = nullptr;
  PyObject* no_events = nullptr;
  PyObject* function_events = nullptr;
  PyObject* module_events = nullptr;
  PyObject* name = nullptr;
  std::vector<PyCodeObject*> hot;                           // switched off in some place; owned
  std::vector<std::pair<PyCodeObject*, uint32_t>> modules;  // whose code runs; borrowed
};

Monitoring state;  // NOLINT: the interpreter's hooks are one for the process, too

void SetLocalEvents(PyCodeObject* code, PyObject* events) {
  const std::array<PyObject*, 3> args = {state.tool, reinterpret_cast<PyObject*>(code), events};
  PyObject* const result = PyObject_Vectorcall(state.set_local_events, args.data(), 3, nullptr);
  if (result == nullptr) PyErr_Clear();  // the tool was freed; IsLost() tells
  Py_XDECREF(result);
}

void SetEvents(PyObject* events) {
  const std::array<PyObject*, 2> args = {state.tool, events};
  PyObject* const result = PyObject_Vectorcall(state.set_events, args.data(), 2, nullptr);
  if (result == nullptr) PyErr_Clear();
  Py_XDECREF(result);
}

PyObject* EventsOf(const CodeState& code) {
  return code.role == CodeRole::kModule ? state.module_events : state.function_events;
}

PyObject* Argument(PyFrameObject* frame, PyCodeObject* code, Py_ssize_t index) {
  if (frame == nullptr || index >= code->co_argcount) return nullptr;
  PyObject* const value = PyFrame_GetVar(frame, PyTuple_GET_ITEM(code->co_localsplusnames, index));
  if (value == nullptr) PyErr_Clear();
  return value;
}

void Observe(PyCodeObject* code, const CodeState& watched) {
  PyFrameObject* const frame = PyThreadState_GetFrame(PyThreadState_Get());
  PyObject* const first = Argument(frame, code, 0);
  PyObject* const second =
      watched.observed == impact::Observed::kModule ? Argument(frame, code, 1) : nullptr;
  state.recorder->Observe(watched, first, second);
  Py_XDECREF(first);
  Py_XDECREF(second);
  Py_XDECREF(frame);
}

void OpenModule(PyCodeObject* code, CodeState& known) {
  const uint32_t context = state.recorder->OpenModule(code, known);
  if (context != kNothing) state.modules.emplace_back(code, context);
}

void CloseModule(PyObject* code, bool is_complete) {
  auto& modules = state.modules;
  for (size_t i = modules.size(); i-- > 0;) {
    if (reinterpret_cast<PyObject*>(modules[i].first) != code) continue;
    const uint32_t context = modules[i].second;
    modules.erase(modules.begin() + static_cast<ptrdiff_t>(i));
    state.recorder->CloseModule(context, is_complete);
    break;
  }
}

// PY_START and PY_RESUME: (code, offset).
PyObject* OnStart(PyObject* /*self*/, PyObject* const* args, Py_ssize_t count) {
  if (count < 1 || Recorder::current() == kNothing) return Py_NewRef(state.disable);
  auto* const code = reinterpret_cast<PyCodeObject*>(args[0]);
  CodeState* const known = state.recorder->Known(code);
  if (known == nullptr || known->role == CodeRole::kForeign) return Py_NewRef(state.disable);
  if (known->role == CodeRole::kObserver) {
    Observe(code, *known);
    Py_RETURN_NONE;
  }
  if (known->role == CodeRole::kModule) {
    OpenModule(code, *known);
    Py_RETURN_NONE;
  }
  if (known->context != Recorder::current()) state.recorder->Mark(code, *known);
  if (++known->hits < kMostHits) Py_RETURN_NONE;
  if (!known->is_hot) {
    known->is_hot = true;
    Py_INCREF(code);
    state.hot.push_back(code);
  }
  return Py_NewRef(state.disable);
}

PyObject* OnReturn(PyObject* /*self*/, PyObject* const* args, Py_ssize_t count) {
  if (count > 0) CloseModule(args[0], true);
  Py_RETURN_NONE;
}

// An exception is thrown into a generator or coroutine, which goes on without PY_RESUME.
PyObject* OnThrow(PyObject* /*self*/, PyObject* const* args, Py_ssize_t count) {
  if (count < 1 || Recorder::current() == kNothing) Py_RETURN_NONE;
  const KeepError keep;
  auto* const code = reinterpret_cast<PyCodeObject*>(args[0]);
  CodeState* const known = state.recorder->Known(code);
  if (known != nullptr && known->context != Recorder::current() &&
      (known->role == CodeRole::kFunction || known->role == CodeRole::kText))
    state.recorder->Mark(code, *known);
  Py_RETURN_NONE;
}

PyObject* OnUnwind(PyObject* /*self*/, PyObject* const* args, Py_ssize_t count) {
  if (count > 0 && !state.modules.empty()) {
    const KeepError keep;
    for (const auto& [code, context] : state.modules) {
      if (reinterpret_cast<PyObject*>(code) != args[0]) continue;
      CloseModule(args[0], false);
      break;
    }
  }
  Py_RETURN_NONE;
}

std::array<PyMethodDef, 4> callbacks = {{
    {"on_start", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&OnStart)),
     METH_FASTCALL, nullptr},
    {"on_return", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&OnReturn)),
     METH_FASTCALL, nullptr},
    {"on_throw", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&OnThrow)),
     METH_FASTCALL, nullptr},
    {"on_unwind", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&OnUnwind)),
     METH_FASTCALL, nullptr},
}};

namespace py = pybind11;

int EventOf(const py::object& monitoring, const char* name) {
  return py::cast<int>(monitoring.attr("events").attr(name));
}

void Register(const py::object& monitoring, int event, PyMethodDef& callback) {
  const auto function = py::reinterpret_steal<py::object>(PyCFunction_New(&callback, nullptr));
  monitoring.attr("register_callback")(py::handle(state.tool), event, function);
}

// 0 to 2 belong to debuggers, coverage and profilers; hypothesis takes 3, and warns where it is
// taken. False: none is free.
bool TakeTool(const py::object& monitoring) {
  for (const int tool : {4, 5, 3}) {
    if (!monitoring.attr("get_tool")(tool).is_none()) continue;
    monitoring.attr("use_tool_id")(tool, py::handle(state.name));
    state.tool = py::int_(tool).release().ptr();
    return true;
  }
  return false;
}

void TakeFunctions(const py::object& monitoring) {
  const auto number = [](int value) { return py::int_(value).release().ptr(); };
  const auto attribute = [&](const char* name) {
    return py::object(monitoring.attr(name)).release().ptr();
  };
  state.set_local_events = attribute("set_local_events");
  state.set_events = attribute("set_events");
  state.get_tool = attribute("get_tool");
  state.disable = attribute("DISABLE");
  state.no_events = number(0);
  const int start = EventOf(monitoring, "PY_START");
  const int resume = EventOf(monitoring, "PY_RESUME");
  const int unwind = EventOf(monitoring, "PY_UNWIND");
  const int thrown = EventOf(monitoring, "PY_THROW");
  const int end = EventOf(monitoring, "PY_RETURN");
  state.function_events = number(start | resume);
  state.module_events = number(start | end);
  Register(monitoring, start, callbacks[0]);
  Register(monitoring, resume, callbacks[0]);
  Register(monitoring, end, callbacks[1]);
  Register(monitoring, thrown, callbacks[2]);
  Register(monitoring, unwind, callbacks[3]);
  SetEvents(py::int_(thrown | unwind).ptr());
}

int AddFunction(PyObject* object, void* found) {
  if (PyFunction_Check(object)) {
    PyObject* const code = PyFunction_GET_CODE(object);
    Py_INCREF(code);
    static_cast<std::vector<PyObject*>*>(found)->push_back(code);
  }
  return 1;
}

// Functions that were made before.
void MeetAll(Recorder& recorder) {
  std::vector<PyObject*> found;
  PyUnstable_GC_VisitObjects(&AddFunction, &found);
  for (const char* const name : {"genericpath", "posixpath"}) {  // they are frozen
    const py::dict functions = py::module_::import(name).attr("__dict__");
    for (const auto& [_, value] : functions) AddFunction(value.ptr(), &found);
  }
  for (PyObject* const code : found) {
    code_events::Meet(recorder, reinterpret_cast<PyCodeObject*>(code));
    Py_DECREF(code);
  }
}

}  // namespace

namespace code_events {

std::string Start(Recorder& recorder) {
  const py::object monitoring = py::module_::import("sys").attr("monitoring");
  state.recorder = &recorder;
  state.name = py::str("pytest-dxpy").release().ptr();
  if (!TakeTool(monitoring)) return "no tool id of sys.monitoring is free";
  TakeFunctions(monitoring);
  if (py::cast<Py_ssize_t>(py::module_::import("gc").attr("get_freeze_count")()) > kMostFrozen)
    recorder.Flag(impact::kIncomplete, "functions were hidden by gc.freeze()");
  MeetAll(recorder);
  return {};
}

void Stop() {
  if (state.tool == nullptr) return;
  // Events of code stay on, and go off one by one.
  SetEvents(state.no_events);
  const py::object monitoring = py::module_::import("sys").attr("monitoring");
  monitoring.attr("free_tool_id")(py::handle(state.tool));
  Py_CLEAR(state.tool);
}

void Meet(Recorder& recorder, PyCodeObject* code) {
  if (state.tool == nullptr) return;
  // Nothing is kept of foreign code: there is much of it, and it is met only once.
  if (!recorder.IsOfInterest(code)) return;
  CodeState& known = recorder.StateOf(code);
  if (known.role != CodeRole::kForeign) {
    if (known.is_watched_for) return;
    known.is_watched_for = true;
    SetLocalEvents(code, EventsOf(known));
  }
  PyObject* const constants = code->co_consts;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(constants); ++i) {
    PyObject* const constant = PyTuple_GET_ITEM(constants, i);
    if (PyCode_Check(constant)) Meet(recorder, reinterpret_cast<PyCodeObject*>(constant));
  }
}

void ContextChanged() {
  if (state.hot.empty()) return;
  const KeepError keep;
  std::vector<PyCodeObject*> hot;
  hot.swap(state.hot);
  for (PyCodeObject* const code : hot) {
    if (CodeState* const known = state.recorder->Known(code)) known->is_hot = false;
    SetLocalEvents(code, state.no_events);
    SetLocalEvents(code, state.function_events);
    Py_DECREF(code);
  }
}

bool IsLost() {
  if (state.tool == nullptr) return false;
  PyObject* const found = PyObject_CallOneArg(state.get_tool, state.tool);
  const bool is_lost = found != state.name;
  Py_XDECREF(found);
  PyErr_Clear();
  return is_lost;
}

}  // namespace code_events
}  // namespace dxpy::bindings

#endif
