#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <vector>

#include "schedule/splitting.h"
#include "schedule/work_queues.h"

namespace dxpy::simulation {

/// A test file as it was measured. Seconds.
struct MeasuredFile {
  double start = 0;  ///< what each worker needs that runs something of it: import, fixtures
  std::vector<double> items;  ///< each test
  double size = 0;            ///< what a run without history takes its cost for

  [[nodiscard]] double Total() const;
};

/// The least that any schedule takes on so many workers: the work spread evenly, or the longest
/// test with its file's start.
[[nodiscard]] double MakespanBound(const std::vector<MeasuredFile>& files, uint32_t workers);

/// Runs files on workers in virtual time, by the queues and the arithmetic of native/schedule and
/// by the rules of native/dispatch/dispatcher_sharing.cc.
class SimulatedRun {
 public:
  /// @param has_history  costs are known; otherwise they are guessed from the files' sizes.
  SimulatedRun(const std::vector<MeasuredFile>& files, uint32_t workers, schedule::Order order,
               bool has_history);

  /// @returns the makespan.
  double Run();
  /// After Run().
  [[nodiscard]] size_t items_run() const { return items_run_; }

 private:
  struct File {
    const MeasuredFile* measured = nullptr;
    schedule::Unit unit;
    double ordinary = 0;  ///< seconds of an item that is not slow; 0: unknown
    std::vector<schedule::SlowItem> slow;
    std::vector<uint32_t> workers;  ///< that run it
    bool is_collected = false;
  };
  struct Worker {
    std::optional<uint32_t> file;
    std::vector<uint32_t> begun;
    uint32_t next = 0;  ///< its items that have not begun: [next, limit)
    uint32_t limit = 0;
    bool is_starting = false;
    bool has_joined = false;
    double since = 0;  ///< its first item of this file began
    double done = 0;   ///< items
  };
  struct Share {
    uint32_t workers = 0;
    double left = 0;
    std::optional<uint32_t> richest;
    uint32_t cut = 0;
    double tail = 0;
  };
  using Event = std::pair<double, uint32_t>;

  void Ask(uint32_t worker);
  void Begin(uint32_t worker, uint32_t file, bool joins);
  void GoOn(uint32_t worker);
  void Leave(uint32_t worker);
  void WakeIdle();
  bool TakeShare(uint32_t worker);
  [[nodiscard]] Share Survey(uint32_t file) const;
  [[nodiscard]] bool MayJoin(const Worker& thief, uint32_t file) const;
  [[nodiscard]] bool IsWorthSharing(const Worker& thief, uint32_t file) const;
  [[nodiscard]] double Left(uint32_t file) const;
  [[nodiscard]] std::optional<uint32_t> FileToJoin(const Worker& thief) const;

  schedule::Order order_;
  schedule::WorkQueues queues_;
  std::vector<File> files_;
  std::vector<Worker> workers_;
  std::vector<uint32_t> running_;  ///< files
  std::vector<uint32_t> idle_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  double now_ = 0;
  size_t items_run_ = 0;
};

}  // namespace dxpy::simulation
