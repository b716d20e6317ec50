#pragma once

#include <Python.h>

namespace dxpy::bindings {

/// Goes through the code that runs in this thread, from the innermost frame outwards. To be used
/// with the GIL, and before the innermost frame goes on.
///
/// PyFrame_GetBack() would make an object for each frame, which is kept as long as the frame runs:
/// at the depth of pytest that takes as long as all else that is recorded of a file.
class RunningCode {
 public:
  RunningCode();
  /// Borrowed from its frame; null: there is no more.
  [[nodiscard]] PyCodeObject* code() const;
  void GoOut();

 private:
  void* frame_;
};

}  // namespace dxpy::bindings
