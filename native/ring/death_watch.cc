#include "ring/death_watch.h"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <utility>

#include "base/error.h"

namespace dxpy::ring {

namespace {

constexpr uint64_t kStopSerial = 0;

void Add(int epoll, int fd, uint64_t serial) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = serial;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    throw SystemError("death watch: descriptor " + std::to_string(fd), errno);
}

// By hand, though the descriptor is about to be closed: epoll holds on to what a
// forked child has inherited.
void Remove(int epoll, int fd) { epoll_ctl(epoll, EPOLL_CTL_DEL, fd, nullptr); }

}  // namespace

DeathWatch::DeathWatch(Doorbell bell)
    : bell_(bell), epoll_(epoll_create1(EPOLL_CLOEXEC)), stop_(eventfd(0, EFD_CLOEXEC)) {
  if (epoll_.get() < 0 || stop_.get() < 0) throw SystemError("death watch", errno);
  Add(epoll_.get(), stop_.get(), kStopSerial);
  // A thread inherits the mask of its maker, so there is no moment at which the
  // new one could take a signal.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

DeathWatch::~DeathWatch() {
  eventfd_write(stop_.get(), 1);
  thread_.join();
}

void DeathWatch::Watch(uint32_t id, UniqueFd pidfd) {
  const std::lock_guard lock(mutex_);
  assert(std::none_of(watched_.begin(), watched_.end(),
                      [id](const auto& entry) { return entry.second.id == id; }));
  Add(epoll_.get(), pidfd.get(), next_serial_);
  watched_.emplace(next_serial_++, Watched{id, std::move(pidfd)});
}

void DeathWatch::Unwatch(uint32_t id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(watched_, [&](const auto& entry) {
    if (entry.second.id != id) return false;
    Remove(epoll_.get(), entry.second.pidfd.get());
    return true;
  });
  std::erase(dead_, id);
}

std::vector<uint32_t> DeathWatch::TakeDead() {
  const std::lock_guard lock(mutex_);
  return std::exchange(dead_, {});
}

void DeathWatch::Run() {
  std::array<epoll_event, 16> events;
  for (;;) {
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), -1);
    // Only a debugger interrupts us. Anything else means that somebody has closed
    // our descriptors, and waiting again would spin.
    if (count < 0 && errno != EINTR) return;
    for (int i = 0; i < count; ++i) {
      const uint64_t serial = events[static_cast<size_t>(i)].data.u64;
      if (serial == kStopSerial) return;
      MarkDead(serial);
    }
  }
}

void DeathWatch::MarkDead(uint64_t serial) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = watched_.find(serial);
    if (found == watched_.end()) return;
    dead_.push_back(found->second.id);
    Remove(epoll_.get(), found->second.pidfd.get());
    watched_.erase(found);
  }
  // After the queue: who wakes finds the id there.
  bell_.Ring();
}

}  // namespace dxpy::ring
