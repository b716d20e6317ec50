#pragma once

#include <cstddef>

namespace dxpy {

/// Gives this process copies of its own of the memory that it shares with the
/// process it was forked from: what it will write to anyway. All at once takes half
/// as long as one page fault after the other.
///
/// Only pages that are in memory, writable and shared are copied, and none where
/// they are more than `max_bytes` in all, or where the kernel cannot (before 5.14).
/// @returns  bytes that this process has for its own now and had not before.
size_t OwnSharedPages(size_t max_bytes);

}  // namespace dxpy
