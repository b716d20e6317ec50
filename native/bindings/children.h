#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

namespace dxpy::bindings {

class Recorder;

/// Processes that this one starts, and what this one leaves where it was started itself: see
/// impact/child_traces.h and docs/decisions/0014-children.md.
///
/// Whatever is not seen to be recorded is a process that was started, and no more: who tells of a
/// start asks Sees(), and what Sees() vouches for ends as a child with a token, or as that.
namespace children {

/// The variable by which a process learns where to leave its trace: "ADDRESS", or
/// "ADDRESS;PARENT;TOKEN" for the one process that is to do so.
inline constexpr std::string_view kVariable = "DXPY_CHILDREN";

/// Puts our functions in place of those that start processes. @param address  of a ChildFile.
void Watch(std::string_view address);
/// Puts them back where ours still are.
void Unwatch();
/// Whether a start by subprocess or multiprocessing, which is about to be, comes by our functions.
bool Sees();
/// Whether this thread is in one of ours.
bool IsStarting();
/// A text that no other start of this run has.
std::string NewToken();
/// Who is to be told of a process that this thread starts; null: nobody.
Recorder* Watcher();

/// This process was started so. @returns  whether its trace will count.
bool BeginReport(std::string_view address, std::string_view token);
/// The program ends; its modules are still there. What runs from here on is recorded, too.
void PrepareReport(Recorder& recorder);
/// The interpreter ends: no Python runs any more.
void CompleteReport(Recorder& recorder);
/// This process will leave no trace.
void GiveUp();
/// Whether it is to leave one.
bool IsReporting();

}  // namespace children
}  // namespace dxpy::bindings
