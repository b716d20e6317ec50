#include "simulation/simulated_run.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace dxpy::simulation {
namespace {

constexpr double kSlowSeconds = 0.05;  // pytest_dxpy/units.py: SLOW_SECONDS, MOST_SLOW
constexpr size_t kMostSlow = 256;

std::vector<schedule::SlowItem> SlowItems(const MeasuredFile& file) {
  std::vector<schedule::SlowItem> slow;
  for (uint32_t i = 0; i < file.items.size(); ++i)
    if (file.items[i] >= kSlowSeconds) slow.push_back({i, file.items[i]});
  std::ranges::sort(slow, std::ranges::greater(), &schedule::SlowItem::seconds);
  if (slow.size() > kMostSlow) slow.resize(kMostSlow);
  std::ranges::sort(slow, {}, &schedule::SlowItem::item);
  return slow;
}

}  // namespace

double MeasuredFile::Total() const { return std::accumulate(items.begin(), items.end(), start); }

double MakespanBound(const std::vector<MeasuredFile>& files, uint32_t workers) {
  double total = 0;
  double longest = 0;
  for (const MeasuredFile& file : files) {
    total += file.Total();
    for (const double item : file.items) longest = std::max(longest, file.start + item);
  }
  return std::max(total / workers, longest);
}

SimulatedRun::SimulatedRun(const std::vector<MeasuredFile>& files, uint32_t workers,
                           schedule::Order order, bool has_history)
    : order_(order), queues_(order), files_(files.size()), workers_(workers) {
  for (uint32_t worker = 0; worker < workers; ++worker) queues_.AddWorker(worker);
  std::vector<schedule::Unit> units;
  for (uint32_t i = 0; i < files.size(); ++i) {
    File& file = files_[i];
    file.measured = &files[i];
    file.unit = {.id = i,
                 .cost_seconds = has_history ? files[i].Total() : files[i].size,
                 .position = i,
                 .recorded = has_history};
    if (has_history) {
      file.slow = SlowItems(files[i]);
      double rest = files[i].Total() - files[i].start;
      for (const schedule::SlowItem& slow : file.slow) rest -= slow.seconds;
      const size_t ordinary = files[i].items.size() - file.slow.size();
      file.ordinary = std::max(0.0, rest) / static_cast<double>(std::max<size_t>(ordinary, 1));
    }
    units.push_back(file.unit);
  }
  queues_.Add(units);
}

double SimulatedRun::Run() {
  for (uint32_t worker = 0; worker < workers_.size(); ++worker) Ask(worker);
  while (!events_.empty()) {
    const auto [time, number] = events_.top();
    events_.pop();
    now_ = time;
    Worker& worker = workers_[number];
    if (worker.is_starting) {
      worker.is_starting = false;
      worker.since = now_;
      if (!worker.has_joined) {
        File& file = files_[*worker.file];
        file.is_collected = true;
        worker.limit = static_cast<uint32_t>(file.measured->items.size());
        // Who has joined and was quicker has waited for it.
        for (const uint32_t other : file.workers)
          if (other != number && !workers_[other].is_starting) events_.emplace(now_, other);
      }
    } else if (worker.file && worker.limit != 0) {
      ++worker.done;
      ++items_run_;
    }
    GoOn(number);
    WakeIdle();
  }
  return now_;
}

void SimulatedRun::Ask(uint32_t number) {
  const std::optional<uint32_t> running = FileToJoin(workers_[number]);
  if (running && files_[*running].unit.recorded && Left(*running) > queues_.TotalSeconds())
    return Begin(number, *running, true);
  if (const auto file = queues_.Next(number)) return Begin(number, *file, false);
  if (running) return Begin(number, *running, true);
  idle_.push_back(number);
}

void SimulatedRun::Begin(uint32_t number, uint32_t index, bool joins) {
  Worker& worker = workers_[number];
  File& file = files_[index];
  const bool knows = !worker.begun.empty() && worker.begun.back() == index;
  if (!knows) worker.begun.push_back(index);
  if (file.workers.empty()) running_.push_back(index);
  file.workers.push_back(number);
  worker.file = index;
  worker.next = worker.limit = 0;
  worker.done = 0;
  worker.is_starting = true;
  worker.has_joined = joins;
  events_.emplace(now_ + (knows ? 0 : file.measured->start), number);
}

