#include "bindings/forks.h"

#include <pthread.h>

#include <string>

#include "bindings/children.h"
#include "bindings/recorder.h"
#include "bindings/replaced.h"
#include "impact/child_traces.h"

namespace dxpy::bindings {

/// What this thread's next fork will be.
struct Recorder::ExpectedFork {
  std::string token;
  uint32_t keeper = kNothing;  ///< the context of what functions may keep of it
};

namespace {

thread_local Recorder::ExpectedFork* expected = nullptr;

impact::ChildFile file;  // NOLINT: where all forks write

}  // namespace

// In this process.

void Recorder::WatchForks() {
  // In a fork there is no Python before the last of these, so nothing can be written in between.
  ::pthread_atfork(
      [] {
        if (expected != nullptr && active_ != nullptr) active_->BeginFork(*expected);
      },
      nullptr,
      [] {
        is_stray_ = true;
        if (expected != nullptr && active_ != nullptr) active_->GoOnInFork(*expected);
      });
}

void Recorder::BeginFork(const ExpectedFork& fork) {
  const uint32_t context = open_.back().id;
  writer_.Fork(context, fork.keeper != kNothing ? fork.keeper : context, fork.token);
}

// In the fork.

void Recorder::GoOnInFork(const ExpectedFork& fork) {
  static_cast<void>(writer_.Take());  // who has forked tells that
  fork_token_ = fork.token;
  fork_pieces_ = 0;
  if (!file.GoOn(fork_token_, fork_pieces_, {})) return;
  is_fork_ = true;
  is_stray_ = false;
  writer_.HandOut([this](std::string_view records) {
    if (is_stray_ || file.GoOn(fork_token_, ++fork_pieces_, records)) return;
    is_stray_ = true;
    MarkStray();
  });
}

void Recorder::NoteImportInFork() {
  if (is_fork_) Flag(impact::kStartedProcess, "an import in a fork");
}

// Python's side.

namespace forks {
namespace {

constexpr Place kPlaces[] = {{"posix", "fork"}, {"os", "fork"}};

PyObject* original = nullptr;  // the interpreter's; null: not watched
PyObject* ours = nullptr;

PyObject* Fork(PyObject* /*self*/, PyObject* /*none*/) {
  Recorder::ExpectedFork fork;
  Recorder::ExpectedFork* const outer = expected;
  if (Recorder* const recorder = children::Watcher()) {
    const KeepError keep;
    fork = {children::NewToken(), recorder->MemoryOfStack()};
    expected = &fork;
  }
  PyObject* const result = PyObject_CallNoArgs(original);
  expected = outer;
  return result;
}

PyMethodDef method = {"fork", &Fork, METH_NOARGS, nullptr};

}  // namespace

void Watch(std::string_view address) {
  if (original != nullptr || !impact::ChildFile::Parse(address, file)) return;
  PyObject* const found = Named("posix", "fork");
  if (found == nullptr || !PyCFunction_Check(found)) return;
  original = Py_NewRef(found);
  // To whoever looks at ours, it is the one that was there.
  const auto* const function = reinterpret_cast<PyCFunctionObject*>(found);
  method.ml_doc = function->m_ml->ml_doc;
  ours = PyCFunction_NewEx(&method, function->m_self, function->m_module);
  Replace(kPlaces, original, ours);
}

void Unwatch() { Replace(kPlaces, ours, original); }

bool IsExpected() { return expected != nullptr; }

}  // namespace forks
}  // namespace dxpy::bindings
