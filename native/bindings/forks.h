#pragma once

#include <string_view>

namespace dxpy::bindings::forks {

// Processes that os.fork() makes of one that records, a test of multiprocessing's say. They go on
// recording, and hand out each record before they do what it tells, so that it does not matter how
// they end: see impact/traced_fork.h and docs/decisions/0014-children.md.
//
// A fork by any other way records nothing: see Recorder::is_stray().

/// Puts our function in place of os.fork. @param address  of a ChildFile.
void Watch(std::string_view address);
/// Puts it back where ours still is.
void Unwatch();
/// Whether this thread is in ours, and the fork will be recorded.
bool IsExpected();

}  // namespace dxpy::bindings::forks
