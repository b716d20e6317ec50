#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "dispatch/test_support.h"

namespace dxpy::dispatch {
namespace {

using Random = std::minstd_rand;

uint32_t Below(Random& random, uint32_t limit) { return static_cast<uint32_t>(random()) % limit; }

/// A worker that lives on a thread as pytest_dxpy/worker.py does, and dies after
/// so many of its steps: between any two messages, and around its claims.
class Actor {
 public:
  Actor(Dispatcher& dispatcher, uint32_t number, uint32_t seed, uint32_t steps_to_live)
      : worker_(dispatcher, number), random_(seed), steps_left_(steps_to_live) {
    thread_ = std::thread([this] { Live(); });
  }
  ~Actor() { thread_.join(); }
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

 private:
  struct Death {};

  void Live() {
    try {
      Step([&] { worker_.BeReady(); });
      Work();
      Step([&] { worker_.Finish(); });
    } catch (const Death&) {
      // As a process does: in the middle of its work, without a word.
    }
    worker_.Kill();
  }

  void Work() {
    std::string told = Need(true);
    while (told != "finish") {
      if (told == "discover") {
        Step([&] { worker_.Send(ResultKind::kDiscovered); });
      } else if (told.starts_with("run") && Claim()) {
        told = RunUnit();
        if (!told.empty()) continue;
      }
      told = Need(true);
    }
  }

  // The command that came before the last item ran, if any was asked for.
  std::string RunUnit() {
    const uint32_t unit = worker_.command().header.unit;
    Send({.kind = ResultKind::kBegun, .unit = unit});
    const uint32_t items = Below(random_, 4);
    Send({.kind = ResultKind::kCollected, .unit = unit, .item = items});
    std::string told;
    for (uint32_t item = 0; item < items; ++item) {
      if (item + 1 == items && Below(random_, 4) != 0) told = Need(false);
      Send({.kind = ResultKind::kStarted, .unit = unit, .item = item});
      Send({.kind = ResultKind::kPhase, .phase = Phase::kCall, .unit = unit, .item = item});
      Send({.kind = ResultKind::kDone, .unit = unit, .item = item});
    }
    Send({.kind = ResultKind::kUnitDone, .unit = unit});
    return told;
  }

  std::string Need(bool idle) {
    Step([&] { worker_.SendNeed(idle); });
    std::string told;
    Step([&] { told = worker_.Await(); });
    return told;
  }
  bool Claim() {
    bool claimed = false;
    Step([&] { claimed = worker_.Claim(); });
    return claimed;
  }
  void Send(const codec::ResultHeader& header) {
    Step([&] { worker_.SendHeader(header); });
  }

  template <typename Function>
  void Step(Function function) {
    if (steps_left_-- == 0) throw Death();
    function();
  }

  FakeWorker worker_;
  Random random_;
  uint32_t steps_left_;
  std::thread thread_;
};

/// What became of one unit: "begun done", "begun lost".
using Fates = std::map<uint32_t, std::string>;

/// One run of random workers, from whose events it is known what became of each unit.
class Trial {
 public:
  explicit Trial(uint32_t seed)
      : random_(seed),
        dispatcher_({.order = Below(random_, 2) == 0 ? schedule::Order::kGiven
                                                     : schedule::Order::kLongestFirst,
                     .barrier = Below(random_, 5),
                     .discover = Below(random_, 2) == 0}) {}

  /// Returns once no worker is left and no unit waits.
  Fates Play() {
    AddUnits();
    const uint32_t workers = 1 + Below(random_, 4);
    // Workers that have a barrier to reach must be there.
    for (uint32_t i = 0; i < std::max(workers, 4U); ++i) Start(Below(random_, 60));
    while (ended_ < actors_.size() || dispatcher_.HasQueuedUnits()) {
      if (ended_ == actors_.size()) Start(Below(random_, 3) == 0 ? 1000 : Below(random_, 60));
      pollfd readable{dispatcher_.EventFd(), POLLIN, 0};
      while (poll(&readable, 1, -1) != 1) continue;
      for (const Event& event : dispatcher_.TakeEvents()) Handle(event);
    }
    return fates_;
  }
  [[nodiscard]] uint32_t units() const { return units_; }

 private:
  void AddUnits() {
    const uint32_t count = Below(random_, 15);
    std::vector<NewUnit> units(count);
    for (NewUnit& unit : units) unit.cost_seconds = Below(random_, 10);
    dispatcher_.AddUnits(std::move(units));
    units_ += count;
  }
  void Start(uint32_t steps_to_live) {
    const uint32_t number = dispatcher_.OpenWorker(true, 0);
    actors_.push_back(std::make_unique<Actor>(dispatcher_, number, static_cast<uint32_t>(random_()),
                                              steps_to_live));
  }
  void Handle(const Event& event) {
    if (event.kind == EventKind::kDiscovered) {
      AddUnits();
      dispatcher_.EndDiscovery();
    } else if (event.kind == EventKind::kBegun) {
      fates_[event.unit] += "begun";
    } else if (event.kind == EventKind::kUnitDone) {
      fates_[event.unit] += " done";
    } else if (event.kind == EventKind::kExited) {
      ++ended_;
    } else if (event.kind == EventKind::kLost) {
      ++ended_;
      CHECK(event.payload.empty());
      if (event.unit != codec::kNone) fates_[event.unit] += " lost";
    }
  }

  Random random_;
  Dispatcher dispatcher_;
  std::vector<std::unique_ptr<Actor>> actors_;
  size_t ended_ = 0;
  uint32_t units_ = 0;
  Fates fates_;
};

TEST_CASE("whoever dies when, each unit is begun once and then done or lost") {
  int done = 0;
  int lost = 0;
  for (uint32_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    const Watchdog watchdog;
    Trial trial(seed);
    const Fates fates = trial.Play();
    REQUIRE(fates.size() == trial.units());
    for (const auto& [unit, fate] : fates) {
      CAPTURE(unit);
      REQUIRE((fate == "begun done" || fate == "begun lost"));
      ++(fate == "begun done" ? done : lost);
    }
  }
  MESSAGE(done << " units done, " << lost << " lost");
  CHECK(done > 100);
  CHECK(lost > 100);
}

}  // namespace
}  // namespace dxpy::dispatch
