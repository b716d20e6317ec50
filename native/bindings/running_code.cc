#include "bindings/running_code.h"

#if PY_VERSION_HEX >= 0x030B0000
#define Py_BUILD_CORE 1
#include <internal/pycore_frame.h>
#undef Py_BUILD_CORE
#else
#include <frameobject.h>
#endif

namespace dxpy::bindings {

#if PY_VERSION_HEX >= 0x030B0000

namespace {

using Frame = _PyInterpreterFrame;

Frame* Innermost() {
#if PY_VERSION_HEX >= 0x030D0000
  return PyThreadState_Get()->current_frame;
#else
  return PyThreadState_Get()->cframe->current_frame;
#endif
}

// Those that have not begun, and the interpreter's own, are nobody's code.
Frame* Begun(Frame* frame) {
  while (frame != nullptr && _PyFrame_IsIncomplete(frame)) frame = frame->previous;
  return frame;
}

}  // namespace

RunningCode::RunningCode() : frame_(Begun(Innermost())) {}

PyCodeObject* RunningCode::code() const {
  if (frame_ == nullptr) return nullptr;
#if PY_VERSION_HEX >= 0x030D0000
  return _PyFrame_GetCode(static_cast<Frame*>(frame_));
#else
  return static_cast<Frame*>(frame_)->f_code;
#endif
}

void RunningCode::GoOut() { frame_ = Begun(static_cast<Frame*>(frame_)->previous); }

#else

RunningCode::RunningCode() : frame_(PyThreadState_Get()->frame) {}

PyCodeObject* RunningCode::code() const {
  return frame_ != nullptr ? static_cast<PyFrameObject*>(frame_)->f_code : nullptr;
}

void RunningCode::GoOut() { frame_ = static_cast<PyFrameObject*>(frame_)->f_back; }

#endif

}  // namespace dxpy::bindings
