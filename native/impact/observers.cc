#include "impact/observers.h"

#include <algorithm>
#include <array>

namespace dxpy::impact {
namespace {

struct Observer {
  std::string_view file;
  std::string_view function;
  Observed observed;
};

// What others call is enough: pathlib's exists() calls its stat(), pydoc.help() its getdoc().
constexpr std::array<Observer, 42> kObservers = {{
    {"genericpath.py", "exists", Observed::kPath},
    {"genericpath.py", "isfile", Observed::kPath},
    {"genericpath.py", "isdir", Observed::kPath},
    {"genericpath.py", "lexists", Observed::kPath},
    {"genericpath.py", "getsize", Observed::kStatus},
    {"genericpath.py", "getmtime", Observed::kStatus},
    {"genericpath.py", "getatime", Observed::kStatus},
    {"genericpath.py", "getctime", Observed::kStatus},
    {"posixpath.py", "lexists", Observed::kPath},
    {"posixpath.py", "islink", Observed::kPath},
    {"pathlib.py", "stat", Observed::kLooked},
    {"pathlib.py", "lstat", Observed::kLooked},
    {"pathlib/_abc.py", "stat", Observed::kLooked},
    {"pathlib/_abc.py", "lstat", Observed::kLooked},
    {"pathlib/_local.py", "stat", Observed::kLooked},
    {"pathlib/_local.py", "lstat", Observed::kLooked},
    {"pathlib/__init__.py", "stat", Observed::kLooked},
    {"pathlib/__init__.py", "lstat", Observed::kLooked},
    {"importlib/__init__.py", "import_module", Observed::kModule},
    {"linecache.py", "getlines", Observed::kLines},
    {"linecache.py", "updatecache", Observed::kLines},
    {"linecache.py", "checkcache", Observed::kLines},
    {"inspect.py", "getsource", Observed::kLines},
    {"inspect.py", "getsourcelines", Observed::kLines},
    {"inspect.py", "findsource", Observed::kLines},
    {"inspect.py", "getblock", Observed::kLines},
    {"inspect.py", "getcomments", Observed::kLines},
    {"inspect.py", "getframeinfo", Observed::kLines},
    {"inspect.py", "getlineno", Observed::kLines},
    {"inspect.py", "getdoc", Observed::kDocs},
    {"inspect.py", "cleandoc", Observed::kDocs},
    {"pydoc.py", "getdoc", Observed::kDocs},
    {"pydoc.py", "_getdoc", Observed::kDocs},
    {"pydoc.py", "render_doc", Observed::kDocs},
    {"pydoc.py", "doc", Observed::kDocs},
    {"doctest.py", "find", Observed::kDocs},
    {"doctest.py", "testmod", Observed::kDocs},
    {"doctest.py", "testfile", Observed::kDocs},
    {"doctest.py", "run_docstring_examples", Observed::kDocs},
    {"doctest.py", "testsource", Observed::kDocs},
    {"multiprocessing/forkserver.py", "connect_to_new_process", Observed::kForked},
    {"multiprocessing/util.py", "spawnv_passfds", Observed::kSpawned},
}};

constexpr std::array<std::string_view, 15> kHelpers = {
    "genericpath.py", "posixpath.py",     "os.py",
    "pathlib.py",     "pathlib/_abc.py",  "pathlib/_local.py",
    "pathlib/_os.py", "pathlib/types.py", "pathlib/__init__.py",
    "glob.py",        "shutil.py",        "tempfile.py",
    "linecache.py",   "zipimport.py",     "importlib/_bootstrap_external.py",
};

// Frozen modules are named, files have a path.
bool IsFile(std::string_view filename, std::string_view file) {
  constexpr std::string_view kFrozen = "<frozen ";
  if (filename.starts_with(kFrozen)) {
    const std::string_view module = filename.substr(kFrozen.size(), filename.size() - 9);
    return file.size() == module.size() + 3 && file.starts_with(module);
  }
  return filename.ends_with(file) && filename.size() > file.size() &&
         filename[filename.size() - file.size() - 1] == '/';
}

}  // namespace

bool HasObservers(std::string_view filename) {
  const char* asked = nullptr;  // entries of one file mostly stand together, and share its name
  for (const Observer& each : kObservers) {
    if (each.file.data() == asked) continue;
    asked = each.file.data();
    if (IsFile(filename, each.file)) return true;
  }
  return false;
}

bool FindsPaths(std::string_view filename) {
  return std::ranges::any_of(kHelpers,
                             [&](std::string_view each) { return IsFile(filename, each); });
}

Observed ObservedBy(std::string_view filename, std::string_view name) {
  for (const Observer& each : kObservers)
    if (name == each.function && IsFile(filename, each.file)) return each.observed;
  return Observed::kNothing;
}

}  // namespace dxpy::impact
