#include "dispatch/worker_link.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "dispatch/test_support.h"

namespace dxpy::dispatch {
namespace {

/// Both ends of one worker, in one thread.
struct Pair {
  explicit Pair(size_t settings_bytes = 0) : link(7, true, settings_bytes, control) {}

  /// All commands that have come, "run a; finish".
  std::string Commands() {
    std::vector<std::string> told;
    while (const auto command = port.TryReceive()) told.push_back(Text(*command));
    return Text(told, "; ");
  }
  void Send(codec::ResultHeader header, std::string_view payload = {}) {
    port.Send(header, payload);
  }
  /// The events that all results make; every unit is called u.
  std::string Follow(bool all_phases = false) {
    std::vector<std::string> events;
    while (const auto result = link.Receive())
      if (const auto event = link.Follow(*result, all_phases)) events.push_back(Text(*event, "u"));
    return Text(events, "; ");
  }

  ring::RunControl control = ring::RunControl::Create();
  WorkerLink link;
  WorkerPort port{link.channel().fd(), control.fd()};
};

codec::UnitSpec Spec(std::string key, std::vector<std::string> only = {},
                     std::vector<std::string> skip = {}) {
  return {.key = std::move(key), .argument = 0, .only = std::move(only), .skip = std::move(skip)};
}

TEST_CASE("commands are queued until they are flushed, and keep their order") {
  Pair pair;
  pair.link.Send(CommandKind::kConfigure, "settings");
  pair.link.SendUnit(3, Spec("a", {"x", "y"}, {"z"}), 1);
  pair.link.Send(CommandKind::kFinish);
  CHECK(pair.Commands().empty());
  CHECK(pair.link.Flush());
  CHECK(pair.Commands() == "configure 'settings'; run a only x y skip z; finish");
  CHECK_FALSE(pair.link.Flush());
}

TEST_CASE("a run says its unit, its ticket, and one sequence counts all commands") {
  Pair pair;
  pair.link.Send(CommandKind::kWait);
  pair.link.SendUnit(3, Spec("a", {"x"}), 9);
  pair.link.Flush();
  CHECK(pair.port.TryReceive()->header.sequence == 1);
  const codec::CommandHeader run = pair.port.TryReceive()->header;
  CHECK(run.unit == 3);
  CHECK(run.grant == 9);
  CHECK(run.sequence == 3);  // 2 was the part
}

TEST_CASE("a full ring is no obstacle, only a delay") {
  Pair pair;
  const std::string payload(300'000, 'x');
  for (int i = 0; i < 10; ++i) pair.link.Send(CommandKind::kConfigure, payload);
  pair.link.Send(CommandKind::kFinish);
  CHECK(pair.link.Flush());
  CHECK_FALSE(pair.link.Flush());
  std::vector<std::string> told;
  while (told.empty() || told.back() != "finish") {
    told.push_back(pair.Commands());
    pair.link.Flush();
    if (told.back().ends_with("finish")) told.back() = "finish";
  }
  CHECK(told.size() >= 4);
}

TEST_CASE("lists go in parts of 8 KB, each list whole") {
  Pair pair;
  pair.link.SendUnit(1,
                     Spec("a", std::vector<std::string>(5000, std::string(30, 'o')),
                          std::vector<std::string>(3, std::string(10'000, 's'))),
                     1);
  pair.link.Flush();
  ring::RingReader commands = pair.link.channel().CommandReader(pair.control);
  std::vector<size_t> sizes;
  while (const auto frame = commands.Next()) sizes.push_back(frame->size());
  CHECK(sizes.size() == 5000 / (8 * 1024 / 38) + 1 + 3 + 1);
  sizes.resize(sizes.size() - 4);  // the long ones, each of them a part, and the run
  CHECK(*std::max_element(sizes.begin(), sizes.end()) < 8 * 1024 + 100);
}

TEST_CASE("a ring has room for the settings that it was made for") {
  for (const size_t bytes : {size_t{0}, size_t{1} << 16, (size_t{1} << 20) - 1, size_t{5} << 20}) {
    CAPTURE(bytes);
    Pair pair(bytes);
    pair.link.Send(CommandKind::kConfigure, std::string(bytes, 's'));
    CHECK(pair.link.Flush());
    CHECK(pair.port.TryReceive()->payload.size() == bytes);
  }
}

TEST_CASE("a unit is followed from its beginning to its end") {
  Pair pair;
  pair.Send({.kind = ResultKind::kReady});
  pair.Send({.kind = ResultKind::kBegun, .unit = 1});
  pair.Send({.kind = ResultKind::kCollected, .unit = 1, .item = 2}, "items");
  pair.Send({.kind = ResultKind::kStarted, .unit = 1, .item = 0});
  pair.Send({.kind = ResultKind::kPhase,
             .phase = Phase::kCall,
             .outcome = Outcome::kPassed,
             .unit = 1,
             .item = 0});
  pair.Send({.kind = ResultKind::kDone, .unit = 1, .item = 0});
  pair.Send({.kind = ResultKind::kUnitDone, .unit = 1});
  pair.Send({.kind = ResultKind::kFinished}, "output");
  CHECK(pair.Follow() ==
        "7 ready; 7 begun u; 7 collected u 2 'items'; 7 item u.0 [call passed]; 7 done u; "
        "7 finished 'output'");
}

// The reports that an item's event holds, after one report of each outcome in every phase.
std::string Reports(bool all_phases, std::string_view payload) {
  Pair pair;
  pair.Send({.kind = ResultKind::kStarted, .unit = 1, .item = 0});
  for (const Phase phase : {Phase::kSetup, Phase::kCall, Phase::kTeardown})
    for (const Outcome outcome : {Outcome::kPassed, Outcome::kSkipped})
      pair.Send({.kind = ResultKind::kPhase, .phase = phase, .outcome = outcome}, payload);
  pair.Send({.kind = ResultKind::kDone, .unit = 1, .item = 0});
  return pair.Follow(all_phases);
}

TEST_CASE("passed setups and teardowns that say nothing are left out, unless all are wanted") {
  CHECK(Reports(false, "") ==
        "7 item u.0 [setup skipped, call passed, call skipped, teardown skipped]");
  const std::string all =
      "7 item u.0 [setup passed, setup skipped, call passed, call skipped, teardown passed, "
      "teardown skipped]";
  CHECK(Reports(true, "") == all);
  CHECK(Reports(false, "x").find("setup passed 'x'") != std::string::npos);
}

TEST_CASE("the reports of an item are not the next one's") {
  Pair pair;
  const codec::ResultHeader phase{
      .kind = ResultKind::kPhase, .phase = Phase::kCall, .outcome = Outcome::kFailed};
  pair.Send({.kind = ResultKind::kStarted, .unit = 1, .item = 0});
  pair.Send(phase, "first");
  pair.Send({.kind = ResultKind::kStarted, .unit = 1, .item = 1});
  pair.Send(phase, "second");
  pair.Send({.kind = ResultKind::kDone, .unit = 1, .item = 1});
  pair.Send({.kind = ResultKind::kDone, .unit = 1, .item = 2});
  CHECK(pair.Follow() == "7 item u.1 [call failed 'second']; 7 item u.2");
}

TEST_CASE("times are the worker's own, whatever they are") {
  Pair pair;
  pair.Send({.kind = ResultKind::kPhase,
             .phase = Phase::kCall,
             .outcome = Outcome::kPassed,
             .start_seconds = -5,
             .duration_seconds = 1e300});
  pair.Follow();
  const PhaseRecord phase = pair.link.LastWords("").phases.at(0);
  CHECK(phase.start_seconds == -5);
  CHECK(phase.duration_seconds == 1e300);
}

TEST_CASE("an item that runs for longer than the limit is told of, once") {
  Pair pair;
  pair.Send({.kind = ResultKind::kBegun, .unit = 3});
  (void)pair.Follow();
  CHECK_FALSE(pair.link.FindSlow(1e-9).has_value());
  for (const uint32_t item : {1U, 2U}) {
    pair.Send({.kind = ResultKind::kStarted, .unit = 3, .item = item});
    (void)pair.Follow();
    CHECK_FALSE(pair.link.FindSlow(0).has_value());
    CHECK_FALSE(pair.link.FindSlow(3600).has_value());
    std::optional<Event> slow;
    while (!slow) slow = pair.link.FindSlow(1e-9);
    CHECK(Text(*slow, "u") == "7 slow u." + std::to_string(item));
    CHECK(slow->seconds > 0);
    CHECK_FALSE(pair.link.FindSlow(1e-9).has_value());
  }
  pair.Send({.kind = ResultKind::kDone, .unit = 3, .item = 2});
  (void)pair.Follow();
  CHECK_FALSE(pair.link.FindSlow(1e-9).has_value());
}

TEST_CASE("the last words tell what the worker was doing") {
  Pair pair;
  CHECK(Text(pair.link.LastWords(""), "u") == "7 lost");
  pair.Send({.kind = ResultKind::kBegun, .unit = 1});
  pair.Follow();
  CHECK(Text(pair.link.LastWords(""), "u") == "7 lost u");
  pair.Send({.kind = ResultKind::kStarted, .unit = 1, .item = 4});
  pair.Send({.kind = ResultKind::kPhase, .phase = Phase::kCall, .outcome = Outcome::kFailed});
  pair.Follow();
  CHECK(Text(pair.link.LastWords("mad"), "u") == "7 lost u.4 [call failed] 'mad'");
  pair.Send({.kind = ResultKind::kDone, .unit = 1, .item = 4});
  pair.Send({.kind = ResultKind::kUnitDone, .unit = 1});
  pair.Follow();
  CHECK(Text(pair.link.LastWords(""), "u") == "7 lost");
  pair.Send({.kind = ResultKind::kFinished});
  pair.Follow();
  CHECK(Text(pair.link.LastWords("mad"), "u") == "7 lost 'mad'");
  CHECK(Text(pair.link.LastWords(""), "u") == "7 exited");
}

TEST_CASE("a need is remembered with whether the worker is idle, a beginning closes the offer") {
  Pair pair;
  CHECK_FALSE(pair.link.need);
  pair.Send({.kind = ResultKind::kNeed, .item = 0});
  CHECK(pair.Follow().empty());
  CHECK(pair.link.need == false);
  pair.Send({.kind = ResultKind::kNeed, .item = 1});
  pair.Follow();
  CHECK(pair.link.need == true);
  pair.link.offer = WorkerLink::Offer{1, 1};
  pair.Send({.kind = ResultKind::kBegun, .unit = 1});
  pair.Follow();
  CHECK_FALSE(pair.link.offer);
}

TEST_CASE("bytes that are no message are an error") {
  Pair pair;
  ring::RingWriter results = pair.link.channel().ResultWriter(pair.control);
  results.Write(ring::AsBytes(std::string(40, 'x')), {});
  CHECK(ring::Thrown([&] { pair.Follow(); }) ==
        "result header: magic: 2021161080 is not 1378965572");
}

}  // namespace
}  // namespace dxpy::dispatch
