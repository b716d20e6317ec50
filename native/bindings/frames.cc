// What the recorder reads of Python's objects: texts, frames, arguments of watched code.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

#include "bindings/children.h"
#include "bindings/recorder.h"
#include "bindings/running_code.h"

namespace dxpy::bindings {

using impact::Asker;
using impact::Observed;

namespace {

// Callers are looked through for so many frames; who is deeper in helpers counts.
constexpr int kMostFrames = 40;

// importlib._bootstrap._resolve_name: "..a" in the package "b.c" is "b.a"; empty where it is none.
std::string ResolvedName(std::string_view name, std::string_view package) {
  if (!name.starts_with('.')) return std::string(name);
  name.remove_prefix(1);
  while (name.starts_with('.')) {
    const size_t dot = package.rfind('.');
    if (dot == std::string_view::npos) return {};
    package = package.substr(0, dot);
    name.remove_prefix(1);
  }
  std::string resolved(package);
  if (!name.empty()) resolved.append(".").append(name);
  return resolved;
}

}  // namespace

TextOf::TextOf(PyObject* text) { Read(text); }

TextOf::TextOf(TextOf&& other) noexcept : owned_(other.owned_), text_(other.text_) {
  other.owned_ = nullptr;
}

void TextOf::Read(PyObject* object) {
  if (object == nullptr) return;
  if (PyUnicode_Check(object)) {
    Py_ssize_t size = 0;
    if (const char* const bytes = PyUnicode_AsUTF8AndSize(object, &size)) {
      text_ = {bytes, static_cast<size_t>(size)};
      return;
    }
    PyErr_Clear();  // it has surrogates: bytes of a file system in another encoding
    owned_ = PyUnicode_EncodeFSDefault(object);
    object = owned_;
  }
  if (object != nullptr && PyBytes_Check(object))
    text_ = {PyBytes_AS_STRING(object), static_cast<size_t>(PyBytes_GET_SIZE(object))};
  if (text_.find('\0') != std::string_view::npos) text_ = {};
  PyErr_Clear();
}

TextOf TextOf::Path(PyObject* path) {
  TextOf text;
  if (path == nullptr || PyUnicode_Check(path) || PyBytes_Check(path)) {
    text.Read(path);
  } else if (path == Py_None) {
    text.text_ = ".";
  } else if (PyLong_Check(path)) {
    const std::string link = "/proc/self/fd/" + std::to_string(PyLong_AsLong(path));
    std::array<char, PATH_MAX> buffer;
    const ssize_t size = ::readlink(link.c_str(), buffer.data(), buffer.size());
    if (size > 0 && buffer[0] == '/') {
      text.owned_ = PyBytes_FromStringAndSize(buffer.data(), size);
      text.text_ = {PyBytes_AS_STRING(text.owned_), static_cast<size_t>(size)};
    }
  } else if (PyObject* const converted = PyOS_FSPath(path)) {
    text.Read(converted);
    if (text.owned_ == nullptr) {
      text.owned_ = converted;
    } else {
      Py_DECREF(converted);
    }
  }
  PyErr_Clear();
  return text;
}

const impact::CodeFile& Recorder::FileOf(PyCodeObject* code) {
  // Code objects of one file share its name; what is neither a file nor frozen has a new one each
  // time.
  PyObject* const name = code->co_filename;
  if (name == last_name_) return *last_file_;
  if (const auto known = by_name_.find(name); known != by_name_.end()) {
    last_name_ = name;
    last_file_ = known->second;
    return *known->second;
  }
  const TextOf text(name);
  const std::string_view view = text;
  const impact::CodeFile& file = files_.Of(view);
  if (view.empty() || (view.starts_with('<') && !view.starts_with("<frozen "))) return file;
  Py_INCREF(name);
  by_name_.emplace(name, &file);
  return file;
}

Asker Recorder::WhoAsks() {
  RunningCode running;
  if (running.code() == nullptr && is_child_) return Asker::kProgram;
  Asker asker = Asker::kPasses;
  for (int depth = 0; running.code() != nullptr && depth < kMostFrames; ++depth) {
    asker = FileOf(running.code()).asker;
    if (asker != Asker::kPasses) break;
    running.GoOut();
  }
  return asker == Asker::kPasses ? Asker::kCounts : asker;
}

// On 3.10 and 3.11 the frame of who is asked does not run yet.
bool Recorder::IsAskedByHelper(const CodeState& asked) {
  bool is_helper = false;
  RunningCode running;
  for (bool is_asked = true; running.code() != nullptr && is_asked; running.GoOut()) {
    const CodeState* const known = Known(running.code());
    is_asked = known != nullptr && known->observed == asked.observed;
    is_helper = FileOf(running.code()).finds_paths;
  }
  return is_helper;
}

// The first-party functions that run in this thread, up to who runs the tests, or to the import of
// a module: what an import leads to belongs to the module.
uint32_t Recorder::MemoryOfStack() {
  if (!functions_) return kSessionContext;
  std::vector<uint32_t> codes;
  RunningCode running;
  for (bool is_last = false; running.code() != nullptr && !is_last; running.GoOut()) {
    PyCodeObject* const code = running.code();
    CodeState& state = StateOf(code);
    is_last = state.role == CodeRole::kModule || code == runner_;
    if (state.role != CodeRole::kFunction) continue;
    if (state.number == kNothing) state.number = NumberOf(code, state);
    codes.push_back(state.number);
  }
  if (codes.empty()) return kNothing;
  std::ranges::sort(codes);
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  const auto [known, is_new] = memories_.try_emplace(std::move(codes), kNothing);
  if (is_new) {
    known->second = Begin(impact::ContextKind::kMemory, "");
    for (const uint32_t code : known->first) writer_.Ran(known->second, code);
  }
  return known->second;
}

void Recorder::Observe(const CodeState& state, PyObject* first, PyObject* second) {
  const KeepError keep;
  if (active_ != this) return;
  switch (state.observed) {
    case Observed::kPath:
      if (first != nullptr && !PyLong_Check(first)) Touch(impact::PathUse::kMissing, first);
      return;
    case Observed::kStatus:
      if (first != nullptr && !PyLong_Check(first)) Touch(impact::PathUse::kRead, first);
      return;
    case Observed::kLooked:
      if (first != nullptr && !PyLong_Check(first)) LookAt(first, !IsAskedByHelper(state));
      return;
    case Observed::kModule: {
      const TextOf name(first);
      const TextOf package(second);
      const std::string resolved = ResolvedName(name, package);
      if (!resolved.empty() && WhoAsks() == Asker::kCounts) Asked(resolved, true);
      return;
    }
    case Observed::kLines:
    case Observed::kDocs: {
      const bool is_lines = state.observed == Observed::kLines;
      const uint32_t flag = is_lines ? impact::kObservedLines : impact::kObservedDocs;
      if ((open_.back().flags & flag) == 0 && WhoAsks() == Asker::kCounts)
        Flag(flag, is_lines ? "lines of sources were read" : "docstrings were read");
      return;
    }
    case Observed::kForked:
      return StartProcess("multiprocessing.forkserver");
    case Observed::kSpawned:
      if (!children::Sees()) StartProcess("multiprocessing.util.spawnv_passfds");
      return;
    case Observed::kNothing:
      return;
  }
}

}  // namespace dxpy::bindings
