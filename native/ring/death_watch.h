#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "ring/doorbell.h"

namespace dxpy::ring {

/// Turns the death of a process into a ring of a doorbell, so that whoever reads
/// rings waits for one futex and no descriptor, and hears of a death at once.
///
/// A thread of its own sleeps in epoll on pidfds. All signals are blocked in it:
/// handlers run where they ran before.
///
/// Thread safety: all members may be called from any thread.
class DeathWatch {
 public:
  /// @param bell  rung after each death; its words must outlive the watch.
  explicit DeathWatch(Doorbell bell);
  ~DeathWatch();
  DeathWatch(const DeathWatch&) = delete;
  DeathWatch& operator=(const DeathWatch&) = delete;

  /// Watches a process under `id`, which is not being watched. One that is dead
  /// already is reported like any other.
  /// @throws Error  `pidfd` is not a descriptor that can be waited for.
  void Watch(uint32_t id, UniqueFd pidfd);
  /// Ends a watch, if there is one; TakeDead will not report `id`.
  void Unwatch(uint32_t id);
  /// The ids of those that died since the last call, each once, in order of death.
  [[nodiscard]] std::vector<uint32_t> TakeDead();

 private:
  struct Watched {
    uint32_t id;
    UniqueFd pidfd;
  };

  void Run();
  void MarkDead(uint64_t serial);

  const Doorbell bell_;
  UniqueFd epoll_;
  UniqueFd stop_;  ///< an eventfd that ends the thread

  std::mutex mutex_;  ///< for all below: two threads, a few calls per worker's life
  /// By a serial number that is never used again. The kernel hands it out with the
  /// event, and one that was under way when its watch ended finds nothing, even if
  /// its id is in use again.
  std::map<uint64_t, Watched> watched_;
  uint64_t next_serial_ = 1;
  std::vector<uint32_t> dead_;

  std::thread thread_;
};

}  // namespace dxpy::ring
