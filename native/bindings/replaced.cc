#include "bindings/replaced.h"

namespace dxpy::bindings {
namespace {

// The dictionary of a module that is there; borrowed.
PyObject* NamesOf(const char* module) {
  PyObject* const modules = PyImport_GetModuleDict();
  PyObject* const found =
      modules != nullptr && PyDict_Check(modules) ? PyDict_GetItemString(modules, module) : nullptr;
  return found != nullptr && PyModule_Check(found) ? PyModule_GetDict(found) : nullptr;
}

}  // namespace

PyObject* Named(const char* module, const char* name) {
  PyObject* const names = NamesOf(module);
  return names != nullptr ? PyDict_GetItemString(names, name) : nullptr;
}

void Replace(const Place* places, size_t count, PyObject* was, PyObject* now) {
  if (was == nullptr || now == nullptr) return;
  for (const Place* place = places; place != places + count; ++place)
    if (Named(place->module, place->name) == was)
      PyDict_SetItemString(NamesOf(place->module), place->name, now);
}

}  // namespace dxpy::bindings
