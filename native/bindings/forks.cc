#include "bindings/forks.h"

#include <pthread.h>
#include <sys/wait.h>

#include <algorithm>
#include <string>
#include <utility>

#include "bindings/children.h"
#include "bindings/recorder.h"
#include "bindings/replaced.h"
#include "impact/child_traces.h"

namespace dxpy::bindings {

/// What this thread's next fork will be.
struct Recorder::ExpectedFork {
  std::string token;
  uint32_t context = kNothing;
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

void Recorder::BeginFork(const ExpectedFork& fork) { writer_.Fork(fork.context, fork.token); }

uint32_t Recorder::OpenFork() {
  const uint32_t memory = MemoryOfStack();
  const uint32_t context = Begin(impact::ContextKind::kFork, "");
  Uses(open_.back().id, context);
  if (memory != kNothing) Uses(memory, context);
  Push(context);
  return context;
}

void Recorder::CloseFork(uint32_t context, int64_t pid) {
  const auto is_it = [context](const OpenContext& one) { return one.id == context; };
  // Not all that is above it, too, which another thread may have begun. It may have ended it, too.
  const auto place = std::find_if(open_.begin(), open_.end(), is_it);
  if (place != open_.end()) open_.erase(place);
  SwitchTo(open_.back().id);
  // Of other contexts it is theirs who use these, for as long as it lives.
  if (pid > 0 && begun_[open_.back().id].is_test)
    living_forks_.emplace_back(static_cast<pid_t>(pid), context);
}

// What an earlier test has left running may answer this one, a pool of processes say.
void Recorder::UseLivingForks(uint32_t test) {
  std::erase_if(living_forks_, [](const auto& fork) {
    siginfo_t info{};
    const int result =
        ::waitid(P_PID, static_cast<id_t>(fork.first), &info, WEXITED | WNOHANG | WNOWAIT);
    return result != 0 || info.si_pid != 0;
  });
  for (const auto& [pid, context] : living_forks_) Uses(test, context);
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

void Recorder::MarkStray() {
  if (forked_page_ != nullptr) __atomic_store_n(forked_page_, 1, __ATOMIC_RELAXED);
}

// A child that was forked from the current context, or from one before it, ran our code.
void Recorder::LookAtChild() {
  if (is_stray_ || forked_page_ == nullptr || open_.empty()) return;
  if (__atomic_exchange_n(forked_page_, 0, __ATOMIC_RELAXED) != 0)
    Flag(impact::kStartedProcess, "fork");
}

// Python's side.

namespace forks {
namespace {

constexpr Place kPlaces[] = {{"posix", "fork"}, {"os", "fork"}};

PyObject* original = nullptr;  // the interpreter's; null: not watched
PyObject* ours = nullptr;

PyObject* Fork(PyObject* /*self*/, PyObject* /*none*/) {
  Recorder* const recorder = children::Watcher();
  if (recorder == nullptr) return PyObject_CallNoArgs(original);
  Recorder::ExpectedFork fork{children::NewToken(), recorder->OpenFork()};
  Recorder::ExpectedFork* const outer = std::exchange(expected, &fork);
  PyObject* const result = PyObject_CallNoArgs(original);
  expected = outer;
  const int64_t pid = result != nullptr ? PyLong_AsLong(result) : -1;
  if (pid != 0) recorder->CloseFork(fork.context, pid);  // the fork's context stays open in itself
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
