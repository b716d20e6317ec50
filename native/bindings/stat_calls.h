#pragma once

/// Calls of os.stat, os.lstat and os.access, of which the interpreter raises no audit event.
///
/// They are put in front of those in `os`; `posix`, by which the import system looks for sources,
/// stays as it is. All of it is called with the GIL.
namespace dxpy::bindings::stat_calls {

void Watch();
/// Nobody else has them then but who has taken them out of `os` meanwhile.
void Unwatch();

}  // namespace dxpy::bindings::stat_calls
