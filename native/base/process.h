#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.h"

namespace dxpy {

/// A connected pair of SOCK_SEQPACKET sockets, both close-on-exec.
std::pair<UniqueFd, UniqueFd> MakeSocketPair();

/// Sends one message (at most 64 KiB, not empty) and copies of at most 8 descriptors.
/// @returns false where the other side is gone.
/// @throws Error  more than that; any other failure.
bool SendMessage(int socket, std::string_view bytes, std::span<const int> fds);

struct Message {
  std::string bytes;
  std::vector<UniqueFd> fds;
};

/// The next message, or nullopt where the
/// other side is gone. Signals do not end the wait.
std::optional<Message> ReceiveMessage(int socket);

/// Asks the kernel to kill this process with its parent, and puts it into a
/// process group of its own, so that the terminal's Ctrl-C reaches only the
/// controller. @returns false where the parent is no longer `parent`.
bool DieWithParent(int parent);

/// A descriptor that is readable once the process has ended.
/// @throws Error  no such process.
UniqueFd OpenPidFd(int pid);

/// How many threads this process has, those of native libraries included.
int CountThreads();

}  // namespace dxpy
