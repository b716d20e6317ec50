// How the recorder sees code run on CPython 3.10 and 3.11: the frame evaluation of PEP 523.
//
// Every frame comes by, so what must be quick is code that is foreign or was marked in this
// context: one look at a slot of its code object.

#include "bindings/recorder.h"

#if PY_VERSION_HEX < 0x030C0000

#if PY_VERSION_HEX >= 0x030B0000
#define Py_BUILD_CORE 1
#include <internal/pycore_frame.h>
#undef Py_BUILD_CORE
#endif

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

// glibc: where the stack of the first thread begins.
extern "C" void* __libc_stack_end;  // NOLINT: its name

namespace dxpy::bindings {
namespace {

#if PY_VERSION_HEX >= 0x030B0000
using Frame = _PyInterpreterFrame;
PyObject* const* Locals(Frame* frame) { return frame->localsplus; }
#else
using Frame = PyFrameObject;
PyObject* const* Locals(Frame* frame) { return frame->f_localsplus; }
#endif

// The layout of co_extra, which has no name in any header; both versions have ended.
struct Slots {
  Py_ssize_t count;
  void* values[1];
};

constexpr size_t kMostStackBytes = size_t{32} << 20;

Recorder* recorder = nullptr;  // NOLINT: the interpreter's hook is one for the process, too
Py_ssize_t slot = -1;
bool is_on = false;

// Where this thread has used half of its stack. Python 3.11 alone calls functions without using
// any; with us it uses some.
__attribute__((tls_model("initial-exec"))) thread_local uintptr_t stack_floor = UINTPTR_MAX;

PyObject* Evaluate(PyThreadState* thread, Frame* frame, int throwing);

void SwitchOn(bool on) {
  _PyInterpreterState_SetEvalFrameFunc(PyInterpreterState_Get(),
                                       on ? &Evaluate : &_PyEval_EvalFrameDefault);
  is_on = on;
}

uintptr_t FindFloor() {
  if (::gettid() == ::getpid()) {
    // pthread_getattr_np() would read /proc/self/maps for it, which takes 0.4 ms.
    rlimit limit{};
    if (::getrlimit(RLIMIT_STACK, &limit) != 0) return 0;
    return reinterpret_cast<uintptr_t>(__libc_stack_end) -
           std::min(static_cast<size_t>(limit.rlim_cur) / 2, kMostStackBytes);
  }
  pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  size_t size = 0;
  ::pthread_attr_getstack(&attributes, &lowest, &size);
  ::pthread_attr_destroy(&attributes);
  return reinterpret_cast<uintptr_t>(lowest) + size - std::min(size / 2, kMostStackBytes);
}

// Deeper frames are left to Python alone, and are not seen.
[[gnu::noinline]] PyObject* EvaluateDeep(PyThreadState* thread, Frame* frame, int throwing) {
  if (stack_floor == UINTPTR_MAX) {
    stack_floor = FindFloor();
    return Evaluate(thread, frame, throwing);
  }
  {
    const KeepError keep;
    recorder->Flag(impact::kIncomplete, "a recursion was too deep");
  }
  SwitchOn(false);
  PyObject* const result = _PyEval_EvalFrameDefault(thread, frame, throwing);
  if (!is_on && Recorder::active() == recorder) SwitchOn(true);
  return result;
}

CodeState& Decide(PyCodeObject* code) {
  const KeepError keep;
  return recorder->StateOf(code);
}

PyObject* EvaluateModule(PyThreadState* thread, Frame* frame, int throwing, CodeState& known) {
  uint32_t context = kNothing;
  {
    const KeepError keep;
    context = recorder->OpenModule(frame->f_code, known);
  }
  PyObject* const result = _PyEval_EvalFrameDefault(thread, frame, throwing);
  if (context == kNothing) return result;
  const KeepError keep;
  recorder->CloseModule(context, result != nullptr);
  if (!recorder->functions() && !recorder->has_open_modules()) SwitchOn(false);
  return result;
}

// Not the common case: code is marked, or met for the first time, or watched, or a module's.
[[gnu::noinline]] PyObject* EvaluateSlowly(PyThreadState* thread, Frame* frame, int throwing,
                                           CodeState* known) {
  PyCodeObject* const code = frame->f_code;
  if (known == nullptr) known = &Decide(code);
  switch (known->role) {
    case CodeRole::kForeign:
      break;
    case CodeRole::kFunction:
    case CodeRole::kText: {
      const KeepError keep;
      recorder->Mark(code, *known);
      break;
    }
    case CodeRole::kModule:
      return EvaluateModule(thread, frame, throwing, *known);
    case CodeRole::kObserver:
      if (throwing == 0) {
        PyObject* const* const locals = Locals(frame);
        recorder->Observe(*known, code->co_argcount > 0 ? locals[0] : nullptr,
                          code->co_argcount > 1 ? locals[1] : nullptr);
      }
  }
  return _PyEval_EvalFrameDefault(thread, frame, throwing);
}

PyObject* Evaluate(PyThreadState* thread, Frame* frame, int throwing) {
  if (reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) < stack_floor)
    return EvaluateDeep(thread, frame, throwing);
  const auto* const slots = static_cast<const Slots*>(frame->f_code->co_extra);
  CodeState* known = nullptr;
  if (slots != nullptr && slot < slots->count) known = static_cast<CodeState*>(slots->values[slot]);
  if (known != nullptr &&
      (known->context == Recorder::current() || known->role == CodeRole::kForeign))
    return _PyEval_EvalFrameDefault(thread, frame, throwing);
  return EvaluateSlowly(thread, frame, throwing, known);
}

}  // namespace

namespace code_events {

std::string Start(Recorder& started) {
  recorder = &started;
  slot = started.slot();
  if (_PyInterpreterState_GetEvalFrameFunc(PyInterpreterState_Get()) != &_PyEval_EvalFrameDefault)
    return "another frame evaluation function is there";
  if (started.functions()) SwitchOn(true);
  return {};
}

void Stop() {
  if (recorder != nullptr && is_on && !IsLost()) SwitchOn(false);
}

void Meet(Recorder& met_by, PyCodeObject* code) {
  if (!is_on && !met_by.functions() && met_by.IsOfInterest(code) &&
      met_by.StateOf(code).role == CodeRole::kModule)
    SwitchOn(true);
}

void ContextChanged() {}

bool IsLost() {
  return is_on && _PyInterpreterState_GetEvalFrameFunc(PyInterpreterState_Get()) != &Evaluate;
}

}  // namespace code_events
}  // namespace dxpy::bindings

#endif
