#include "bindings/stat_calls.h"

#include <array>
#include <string_view>

#include "bindings/recorder.h"
#include "bindings/replaced.h"
#include "bindings/running_code.h"
#include "impact/observers.h"

namespace dxpy::bindings::stat_calls {
namespace {

// Sets in `os` that tell what a function is able to do.
constexpr std::array<const char*, 4> kAbilities = {"supports_dir_fd", "supports_effective_ids",
                                                   "supports_fd", "supports_follow_symlinks"};

struct Watched {
  const char* name;
  bool tells_size;
  PyMethodDef method;
  PyObject* original = nullptr;
  PyObject* ours = nullptr;
};

// Of the function that calls, if it is Python's.
bool IsHelper(Recorder& recorder) {
  PyCodeObject* const code = RunningCode().code();
  return code != nullptr && recorder.FileOf(code).finds_paths;
}

// The value of a keyword; borrowed, null: it is not there.
PyObject* Keyword(PyObject* const* args, Py_ssize_t count, PyObject* names, const char* name) {
  const Py_ssize_t keywords = names != nullptr ? PyTuple_GET_SIZE(names) : 0;
  for (Py_ssize_t i = 0; i < keywords; ++i)
    if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, i), name) == 0)
      return args[count + i];
  return nullptr;
}

void Note(const Watched& watched, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  Recorder* const recorder = Recorder::active();
  if (recorder == nullptr || Recorder::current() == kNothing || Recorder::is_stray()) return;
  const KeepError keep;
  PyObject* const path = count > 0 ? args[0] : Keyword(args, count, names, "path");
  if (path == nullptr || PyLong_Check(path) || IsHelper(*recorder)) return;
  PyObject* const folder = Keyword(args, count, names, "dir_fd");
  if (folder != nullptr && folder != Py_None) {
    recorder->Flag(impact::kIncomplete, "a file was looked at by way of a descriptor");
  } else {
    recorder->LookAt(path, watched.tells_size);
  }
}

template <size_t Index>
PyObject* Call(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names);

template <size_t Index>
constexpr PyMethodDef Method(const char* name) {
  return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&Call<Index>)),
          METH_FASTCALL | METH_KEYWORDS, nullptr};
}

std::array<Watched, 3> all = {{
    {"stat", true, Method<0>("stat")},
    {"lstat", true, Method<1>("lstat")},
    {"access", false, Method<2>("access")},
}};

template <size_t Index>
PyObject* Call(PyObject* /*self*/, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  Note(all[Index], args, count, names);
  return PyObject_Vectorcall(all[Index].original, args, static_cast<size_t>(count), names);
}

void PutIn(const Watched& watched, PyObject* was, PyObject* now) {
  const std::array<Place, 1> places = {{{"os", watched.name}}};
  Replace(places.data(), places.size(), was, now);
  for (const char* const name : kAbilities) {
    PyObject* const able = Named("os", name);
    if (able == nullptr || !PySet_Check(able) || PySet_Discard(able, was) <= 0) continue;
    PySet_Add(able, now);
  }
  PyErr_Clear();
}

}  // namespace

void Watch() {
  const KeepError keep;
  for (Watched& watched : all) {
    if (watched.original == nullptr) {
      PyObject* const found = Named("posix", watched.name);
      if (found == nullptr || !PyCFunction_Check(found)) continue;
      // To whoever looks at ours, it is the one that was there.
      const auto* const function = reinterpret_cast<PyCFunctionObject*>(found);
      watched.method.ml_doc = function->m_ml->ml_doc;
      watched.ours = PyCFunction_NewEx(&watched.method, function->m_self, function->m_module);
      watched.original = Py_NewRef(found);
    }
    PutIn(watched, watched.original, watched.ours);
  }
}

void Unwatch() {
  const KeepError keep;
  for (const Watched& watched : all)
    if (watched.ours != nullptr) PutIn(watched, watched.ours, watched.original);
}

}  // namespace dxpy::bindings::stat_calls
