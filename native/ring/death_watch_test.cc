#include "ring/death_watch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/process.h"
#include "ring/test_support.h"

namespace dxpy::ring {
namespace {

namespace fs = std::filesystem;

// Never returns by itself: ends by Kill.
void Forever() {
  for (;;) pause();
}

/// A bell and a watch that rings it.
struct Tower {
  /// Sleeps until `count` deaths have been told.
  std::vector<uint32_t> WaitForDead(size_t count = 1) {
    std::vector<uint32_t> dead;
    for (;;) {
      const uint32_t ticket = bell.Ticket();
      const std::vector<uint32_t> more = watch.TakeDead();
      dead.insert(dead.end(), more.begin(), more.end());
      if (dead.size() >= count) return dead;
      bell.Wait(ticket);
    }
  }

  DoorbellWords words{};
  Doorbell bell{words};
  DeathWatch watch{bell};
};

using Ids = std::vector<uint32_t>;

TEST_CASE("a death rings the bell and is told once") {
  Child child(Forever);
  Tower tower;
  tower.watch.Watch(7, OpenPidFd(child.pid()));
  CHECK(tower.watch.TakeDead().empty());
  child.Kill();
  CHECK(tower.WaitForDead() == Ids{7});
  CHECK(tower.watch.TakeDead().empty());
}

TEST_CASE("a process that is dead before it is watched is told of too") {
  Child child([] {});
  UniqueFd pidfd = OpenPidFd(child.pid());
  CHECK(child.Wait() == "exit 0");
  Tower tower;
  tower.watch.Watch(1, std::move(pidfd));
  CHECK(tower.WaitForDead() == Ids{1});
}

TEST_CASE("deaths are told in their order") {
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 3; ++i) children.push_back(std::make_unique<Child>(Forever));
  Tower tower;
  for (uint32_t i = 0; i < 3; ++i) tower.watch.Watch(i, OpenPidFd(children[i]->pid()));
  Ids dead;
  for (const size_t i : {2U, 0U, 1U}) {
    children[i]->Kill();
    dead.push_back(tower.WaitForDead().front());
  }
  CHECK(dead == Ids{2, 0, 1});
}

TEST_CASE("more deaths at once than one look finds are all told") {
  constexpr size_t kChildren = 50;
  std::vector<std::unique_ptr<Child>> children;
  for (size_t i = 0; i < kChildren; ++i) children.push_back(std::make_unique<Child>(Forever));
  Tower tower;
  for (uint32_t i = 0; i < kChildren; ++i) tower.watch.Watch(i, OpenPidFd(children[i]->pid()));
  for (const auto& child : children) child->Kill();
  Ids dead = tower.WaitForDead(kChildren);
  std::sort(dead.begin(), dead.end());
  CHECK(dead.size() == kChildren);
  CHECK(std::unique(dead.begin(), dead.end()) == dead.end());
}

TEST_CASE("what is not watched any more is not told of") {
  Child unwatched(Forever);
  Child other(Forever);
  Tower tower;
  tower.watch.Watch(1, OpenPidFd(unwatched.pid()));
  tower.watch.Watch(2, OpenPidFd(other.pid()));
  tower.watch.Unwatch(1);
  tower.watch.Unwatch(9);  // never was
  unwatched.Kill();
  unwatched.Wait();
  other.Kill();
  CHECK(tower.WaitForDead() == Ids{2});
}

TEST_CASE("a death that was not taken is forgotten with its watch") {
  Child child(Forever);
  Tower tower;
  const uint32_t ticket = tower.bell.Ticket();
  tower.watch.Watch(1, OpenPidFd(child.pid()));
  child.Kill();
  tower.bell.Wait(ticket);
  tower.watch.Unwatch(1);
  CHECK(tower.watch.TakeDead().empty());
}

TEST_CASE("an id can be used again for the process that replaces a dead one") {
  Tower tower;
  for (int life = 0; life < 3; ++life) {
    Child child(Forever);
    tower.watch.Watch(4, OpenPidFd(child.pid()));
    CHECK(tower.watch.TakeDead().empty());
    child.Kill();
    CHECK(tower.WaitForDead() == Ids{4});
  }
}

TEST_CASE("a watch ends while its processes live") {
  Child child(Forever);
  {
    Tower tower;
    tower.watch.Watch(1, OpenPidFd(child.pid()));
  }
  CHECK(kill(child.pid(), 0) == 0);
}

TEST_CASE("a descriptor that cannot be waited for is refused") {
  Tower tower;
  CHECK(Thrown([&] { tower.watch.Watch(1, UniqueFd()); }) ==
        "death watch: descriptor -1: Bad file descriptor");
}

std::set<std::string> Threads() {
  std::set<std::string> threads;
  for (const auto& entry : fs::directory_iterator("/proc/self/task"))
    threads.insert(entry.path().string());
  return threads;
}

TEST_CASE("all signals are blocked in the thread, and as before in its maker") {
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  const std::set<std::string> others = Threads();
  const Tower tower;
  std::set<std::string> mine = Threads();
  std::erase_if(mine, [&](const std::string& thread) { return others.count(thread) != 0; });
  REQUIRE(mine.size() == 1);
  std::ifstream status(*mine.begin() + "/status");
  std::string blocked;
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("SigBlk:")) blocked = line.substr(line.find_first_not_of(" \t", 7));
  // Of signals 1 to 31 all but SIGKILL (9) and SIGSTOP (19), which cannot be.
  CHECK((std::stoull(blocked, nullptr, 16) & 0x7FFF'FFFF) == 0x7FFB'FEFF);
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (int number = 1; number < 32; ++number)
    CHECK(sigismember(&before, number) == sigismember(&after, number));
}

}  // namespace
}  // namespace dxpy::ring
