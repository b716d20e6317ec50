#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace dxpy::ring {

/// Sleeps while `word` holds `expected`. It may return early: callers look again.
/// Works across processes, so `word` may lie in shared memory.
/// @returns false at the time-out. nanoseconds::max() never times out; a time-out
///          that is not positive ends at once.
bool FutexWait(std::atomic<uint32_t>& word, uint32_t expected, std::chrono::nanoseconds timeout);

/// Wakes up to `sleepers` of those that sleep on `word`.
void FutexWake(std::atomic<uint32_t>& word, int sleepers);

}  // namespace dxpy::ring
