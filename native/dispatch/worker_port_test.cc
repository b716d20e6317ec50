#include "dispatch/worker_port.h"

#include <doctest/doctest.h>
#include <pthread.h>

#include <atomic>
#include <csignal>
#include <string>
#include <thread>

#include "dispatch/test_support.h"

namespace dxpy::dispatch {
namespace {

/// A port, and the controller's bare ends of its channel.
struct Bench {
  void Command(codec::CommandHeader header, const std::string& payload = {}) {
    header.payload_bytes = static_cast<uint32_t>(payload.size());
    header.sequence = 1;
    commands.Write(ring::AsBytes(codec::EncodeHeader(header)), ring::AsBytes(payload));
  }
  std::string Told() {
    const auto command = port.TryReceive();
    return command ? Text(*command) : "nothing";
  }

  const Watchdog watchdog;
  ring::RunControl control = ring::RunControl::Create();
  ring::Channel channel = ring::Channel::Create(4096, 4096);
  ring::RingWriter commands = channel.CommandWriter(control);
  ring::RingReader results = channel.ResultReader();
  WorkerPort port{channel.fd(), control.fd()};
};

std::string Part(std::vector<std::string> only, std::vector<std::string> skip) {
  return codec::Encode(
      codec::UnitSpec{.key = {}, .argument = 0, .only = std::move(only), .skip = std::move(skip)});
}

TEST_CASE("the parts of a run are put together, and are not the next one's") {
  Bench bench;
  const std::string a = codec::Encode(codec::UnitSpec{.key = "a", .only = {"3"}, .skip = {"6"}});
  const std::string b = codec::Encode(codec::UnitSpec{.key = "b", .only = {}, .skip = {}});
  bench.Command({.kind = CommandKind::kPart}, Part({"1", "2"}, {}));
  CHECK(bench.Told() == "nothing");
  bench.Command({.kind = CommandKind::kPart}, Part({}, {"4", "5"}));
  bench.Command({.kind = CommandKind::kRun, .unit = 1, .grant = 1}, a);
  bench.Command({.kind = CommandKind::kRun, .unit = 2, .grant = 2}, b);
  CHECK(bench.Told() == "run a only 3 1 2 skip 6 4 5");
  CHECK(bench.Told() == "run b");
  CHECK(bench.Told() == "nothing");
}

TEST_CASE("bytes that are no command are an error") {
  Bench bench;
  bench.commands.Write(ring::AsBytes(std::string("abc")), {});
  CHECK(ring::Thrown([&] { bench.Told(); }) ==
        "command header: 3 bytes are not the 32 of a header");
  bench.Command({.kind = CommandKind::kRun, .unit = 1, .grant = 1}, "");
  CHECK(ring::Thrown([&] { bench.Told(); }).starts_with("unit spec"));
}

TEST_CASE("a result arrives with its payload's length") {
  Bench bench;
  bench.port.Send({.kind = ResultKind::kEvent, .payload_bytes = 99}, "payload");
  const std::string message = ring::ToText(*bench.results.Next());
  CHECK(codec::DecodeResult(ring::AsBytes(message)).payload_bytes == 7);
  CHECK(message.ends_with("payload"));
}

TEST_CASE("a command that came before the wait ends it at once") {
  Bench bench;
  CHECK(bench.Told() == "nothing");
  bench.Command({.kind = CommandKind::kFinish});
  bench.port.WaitForCommand();
  CHECK(bench.Told() == "finish");
}

TEST_CASE("a command ends the wait, and is never slept through") {
  Bench bench;
  constexpr int kRounds = 2000;
  std::thread controller([&] {
    for (int i = 0; i < kRounds; ++i) {
      bench.Command({.kind = CommandKind::kWait});
      while (!bench.results.Next()) std::this_thread::yield();
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    while (bench.Told() == "nothing") bench.port.WaitForCommand();
    bench.port.Send({.kind = ResultKind::kReady}, {});
  }
  controller.join();
}

TEST_CASE("a signal ends the wait") {
  Bench bench;
  struct sigaction action{};
  struct sigaction before{};
  action.sa_handler = [](int) {};
  sigaction(SIGUSR1, &action, &before);
  CHECK(bench.Told() == "nothing");
  std::atomic<bool> woken = false;
  std::thread worker([&] {
    bench.port.WaitForCommand();
    woken = true;
  });
  while (!woken) {
    pthread_kill(worker.native_handle(), SIGUSR1);
    std::this_thread::yield();
  }
  worker.join();
  sigaction(SIGUSR1, &before, nullptr);
  CHECK(bench.Told() == "nothing");
}

TEST_CASE("waiting until all was handled ends once the reader asks for more") {
  Bench bench;
  bench.port.Send({.kind = ResultKind::kReady}, {});
  std::atomic<bool> handled = false;
  std::thread controller([&] {
    REQUIRE(bench.results.Next());
    handled = true;
    CHECK_FALSE(bench.results.Next());
  });
  bench.port.WaitUntilHandled();
  CHECK(handled);
  controller.join();
}

TEST_CASE("only what somebody must act on rings") {
  Bench bench;
  const auto rings = [&](codec::ResultHeader header, std::string_view payload = {}) {
    const uint32_t before = bench.control.controller_bell().Ticket();
    bench.port.Send(header, payload);
    CHECK(bench.results.Next());
    return bench.control.controller_bell().Ticket() != before;
  };
  const auto phase = [](Outcome outcome) {
    return codec::ResultHeader{
        .kind = ResultKind::kPhase, .phase = Phase::kCall, .outcome = outcome};
  };
  CHECK_FALSE(rings({.kind = ResultKind::kStarted}));
  CHECK_FALSE(rings(phase(Outcome::kPassed)));
  CHECK_FALSE(rings({.kind = ResultKind::kDone}));
  CHECK(rings(phase(Outcome::kPassed), "its output"));
  CHECK(rings(phase(Outcome::kFailed)));
  CHECK(rings({.kind = ResultKind::kDone}));
  CHECK_FALSE(rings({.kind = ResultKind::kDone}));
  CHECK(rings({.kind = ResultKind::kNeed}));
  CHECK(rings({.kind = ResultKind::kUnitDone}));
  CHECK(rings({.kind = ResultKind::kFinished}));
}

TEST_CASE("a full ring wakes the reader that was not rung for its frames") {
  Bench bench;
  std::thread worker([&] {  // 4,096 bytes hold far fewer
    for (int i = 0; i < 1000; ++i) bench.port.Send({.kind = ResultKind::kStarted}, {});
  });
  for (int read = 0; read < 1000;) {
    const uint32_t ticket = bench.control.controller_bell().Ticket();
    if (bench.results.Next()) {
      ++read;
    } else if (read < 1000 - 4096 / 48) {  // the last ones do not fill it
      bench.control.controller_bell().Wait(ticket);
    }
  }
  worker.join();
}

TEST_CASE("a port needs no descriptor after it was made") {
  const ring::RunControl control = ring::RunControl::Create();
  const ring::Channel channel = ring::Channel::Create(4096, 4096);
  UniqueFd channel_fd(dup(channel.fd()));
  UniqueFd control_fd(dup(control.fd()));
  WorkerPort port(channel_fd.get(), control_fd.get());
  channel_fd = UniqueFd();
  control_fd = UniqueFd();
  port.Send({.kind = ResultKind::kReady}, {});
  CHECK(channel.ResultReader().Next());
  channel.Offer(5);
  CHECK_FALSE(port.Claim(4));
  CHECK(port.Claim(5));
  control.SetState(RunState::kStopped);
  CHECK(port.state() == RunState::kStopped);
  CHECK(port.WaitWhilePaused() == RunState::kStopped);
}

TEST_CASE("a descriptor of something else is refused") {
  const ring::RunControl control = ring::RunControl::Create();
  const ring::Channel channel = ring::Channel::Create(4096, 4096);
  CHECK(ring::Thrown([&] {
          WorkerPort(channel.fd(), channel.fd());
        }).starts_with("run control: magic: "));
  CHECK(ring::Thrown([&] { WorkerPort(control.fd(), control.fd()); }) != "nothing");
}

}  // namespace
}  // namespace dxpy::dispatch
