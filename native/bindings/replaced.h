#pragma once

#include <Python.h>

#include <cstddef>

namespace dxpy::bindings {

/// Where one of the interpreter's own functions is to be found.
struct Place {
  const char* module;
  const char* name;
};

/// What stands there; borrowed, null: nothing, or the module was not imported.
PyObject* Named(const char* module, const char* name);

/// Puts `now` in those places where `was` stands. Nothing is done where one of them is null.
void Replace(const Place* places, size_t count, PyObject* was, PyObject* now);

template <size_t Count>
void Replace(const Place (&places)[Count], PyObject* was, PyObject* now) {
  Replace(places, Count, was, now);
}

}  // namespace dxpy::bindings
