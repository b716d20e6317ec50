#include "simulation/xdist.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <numeric>
#include <queue>
#include <unordered_set>
#include <utility>

namespace dxpy::simulation {
namespace {

struct Test {
  uint32_t file;
  double seconds;
};

/// Workers that run the tests of their queues one after the other.
class Workers {
 public:
  Workers(const std::vector<MeasuredFile>& files, uint32_t count) : files_(files), queues_(count) {
    for (uint32_t worker = 0; worker < count; ++worker) idle_.push_back(worker);
    known_.resize(count);
  }

  std::deque<Test>& Queue(uint32_t worker) { return queues_[worker]; }
  [[nodiscard]] uint32_t count() const { return static_cast<uint32_t>(queues_.size()); }

  /// @param refill  called with a worker whose test has ended, and its seconds.
  double Run(const std::function<void(uint32_t, double)>& refill) {
    BeginIdle();
    double now = 0;
    while (!events_.empty()) {
      const auto [time, worker] = events_.top();
      events_.pop();
      now = time;
      const Test ended = queues_[worker].front();
      queues_[worker].pop_front();
      idle_.push_back(worker);
      refill(worker, ended.seconds);
      now_ = now;
      BeginIdle();
    }
    return now;
  }

 private:
  // The test that runs stays in front of its queue.
  void BeginIdle() {
    std::erase_if(idle_, [&](uint32_t worker) {
      if (queues_[worker].empty()) return false;
      const Test& test = queues_[worker].front();
      const bool is_new = known_[worker].insert(test.file).second;
      events_.emplace(now_ + test.seconds + (is_new ? files_[test.file].start : 0), worker);
      return true;
    });
  }

  const std::vector<MeasuredFile>& files_;
  std::vector<std::deque<Test>> queues_;
  std::vector<std::unordered_set<uint32_t>> known_;  // files
  std::vector<uint32_t> idle_;
  std::priority_queue<std::pair<double, uint32_t>, std::vector<std::pair<double, uint32_t>>,
                      std::greater<>>
      events_;
  double now_ = 0;
};

std::deque<Test> AllTests(const std::vector<MeasuredFile>& files) {
  std::deque<Test> tests;
  for (uint32_t file = 0; file < files.size(); ++file)
    for (const double seconds : files[file].items) tests.push_back({file, seconds});
  return tests;
}

void Move(std::deque<Test>& from, std::deque<Test>& to, size_t count) {
  for (; count > 0 && !from.empty(); --count) {
    to.push_back(from.front());
    from.pop_front();
  }
}

// LoadScheduling: a quarter in equal parts, then as many as keep a worker busy for half of what
// would be its part of the rest; a slow test asks for no more while two wait.
double Load(const std::vector<MeasuredFile>& files, uint32_t count) {
  constexpr double kSlowSeconds = 0.1;
  std::deque<Test> pending = AllTests(files);
  Workers workers(files, count);
  const size_t first = std::max<size_t>(pending.size() / (4 * size_t{count}), 2);
  for (uint32_t worker = 0; worker < count; ++worker) Move(pending, workers.Queue(worker), first);
  return workers.Run([&](uint32_t worker, double seconds) {
    if (pending.empty()) return;
    std::deque<Test>& queue = workers.Queue(worker);
    const size_t least = std::max<size_t>(2, pending.size() / count / 4);
    const size_t most = std::max<size_t>(2, pending.size() / count / 2);
    if (queue.size() >= least || (seconds >= kSlowSeconds && queue.size() >= 2)) return;
    Move(pending, queue, most - queue.size());
  });
}

// WorkStealingScheduling: equal parts; who has one left takes the end of half of the fullest queue.
double WorkSteal(const std::vector<MeasuredFile>& files, uint32_t count) {
  constexpr size_t kLeastPending = 2;
  std::deque<Test> pending = AllTests(files);
  Workers workers(files, count);
  for (uint32_t worker = 0; worker < count; ++worker)
    Move(pending, workers.Queue(worker), pending.size() / (count - worker));
  return workers.Run([&](uint32_t worker, double) {
    std::deque<Test>& queue = workers.Queue(worker);
    if (queue.size() >= kLeastPending) return;
    uint32_t victim = 0;
    for (uint32_t other = 1; other < count; ++other)
      if (workers.Queue(other).size() > workers.Queue(victim).size()) victim = other;
    std::deque<Test>& full = workers.Queue(victim);
    if (victim == worker || full.size() <= kLeastPending) return;
    const auto begin = full.end() - static_cast<std::ptrdiff_t>(full.size() / 2);
    queue.insert(queue.end(), begin, full.end());
    full.erase(begin, full.end());
  });
}

// LoadFileScheduling: the files with most tests first; who has fewer than two left gets the next.
double LoadFile(const std::vector<MeasuredFile>& files, uint32_t count) {
  std::vector<uint32_t> order(files.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](uint32_t file) { return files[file].items.size(); });
  std::deque<uint32_t> pending(order.begin(), order.end());
  Workers workers(files, count);
  const auto give = [&](uint32_t worker) {
    while (!pending.empty() && workers.Queue(worker).size() < 2) {
      for (const double seconds : files[pending.front()].items)
        workers.Queue(worker).push_back({pending.front(), seconds});
      pending.pop_front();
    }
  };
  for (uint32_t worker = 0; worker < count; ++worker) give(worker);
  return workers.Run([&](uint32_t worker, double) { give(worker); });
}

}  // namespace

double SimulateXdist(const std::vector<MeasuredFile>& files, uint32_t workers,
                     Distribution distribution) {
  switch (distribution) {
    case Distribution::kLoad:
      return Load(files, workers);
    case Distribution::kWorkSteal:
      return WorkSteal(files, workers);
    default:
      return LoadFile(files, workers);
  }
}

}  // namespace dxpy::simulation