void SimulatedRun::GoOn(uint32_t number) {
  Worker& worker = workers_[number];
  const File& file = files_[*worker.file];
  if (!file.is_collected) return;  // it waits for who began the file
  if (worker.next == worker.limit && !TakeShare(number)) {
    Leave(number);
    return Ask(number);
  }
  events_.emplace(now_ + file.measured->items[worker.next++], number);
}

void SimulatedRun::Leave(uint32_t number) {
  Worker& worker = workers_[number];
  File& file = files_[*worker.file];
  std::erase(file.workers, number);
  if (file.workers.empty()) std::erase(running_, *worker.file);
  worker.file.reset();
}

// Those that have nothing to do are alike, but for what they have begun.
void SimulatedRun::WakeIdle() {
  for (size_t tries = std::min<size_t>(idle_.size(), 2); tries > 0; --tries) {
    const uint32_t worker = idle_.front();
    idle_.erase(idle_.begin());
    Ask(worker);
  }
}

bool SimulatedRun::TakeShare(uint32_t number) {
  Worker& worker = workers_[number];
  const Share share = Survey(*worker.file);
  if (!share.richest || share.tail < schedule::kLeastTail) return false;
  Worker& victim = workers_[*share.richest];
  worker.next = share.cut;
  worker.limit = std::exchange(victim.limit, share.cut);
  return true;
}

SimulatedRun::Share SimulatedRun::Survey(uint32_t index) const {
  const File& file = files_[index];
  Share share;
  schedule::ItemCost ordinary{.expected = file.ordinary};
  for (const uint32_t number : file.workers) {
    const Worker& worker = workers_[number];
    ++share.workers;
    if (!file.slow.empty() || worker.is_starting) continue;
    ordinary.elapsed += now_ - worker.since;
    ordinary.done += worker.done;
  }
  const schedule::ItemCosts costs(ordinary.Seconds(), file.slow);
  double most = 0;
  for (const uint32_t number : file.workers) {
    const Worker& worker = workers_[number];
    if (worker.next >= worker.limit) continue;
    const double left = costs.Seconds(worker.next, worker.limit);
    share.left += left;
    const auto cut = schedule::CutPoint(worker.next, worker.limit, {}, costs);
    if (!cut || left <= most) continue;
    most = left;
    share.richest = number;
    share.cut = *cut;
    share.tail = costs.Seconds(*cut, worker.limit);
  }
  return share;
}

bool SimulatedRun::MayJoin(const Worker& thief, uint32_t index) const {
  if (!thief.begun.empty() && thief.begun.back() == index) return true;
  return std::ranges::all_of(thief.begun, [&](uint32_t begun) {
    return begun != index && (order_ != schedule::Order::kGiven || begun <= index);
  });
}

double SimulatedRun::Left(uint32_t index) const {
  const File& file = files_[index];
  return file.is_collected ? Survey(index).left : file.unit.cost_seconds - file.measured->start;
}

bool SimulatedRun::IsWorthSharing(const Worker& thief, uint32_t index) const {
  const File& file = files_[index];
  const double start = file.measured->start;
  const auto count = static_cast<uint32_t>(file.workers.size());
  if (!file.is_collected) {
    const double run = file.unit.cost_seconds - start;
    return file.unit.recorded && run > start && schedule::IsWorthJoining(run, 0, count) &&
           MayJoin(thief, index);
  }
  const Share share = Survey(index);
  if (!share.richest || share.tail < schedule::kLeastTail) return false;
  const bool knows = !thief.begun.empty() && thief.begun.back() == index;
  const double left = std::min(share.left, 2 * count * share.tail);
  return schedule::IsWorthJoining(left, knows ? 0 : start, count) && MayJoin(thief, index);
}

std::optional<uint32_t> SimulatedRun::FileToJoin(const Worker& thief) const {
  std::optional<uint32_t> best;
  double most = 0;
  for (const uint32_t index : running_) {
    if (!IsWorthSharing(thief, index)) continue;
    const double seconds =
        Survey(index).left / static_cast<double>(std::max<size_t>(files_[index].workers.size(), 1));
    if (best && seconds <= most) continue;
    best = index;
    most = seconds;
  }
  return best;
}

}  // namespace dxpy::simulation
