#include "bindings/recorder.h"

#include <sys/mman.h>

#include <algorithm>
#include <ctime>

#include "bindings/children.h"
#include "bindings/stat_calls.h"

namespace dxpy::bindings {

using impact::CodeFile;
using impact::CodeOwner;
using impact::ContextKind;
using impact::PathUse;

namespace {

// Kinds of OpenContext::seen; those of paths are in touched_paths.cc.
constexpr char kFoundModule = 'm';
constexpr char kMissingModule = 'n';

CodeState foreign_code;  // that of all foreign code

// No clock of Python's, which a test may have replaced.
int64_t ClockNs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

#if PY_VERSION_HEX >= 0x030C0000
constexpr auto kRequestSlot = &PyUnstable_Eval_RequestCodeExtraIndex;
constexpr auto kGetSlot = &PyUnstable_Code_GetExtra;
constexpr auto kSetSlot = &PyUnstable_Code_SetExtra;
#else
constexpr auto kRequestSlot = &_PyEval_RequestCodeExtraIndex;
constexpr auto kGetSlot = &_PyCode_GetExtra;
constexpr auto kSetSlot = &_PyCode_SetExtra;
#endif

void FreeState(void* state) {
  if (state != &foreign_code) delete static_cast<CodeState*>(state);
}

}  // namespace

Recorder::Recorder(const Settings& settings)
    : tree_(settings.roots, settings.excluded),
      files_(tree_, settings.stdlib, settings.own, settings.start_ns, settings.is_child),
      functions_(settings.functions),
      is_child_(settings.is_child),
      slot_(kRequestSlot(&FreeState)) {
  void* const page =
      ::mmap(nullptr, sizeof(uint32_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page != MAP_FAILED) forked_page_ = static_cast<uint32_t*>(page);
  WatchForks();
  exists_ = true;
}

std::string Recorder::Start() {
  if (active_ != nullptr) return "something else records";
  active_ = this;
  open_.push_back({.id = Begin(ContextKind::kSession, ""), .is_module = false, .seen = {}});
  current_ = open_.back().id;
  NoteModules(true);
  std::string problem;
  if (slot_ < 0) problem = "code objects have no slot left";
  if (!AddAuditHook()) problem = "an audit hook forbids ours";
  if (problem.empty()) problem = code_events::Start(*this);
  stat_calls::Watch();
  if (!problem.empty()) Flag(impact::kIncomplete, problem);
  return problem;
}

void Recorder::Stop() {
  if (active_ != this) return;
  children::Unwatch();
  stat_calls::Unwatch();
  code_events::Stop();
  active_ = nullptr;
  current_ = kNothing;
}

void Recorder::Adopt(PyCodeObject* runner) {
  is_stray_ = false;
  Py_INCREF(runner);
  runner_ = runner;
  void* const page =
      ::mmap(nullptr, sizeof(uint32_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  forked_page_ = page != MAP_FAILED ? static_cast<uint32_t*>(page) : nullptr;
}

// Contexts.

uint32_t Recorder::Begin(ContextKind kind, std::string_view name) {
  const bool is_test = kind == ContextKind::kTest;
  begun_.push_back({ClockNs(), false, is_test});
  const uint32_t context = writer_.AddContext(kind, name);
  if (is_test && !living_forks_.empty()) UseLivingForks(context);
  return context;
}

void Recorder::SwitchTo(uint32_t context) {
  LookAtChild();
  if (context == current_ || active_ != this) return;
  current_ = context;
  code_events::ContextChanged();
}

void Recorder::Push(uint32_t context) {
  LookAtChild();
  open_.push_back({.id = context, .is_module = false, .seen = {}});
  SwitchTo(context);
}

void Recorder::Pop(uint32_t context) {
  for (size_t size = open_.size(); size-- > 1;) {
    if (open_[size].id != context) continue;
    LookAtChild();
    CloseAbove(size);
    return SwitchTo(open_.back().id);
  }
}

// Leaves that many of the open contexts.
void Recorder::CloseAbove(size_t size) {
  while (open_.size() > size) {
    const OpenContext& last = open_.back();
    if (last.is_module) {  // its end was not seen, or is in another thread
      --open_modules_;
      End(last.id, 1);
    }
    open_.pop_back();
  }
}

void Recorder::End(uint32_t context, uint32_t outcome) {
  if (context >= begun_.size() || begun_[context].is_ended) return;
  begun_[context].is_ended = true;
  // Children that do the same shall say the same.
  const int64_t spent_ns = is_child_ ? 0 : ClockNs() - begun_[context].since_ns;
  writer_.End(context, outcome, static_cast<double>(spent_ns) / 1e9);
}

void Recorder::Uses(uint32_t context, uint32_t other) { writer_.Uses(context, other); }

void Recorder::Flag(uint32_t flags, std::string_view reason) {
  OpenContext& context = open_.back();
  if ((context.flags & flags) == flags) return;
  context.flags |= flags;
  writer_.Flag(context.id, flags, reason);
}

void Recorder::Asked(std::string_view module, bool found) {
  if (active_ != this) return;
  const char kind = found ? kFoundModule : kMissingModule;
  if (IsNew(kind, module)) writer_.Asked(current_, module, found);
  const uint32_t memory = MemoryOfStack();
  if (IsRemembered(memory, kind, module)) writer_.Asked(memory, module, found);
}

void Recorder::AddChild(const impact::StartedChild& child) {
  writer_.Child(open_.back().id, child);
  if (const uint32_t memory = MemoryOfStack(); memory != kNothing) writer_.Child(memory, child);
}

std::string Recorder::TakeLast() {
  LookAtChild();
  active_ = nullptr;
  current_ = kNothing;
  return writer_.Take();
}

void Recorder::Abandon() {
  Stop();
  children::GiveUp();
  exists_ = false;
}

std::string Recorder::Take() {
  if (is_stray_ || is_fork_) return {};
  if (active_ == this) {
    NoteModules(false);
    LookAtChild();
    NoteLoss();
  }
  return writer_.Take();
}

void Recorder::NoteLoss() {
  if (!code_events::IsLost()) return;
  writer_.Flag(kSessionContext, impact::kIncomplete, "somebody else has taken our hook's place");
}

// Code.

CodeState* Recorder::Known(PyCodeObject* code) const {
  void* state = nullptr;
  if (kGetSlot(reinterpret_cast<PyObject*>(code), slot_, &state) != 0) PyErr_Clear();
  return static_cast<CodeState*>(state);
}

bool Recorder::IsOfInterest(PyCodeObject* code) {
  if (const CodeState* const known = Known(code)) return known->role != CodeRole::kForeign;
  const CodeFile& file = FileOf(code);
  return file.owner == CodeOwner::kFirstParty || file.has_observers;
}

CodeState& Recorder::StateOf(PyCodeObject* code) {
  if (CodeState* const known = Known(code)) return *known;
  CodeState* const state = NewState(code);
  if (kSetSlot(reinterpret_cast<PyObject*>(code), slot_, state) == 0) return *state;
  PyErr_Clear();
  FreeState(state);
  return foreign_code;
}

CodeState* Recorder::NewState(PyCodeObject* code) {
  const CodeFile& file = FileOf(code);
  CodeState state;
  state.file = &file;
  if (file.has_observers) {
    state.observed = impact::ObservedBy(TextOf(code->co_filename), TextOf(code->co_name));
    if (state.observed != impact::Observed::kNothing) state.role = CodeRole::kObserver;
  } else if (file.owner == CodeOwner::kFirstParty) {
    if (!file.is_python) {
      state.role = CodeRole::kText;
    } else if (std::string_view(TextOf(code->co_name)) == "<module>") {
      state.role = CodeRole::kModule;
    } else if (functions_) {
      state.role = CodeRole::kFunction;
    }
  }
  return state.role == CodeRole::kForeign ? &foreign_code : new CodeState(state);
}

void Recorder::Mark(PyCodeObject* code, CodeState& state) {
  if (current_ == kNothing) return;
  if (is_stray_) return MarkStray();
  state.context = current_;
  state.hits = 0;
  if (current_ == kSessionContext) {  // which is come back to again and again
    if (state.is_in_session) return;
    state.is_in_session = true;
  }
  if (state.role == CodeRole::kText) return TouchAbsolute(PathUse::kRead, state.file->path);
  if (state.number == kNothing) state.number = NumberOf(code, state);
  writer_.Ran(current_, state.number);
}

// The same function may be made of several code objects: of one for each time it was imported.
uint32_t Recorder::NumberOf(PyCodeObject* code, const CodeState& state) {
  const TextOf name(code->co_name);
  const uint32_t line = state.role == CodeRole::kModule
                            ? 1
                            : static_cast<uint32_t>(std::max(code->co_firstlineno, 0));
  std::string key = state.file->path;
  key.append("\n").append(std::to_string(line)).append("\n").append(name);
  const auto [known, is_new] = codes_.try_emplace(std::move(key), 0);
  if (is_new) known->second = writer_.AddCode(state.file->path, line, name);
  return known->second;
}

uint32_t Recorder::OpenModule(PyCodeObject* code, CodeState& state) {
  NoteImportInFork();
  if (is_stray_ || is_fork_ || current_ == kNothing) {
    Mark(code, state);
    return kNothing;
  }
  const uint32_t outer = current_;
  const uint32_t context = Begin(ContextKind::kModule, state.file->path);
  // pytest's own imports of conftests are known by where these are.
  if (is_child_ || outer != kSessionContext || !state.file->path.ends_with("/conftest.py"))
    Uses(outer, context);
  ++open_modules_;
  open_.push_back({.id = context, .is_module = true, .seen = {}});
  SwitchTo(context);
  Mark(code, state);
  return context;
}

void Recorder::CloseModule(uint32_t context, bool is_complete) {
  for (size_t i = open_.size(); i-- > 1;) {
    if (open_[i].id != context) continue;
    // Others above it are imports of other threads.
    open_.erase(open_.begin() + static_cast<ptrdiff_t>(i));
    --open_modules_;
    End(context, is_complete ? 0 : 1);
    return SwitchTo(open_.back().id);
  }
}

}  // namespace dxpy::bindings
