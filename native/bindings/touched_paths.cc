// Which files and folders are used: the part of the recorder that decides what counts of them.

#include <fcntl.h>
#include <sys/stat.h>

#include "bindings/recorder.h"

namespace dxpy::bindings {

using impact::Asker;
using impact::PathUse;

namespace {

// A kind of OpenContext::seen, beside the digits of paths and the letters of recorder.cc.
constexpr char kProcess = 'p';

char KindOf(PathUse use) { return static_cast<char>('0' + static_cast<int>(use)); }

bool IsSource(std::string_view path) {
  return path.ends_with(".py") || path.ends_with(".pyc") || path.ends_with(".pyw");
}

}  // namespace

bool Recorder::IsNew(char kind, std::string_view text) {
  std::string key(1, kind);
  return open_.back().seen.insert(key.append(text)).second;
}

bool Recorder::WasSeen(char kind, std::string_view text) const {
  std::string key(1, kind);
  return open_.back().seen.contains(key.append(text));
}

// The absolute path of what is used; empty where it does not count, or not for who asks.
std::string Recorder::Counted(PathUse use, PyObject* path) {
  const TextOf text = TextOf::Path(path);
  if (text.empty() || is_stray_) return {};
  std::string absolute(tree_.Absolute(text));
  const bool counts = !absolute.empty() && tree_.Counts(absolute) &&
                      (WasSeen(KindOf(use), absolute) || !Ignores(use, absolute));
  return counts ? absolute : std::string();
}

void Recorder::Touch(PathUse use, PyObject* path) {
  if (const std::string counted = Counted(use, path); !counted.empty()) TouchAbsolute(use, counted);
}

void Recorder::TouchAbsolute(PathUse use, const std::string& path) {
  // What a context has made itself, it does not depend on.
  if (use != PathUse::kWritten && WasSeen(KindOf(PathUse::kWritten), path)) return;
  if (IsNew(KindOf(use), path)) writer_.Path(current_, use, path);
  if (use == PathUse::kWritten) return;
  const uint32_t memory = MemoryOfStack();
  if (IsRemembered(memory, KindOf(use), path)) writer_.Path(memory, use, path);
}

void Recorder::StartProcess(std::string_view how) {
  if (WhoAsks() == Asker::kReports) return;
  Flag(impact::kStartedProcess, how);
  const uint32_t memory = MemoryOfStack();
  if (IsRemembered(memory, kProcess, {})) writer_.Flag(memory, impact::kStartedProcess, how);
}

// Whether that is worth a record: nothing of this kind was written of these functions.
bool Recorder::IsRemembered(uint32_t memory, char kind, std::string_view text) {
  if (memory == kNothing) return false;
  std::string key = std::to_string(memory) + kind;
  return remembered_.insert(key.append(text)).second;
}

void Recorder::ShowTraceback() {
  if (is_child_) Flag(impact::kObservedLines, "a traceback was shown");
}

bool Recorder::Ignores(PathUse use, std::string_view path) {
  switch (WhoAsks()) {
    case Asker::kReports:
      return true;
    case Asker::kImports:
      return use != PathUse::kRead || IsSource(path);
    case Asker::kProgram:
      if (!IsSource(path)) return false;
      if (!opens_program_) ShowTraceback();  // of a thread
      opens_program_ = false;
      return true;  // it will run, or has
    default:
      return false;
  }
}

void Recorder::LookAt(PyObject* path, bool at_size) {
  if (!at_size) return Touch(PathUse::kMissing, path);
  const std::string absolute = Counted(PathUse::kMissing, path);
  if (absolute.empty()) return;
  struct stat found{};
  const bool is_file = ::stat(absolute.c_str(), &found) == 0 && S_ISREG(found.st_mode);
  TouchAbsolute(is_file ? PathUse::kRead : PathUse::kMissing, absolute);
}

void Recorder::Open(PyObject* path, int flags) {
  const bool is_empty_then = (flags & O_TRUNC) != 0 || (flags & O_EXCL) != 0;
  const int access = flags & O_ACCMODE;
  const bool reads = access == O_RDONLY || (access == O_RDWR && !is_empty_then);
  const bool writes = access != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
  if (!writes) {
    const std::string absolute = Counted(PathUse::kRead, path);
    if (absolute.empty()) return;
    struct stat found{};
    if (::stat(absolute.c_str(), &found) != 0) {
      TouchAbsolute(PathUse::kMissing, absolute);
      TouchAbsolute(PathUse::kRead, absolute);
    } else {
      TouchAbsolute(S_ISDIR(found.st_mode) ? PathUse::kListed : PathUse::kRead, absolute);
    }
    return;
  }
  if (reads) Touch(PathUse::kRead, path);
  Touch(PathUse::kWritten, path);
}

}  // namespace dxpy::bindings
