#include "base/process.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"

namespace dxpy {
namespace {

template <typename Call>
std::string Thrown(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

/// A forked process that runs `body`.
template <typename Body>
int Fork(Body body) {
  const int pid = fork();
  if (pid != 0) return pid;
  body();
  _exit(0);  // not exit: the parent's test framework is not ours to end
}

[[noreturn]] void Forever() {
  for (;;) pause();
}

void WaitUntilDead(const UniqueFd& pidfd) {
  pollfd readable{pidfd.get(), POLLIN, 0};
  while (poll(&readable, 1, -1) != 1) continue;
}

bool IsAlive(const UniqueFd& pidfd) {
  pollfd readable{pidfd.get(), POLLIN, 0};
  return poll(&readable, 1, 0) == 0;
}

/// "text +2", where two descriptors came with it; "gone" where nothing will come.
std::string Receive(const UniqueFd& socket) {
  const std::optional<Message> message = ReceiveMessage(socket.get());
  if (!message) return "gone";
  return message->bytes + (message->fds.empty() ? "" : " +" + std::to_string(message->fds.size()));
}

bool Send(const UniqueFd& socket, std::string_view bytes, const std::vector<int>& fds = {}) {
  return SendMessage(socket.get(), bytes, fds);
}

int CountFds() {
  int count = 0;
  for (int fd = 0; fd < 256; ++fd) count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

// Messages.

TEST_CASE("messages keep their bounds and their order") {
  const auto [left, right] = MakeSocketPair();
  CHECK(Send(left, "one"));
  CHECK(Send(left, std::string("t\0o", 3)));
  CHECK(Send(right, "back"));
  CHECK(Receive(right) == "one");
  CHECK(Receive(right) == std::string("t\0o", 3));
  CHECK(Receive(left) == "back");
}

TEST_CASE("a pair is closed in programs that are started") {
  const auto [left, right] = MakeSocketPair();
  CHECK(fcntl(left.get(), F_GETFD) == FD_CLOEXEC);
  CHECK(fcntl(right.get(), F_GETFD) == FD_CLOEXEC);
}

TEST_CASE("descriptors travel as copies that are closed in programs that are started") {
  const auto [left, right] = MakeSocketPair();
  auto [sent, other] = MakeSocketPair();
  CHECK(Send(left, "x", {sent.get()}));
  sent = UniqueFd();
  const std::optional<Message> message = ReceiveMessage(right.get());
  REQUIRE(message->fds.size() == 1);
  CHECK(fcntl(message->fds[0].get(), F_GETFD) == FD_CLOEXEC);
  CHECK(Send(message->fds[0], "through the copy"));
  CHECK(Receive(other) == "through the copy");
}

TEST_CASE("eight descriptors travel with a message, and no more") {
  const auto [left, right] = MakeSocketPair();
  for (size_t count = 0; count <= 8; ++count) {
    CHECK(Send(left, "x", std::vector<int>(count, left.get())));
    CHECK(Receive(right) == (count == 0 ? "x" : "x +" + std::to_string(count)));
  }
  CHECK(Thrown([&left = left] { Send(left, "x", std::vector<int>(9, left.get())); }) ==
        "sendmsg: 9 descriptors are more than the 8 of a message");
}

TEST_CASE("a message holds up to 64 KiB") {
  const auto [left, right] = MakeSocketPair();
  const std::string most(size_t{64} * 1024, 'm');
  CHECK(Send(left, most));
  CHECK(Receive(right) == most);
  CHECK(Thrown([&, &left = left] { Send(left, most + "x"); }) ==
        "sendmsg: 65537 bytes are more than the 65536 of a message");
  CHECK(Send(left, "next"));
  CHECK(Receive(right) == "next");
}

TEST_CASE("receiving leaves no descriptor behind") {
  const auto [left, right] = MakeSocketPair();
  const int before = CountFds();
  CHECK(Send(left, "x", {0, 1, 2}));
  CHECK(Receive(right) == "x +3");
  CHECK(CountFds() == before);
}

TEST_CASE("what was sent before the other side went still arrives") {
  auto [left, right] = MakeSocketPair();
  CHECK(Send(left, "last"));
  left = UniqueFd();
  CHECK(Receive(right) == "last");
  CHECK(Receive(right) == "gone");
  CHECK_FALSE(Send(right, "x"));
}

TEST_CASE("the other side may go with our message unread") {
  auto [left, right] = MakeSocketPair();
  CHECK(Send(right, "unread"));
  left = UniqueFd();
  CHECK_FALSE(Send(right, "x"));
  CHECK(Receive(right) == "gone");
}

TEST_CASE("a descriptor that is no socket is an error") {
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  CHECK(Thrown([&] { Send(null, "x"); }) == "sendmsg: Socket operation on non-socket");
  CHECK(Thrown([&] { Receive(null); }) == "recvmsg: Socket operation on non-socket");
  CHECK(Thrown([] { Receive(UniqueFd()); }) == "recvmsg: Bad file descriptor");
}

std::atomic<int> handled{0};

/// Counts SIGUSR1, whose handler interrupts system calls.
class Interruptions {
 public:
  Interruptions() {
    struct sigaction action{};
    action.sa_handler = [](int) { ++handled; };  // without SA_RESTART
    sigaction(SIGUSR1, &action, &before_);
    handled = 0;
  }
  ~Interruptions() { sigaction(SIGUSR1, &before_, nullptr); }
  Interruptions(const Interruptions&) = delete;
  Interruptions& operator=(const Interruptions&) = delete;

 private:
  struct sigaction before_{};
};

/// Signals `thread` until a hundred signals were handled. Again and again, not one
/// signal for each: the thread sanitizer keeps one that comes just before a system
/// call until after it, and the call may be the one that waits for what we send later.
void Pester(pthread_t thread) {
  while (handled < 100) {
    pthread_kill(thread, SIGUSR1);
    std::this_thread::yield();
  }
}

TEST_CASE("signals do not end the wait for a message") {
  const Interruptions interruptions;
  const auto [left, right] = MakeSocketPair();
  std::string received;
  std::thread receiver([&, &right = right] { received = Receive(right); });
  Pester(receiver.native_handle());
  CHECK(Send(left, "at last"));
  receiver.join();
  CHECK(received == "at last");
}

TEST_CASE("signals do not end the wait for room") {
  const Interruptions interruptions;
  const auto [left, right] = MakeSocketPair();
  constexpr int kMessages = 200;  // more than the socket holds
  bool sent = true;
  std::thread sender([&, &left = left] {
    for (int i = 0; i < kMessages; ++i) sent = sent && Send(left, std::string(10'000, 'x'));
  });
  Pester(sender.native_handle());
  for (int i = 0; i < kMessages; ++i) CHECK(Receive(right).size() == 10'000);
  sender.join();
  CHECK(sent);
}

// Deaths.

TEST_CASE("a process dies with its parent") {
  const auto [mine, theirs] = MakeSocketPair();
  const int middle = Fork([&, &theirs = theirs] {
    const int parent = getpid();
    const int child = Fork([&] {
      Send(theirs, DieWithParent(parent) ? "watched" : "orphan");
      Forever();
    });
    const UniqueFd pidfd = OpenPidFd(child);
    Send(theirs, "child", {pidfd.get()});
    Forever();
  });
  UniqueFd child;
  bool watched = false;
  for (int i = 0; i < 2; ++i) {
    std::optional<Message> message = ReceiveMessage(mine.get());
    watched |= message->bytes == "watched";
    if (message->bytes == "child") child = std::move(message->fds.at(0));
  }
  CHECK(watched);
  CHECK(IsAlive(child));
  kill(middle, SIGKILL);
  WaitUntilDead(child);
  waitpid(middle, nullptr, 0);
}

TEST_CASE("a process whose parent died first is told so") {
  const auto [mine, theirs] = MakeSocketPair();
  const int middle = Fork([&, &theirs = theirs] {
    const UniqueFd parent = OpenPidFd(getpid());
    const int pid = getpid();
    Fork([&] {
      WaitUntilDead(parent);
      Send(theirs, DieWithParent(pid) ? "watched" : "orphan");
    });
  });
  waitpid(middle, nullptr, 0);
  CHECK(Receive(mine) == "orphan");
}

TEST_CASE("a process that dies with its parent is a group of its own") {
  const auto [mine, theirs] = MakeSocketPair();
  const int parent = getpid();
  const int child = Fork([&, &theirs = theirs] {
    DieWithParent(parent);
    Send(theirs, getpgrp() == getpid() ? "alone" : "with others");
  });
  CHECK(Receive(mine) == "alone");
  waitpid(child, nullptr, 0);
}

TEST_CASE("a pidfd is readable once its process has ended") {
  const int child = Fork(Forever);
  const UniqueFd pidfd = OpenPidFd(child);
  CHECK(fcntl(pidfd.get(), F_GETFD) == FD_CLOEXEC);
  CHECK(IsAlive(pidfd));
  kill(child, SIGKILL);
  WaitUntilDead(pidfd);
  waitpid(child, nullptr, 0);
  CHECK(Thrown([&] { OpenPidFd(child); }) ==
        "pidfd_open of process " + std::to_string(child) + ": No such process");
}

TEST_CASE("a pidfd of no process is an error that names it") {
  CHECK(Thrown([] { OpenPidFd(0); }) == "pidfd_open of process 0: Invalid argument");
  CHECK(Thrown([] { OpenPidFd(-1); }) == "pidfd_open of process -1: Invalid argument");
}

TEST_CASE("threads are counted") {
  const int before = CountThreads();
  const auto [left, right] = MakeSocketPair();
  std::thread thread([&left = left] { Receive(left); });
  CHECK(CountThreads() == before + 1);
  Send(right, "end");
  thread.join();
}

}  // namespace
}  // namespace dxpy
