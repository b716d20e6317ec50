#include "schedule/work_queues.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <unordered_map>
#include <utility>

namespace dxpy::schedule {

namespace {

double Seconds(const std::deque<Unit>& units) {
  return std::accumulate(units.begin(), units.end(), 0.0,
                         [](double sum, const Unit& unit) { return sum + unit.cost_seconds; });
}

// When each of `workers` machines is through, if whoever is free takes the next unit.
double Makespan(const std::vector<Unit>& units, size_t workers, size_t& last) {
  using Due = std::pair<double, size_t>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
  for (size_t worker = 0; worker < workers; ++worker) due.emplace(0.0, worker);
  double makespan = 0;
  for (size_t i = 0; i < units.size(); ++i) {
    const auto [seconds, worker] = due.top();
    due.pop();
    const double end = seconds + units[i].cost_seconds;
    if (end > makespan) {
      makespan = end;
      last = i;
    }
    due.emplace(end, worker);
  }
  return makespan;
}

bool Erase(std::deque<Unit>& units, uint32_t id) {
  return std::erase_if(units, [id](const Unit& unit) { return unit.id == id; }) != 0;
}

// A makespan this much above the least possible is worth a change of order.
constexpr double kWorthwhile = 1.1;

}  // namespace

void ArrangeGiven(std::vector<Unit>& units, size_t workers) {
  std::stable_sort(units.begin(), units.end(),
                   [](const Unit& a, const Unit& b) { return a.position < b.position; });
  if (workers < 2 || units.empty()) return;
  double sum = 0;
  double longest = 0;
  for (const Unit& unit : units) {
    sum += unit.cost_seconds;
    longest = std::max(longest, unit.cost_seconds);
  }
  const double least = std::max(sum / static_cast<double>(workers), longest);
  // Each round moves one unit, and a moved one is among the first to end.
  for (size_t moved = 0; moved < workers; ++moved) {
    size_t last = 0;
    if (Makespan(units, workers, last) <= least * kWorthwhile) break;
    if (last < moved || !units[last].recorded) break;
    std::rotate(units.begin() + static_cast<std::ptrdiff_t>(moved),
                units.begin() + static_cast<std::ptrdiff_t>(last),
                units.begin() + static_cast<std::ptrdiff_t>(last) + 1);
  }
}

void WorkQueues::AddWorker(uint32_t worker) {
  deques_.try_emplace(worker);
  Arrange(TakeAll());
}

void WorkQueues::RemoveWorker(uint32_t worker) {
  if (deques_.count(worker) == 0) return;
  if (home_ == worker) home_.reset();
  std::vector<Unit> units = TakeAll();
  deques_.erase(worker);
  Arrange(std::move(units));
}

void WorkQueues::Add(std::span<const Unit> units) {
  std::vector<Unit> all = TakeAll();
  all.insert(all.end(), units.begin(), units.end());
  Arrange(std::move(all));
}

void WorkQueues::SetPositions(std::span<const uint32_t> units) {
  std::unordered_map<uint32_t, uint32_t> positions;
  for (const uint32_t unit : units) positions.emplace(unit, positions.size());
  std::vector<Unit> all = TakeAll();
  for (Unit& unit : all) {
    const auto found = positions.find(unit.id);
    if (found != positions.end()) unit.position = found->second;
  }
  Arrange(std::move(all));
}

bool WorkQueues::Remove(uint32_t unit) {
  return Erase(shared_, unit) || std::any_of(deques_.begin(), deques_.end(), [unit](auto& entry) {
           return Erase(entry.second, unit);
         });
}

std::optional<uint32_t> WorkQueues::Next(uint32_t worker) {
  const auto own = deques_.find(worker);
  if (own == deques_.end()) return std::nullopt;
  std::deque<Unit>& queue = order_ == Order::kGiven ? shared_ : own->second;
  const auto is_takeable = [&](const Unit& unit) { return MayTake(worker, unit); };
  auto next = std::ranges::find_if(queue, is_takeable);
  if (next == queue.end() && order_ == Order::kLongestFirst && StealHalf(worker))
    next = std::ranges::find_if(queue, is_takeable);
  if (next == queue.end()) return std::nullopt;
  const uint32_t unit = next->id;
  if (next->exclusive) home_ = worker;
  queue.erase(next);
  return unit;
}

bool WorkQueues::MayTake(uint32_t worker, const Unit& unit) const {
  return !unit.exclusive || !home_ || home_ == worker;
}

bool WorkQueues::empty() const {
  return shared_.empty() && std::all_of(deques_.begin(), deques_.end(),
                                        [](const auto& entry) { return entry.second.empty(); });
}

double WorkQueues::TotalSeconds() const {
  double seconds = Seconds(shared_);
  for (const auto& [worker, queue] : deques_) seconds += Seconds(queue);
  return seconds;
}

double WorkQueues::QueuedSeconds(uint32_t worker) const {
  const auto found = deques_.find(worker);
  return found == deques_.end() ? 0 : Seconds(found->second);
}

void WorkQueues::Arrange(std::vector<Unit> units) {
  if (order_ == Order::kLongestFirst) return Spread(std::move(units));
  ArrangeGiven(units, deques_.size());
  shared_.assign(units.begin(), units.end());
}

// Longest first to whoever is due earliest. The makespan of such a plan is at
// most 4/3 - 1/(3m) of the best one (Graham 1969, bounds on multiprocessing
// timing anomalies).
void WorkQueues::Spread(std::vector<Unit> units) {
  if (deques_.empty()) {
    shared_.assign(units.begin(), units.end());
    return;
  }
  std::sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) {
    return a.cost_seconds != b.cost_seconds ? a.cost_seconds > b.cost_seconds : a.id < b.id;
  });
  using Due = std::pair<double, uint32_t>;  // seconds, worker
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
  for (const auto& [worker, queue] : deques_) due.emplace(0.0, worker);
  for (const Unit& unit : units) {
    const auto [seconds, worker] = due.top();
    due.pop();
    deques_[worker].push_back(unit);
    due.emplace(seconds + unit.cost_seconds, worker);
  }
}

bool WorkQueues::StealHalf(uint32_t thief) {
  const auto is_takeable = [&](const Unit& unit) { return MayTake(thief, unit); };
  std::deque<Unit>* richest = nullptr;
  double most_seconds = -1;
  for (auto& [worker, queue] : deques_) {
    if (worker == thief || std::ranges::none_of(queue, is_takeable)) continue;
    const double seconds = Seconds(queue);
    if (seconds <= most_seconds) continue;
    richest = &queue;
    most_seconds = seconds;
  }
  if (richest == nullptr) return false;
  std::deque<Unit>& own = deques_[thief];
  double stolen_seconds = 0;
  // From the back, so that both keep their longest unit in front.
  for (size_t i = richest->size(); i-- > 0;) {
    const Unit unit = (*richest)[i];
    if (!is_takeable(unit)) continue;
    own.push_front(unit);
    richest->erase(richest->begin() + static_cast<std::ptrdiff_t>(i));
    stolen_seconds += unit.cost_seconds;
    if (stolen_seconds >= most_seconds / 2) break;
  }
  return true;
}

std::vector<Unit> WorkQueues::TakeAll() {
  std::vector<Unit> all(shared_.begin(), shared_.end());
  shared_.clear();
  for (auto& [worker, queue] : deques_) {
    all.insert(all.end(), queue.begin(), queue.end());
    queue.clear();
  }
  return all;
}

}  // namespace dxpy::schedule
