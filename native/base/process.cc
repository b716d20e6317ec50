#include "base/process.h"

#include <dirent.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"

namespace dxpy {

namespace {

constexpr size_t kMaxMessageBytes = 64 * 1024;
constexpr size_t kMaxFds = 8;

// Room for the ancillary data of kMaxFds descriptors, aligned as cmsghdr needs it.
union ControlBuffer {
  cmsghdr header;
  std::array<char, CMSG_SPACE(sizeof(int) * kMaxFds)> bytes;
};

std::vector<UniqueFd> TakeFds(msghdr& message) {
  std::vector<UniqueFd> fds;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
      fds.emplace_back(fd);
    }
  }
  return fds;
}

// The receiver has no room for more, and would cut it off in silence.
void CheckCount(size_t count, size_t most, const char* what) {
  if (count > most) {
    throw Error("sendmsg: " + std::to_string(count) + " " + what + " are more than the " +
                std::to_string(most) + " of a message");
  }
}

}  // namespace

std::pair<UniqueFd, UniqueFd> MakeSocketPair() {
  std::array<int, 2> fds{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()) != 0)
    throw SystemError("socketpair", errno);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

bool SendMessage(int socket, std::string_view bytes, std::span<const int> fds) {
  CheckCount(bytes.size(), kMaxMessageBytes, "bytes");
  CheckCount(fds.size(), kMaxFds, "descriptors");
  iovec data{const_cast<char*>(bytes.data()), bytes.size()};
  ControlBuffer control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control.bytes.data();
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(part), fds.data(), fds.size_bytes());
  }
  for (;;) {
    if (sendmsg(socket, &message, MSG_NOSIGNAL) >= 0) return true;
    if (errno == EPIPE || errno == ECONNRESET) return false;
    if (errno != EINTR) throw SystemError("sendmsg", errno);
  }
}

std::optional<Message> ReceiveMessage(int socket) {
  Message received{std::string(kMaxMessageBytes, '\0'), {}};
  iovec data{received.bytes.data(), received.bytes.size()};
  ControlBuffer control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  for (;;) {
    const ssize_t size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (size == 0 || (size < 0 && errno == ECONNRESET)) return std::nullopt;
    if (size > 0) {
      received.bytes.resize(static_cast<size_t>(size));
      received.fds = TakeFds(message);
      return received;
    }
    if (errno != EINTR) throw SystemError("recvmsg", errno);
  }
}

bool DieWithParent(int parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before the call above.
  return getppid() == parent;
}

UniqueFd OpenPidFd(int pid) {
  const auto fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) throw SystemError("pidfd_open of process " + std::to_string(pid), errno);
  return UniqueFd(fd);
}

int CountThreads() {
  DIR* tasks = opendir("/proc/self/task");
  if (tasks == nullptr) return 1;
  int count = 0;
  while (const dirent* entry = readdir(tasks)) count += entry->d_name[0] != '.' ? 1 : 0;
  closedir(tasks);
  return count;
}

}  // namespace dxpy
