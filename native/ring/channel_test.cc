#include "ring/channel.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "ring/test_support.h"

namespace dxpy::ring {
namespace {

TEST_CASE("a worker that attaches talks with the controller that created") {
  const RunControl control = RunControl::Create();
  const Channel controller = Channel::Create(4096, 8192);
  const RunControl attached_control = RunControl::Attach(control.fd());
  const Channel worker = Channel::Attach(controller.fd());

  controller.CommandWriter(control).Write(AsBytes("run "), AsBytes("a"));
  RingReader commands = worker.CommandReader(attached_control);
  CHECK(WaitForFrame(commands, worker.worker_bell()) == "run a");

  worker.ResultWriter(attached_control).Write(AsBytes("ran "), AsBytes("a"));
  RingReader results = controller.ResultReader();
  CHECK(WaitForFrame(results, control.controller_bell()) == "ran a");
}

TEST_CASE("a worker may close every descriptor") {
  const RunControl control = RunControl::Create();
  const Channel channel = Channel::Create(4096, 4096);
  Child worker([&] {
    const Channel mine = Channel::Attach(channel.fd());
    close(channel.fd());
    close(control.fd());
    mine.ResultWriter(control).Write(AsBytes("still here"), {});
  });
  RingReader results = channel.ResultReader();
  CHECK(WaitForFrame(results, control.controller_bell()) == "still here");
  CHECK(worker.Wait() == "exit 0");
}

TEST_CASE("ring sizes that no ring can have are refused") {
  CHECK(Thrown([] { (void)Channel::Create(5000, 4096); }) ==
        "channel: command ring: 5000 is not a power of two from 4096 to 1073741824");
  CHECK(Thrown([] { (void)Channel::Create(4096, 2048); }) ==
        "channel: result ring: 2048 is not a power of two from 4096 to 1073741824");
  CHECK(Thrown([] {
          (void)Channel::Create(0, 4096);
        }).starts_with("channel: command ring: 0 is not a power of two"));
  CHECK(Thrown([] {
          (void)Channel::Create(4096, 0x8000'0000);
        }).starts_with("channel: result ring: 2147483648 is not a power of two"));
}

/// What attaching says once the word at `offset` is `value`.
template <typename Shared>
std::string AttachWith(const Shared& shared, size_t offset, uint32_t value) {
  const SharedMemory memory = SharedMemory::Attach(shared.fd(), sizeof value);
  std::memcpy(memory.bytes().data() + offset, &value, sizeof value);
  return Thrown([&] { (void)Shared::Attach(shared.fd()); });
}

TEST_CASE("attaching to another thing or version says which") {
  const auto channel = [](size_t offset, uint32_t value) {
    return AttachWith(Channel::Create(4096, 4096), offset, value);
  };
  CHECK(channel(0, kControlMagic) == "channel: magic: 1413699652 is not 1196578884");
  CHECK(channel(4, 3) == "channel: version: 3 is not 2");
  CHECK(channel(8, 5000) ==
        "channel: command ring: 5000 is not a power of two from 4096 to 1073741824");
  CHECK(channel(12, 0) == "channel: result ring: 0 is not a power of two from 4096 to 1073741824");
  CHECK(channel(12, 8192) == "channel: 8832 bytes are not the 12928 of its header and rings");
  CHECK(channel(8, 4096) == "nothing");

  const auto control = [](size_t offset, uint32_t value) {
    return AttachWith(RunControl::Create(), offset, value);
  };
  CHECK(control(0, kChannelMagic) == "run control: magic: 1196578884 is not 1413699652");
  CHECK(control(4, 0) == "run control: version: 0 is not 2");
  CHECK(control(4, 2) == "nothing");
  CHECK(Thrown([] {
          (void)Channel::Attach(RunControl::Create().fd());
        }).ends_with("192 bytes are fewer than the 640 needed"));
}

TEST_CASE("a channel trusts the sizes it was made with, whatever is scribbled over them") {
  const RunControl control = RunControl::Create();
  const Channel channel = Channel::Create(4096, 4096);
  const SharedMemory memory = SharedMemory::Attach(channel.fd(), sizeof(ChannelWords));
  std::memset(memory.bytes().data(), 0xFF, 16);
  channel.ResultWriter(control).Write(AsBytes("a"), {});
  RingReader results = channel.ResultReader();
  CHECK(ToText(*results.Next()) == "a");
}

TEST_CASE("a ticket is claimed once, and only while it is the offered one") {
  const Channel channel = Channel::Create(4096, 4096);
  CHECK_FALSE(channel.Claim(0));
  CHECK_FALSE(channel.Claim(1));
  channel.Offer(1);
  CHECK_FALSE(channel.Claim(2));
  CHECK(channel.Claim(1));
  CHECK_FALSE(channel.Claim(1));
  channel.Offer(2);
  channel.Offer(3);
  CHECK_FALSE(channel.Claim(2));
  CHECK(channel.Claim(3));
}

TEST_CASE("of a worker and a controller that claim at once exactly one wins") {
  constexpr uint64_t kTickets = 20'000;
  const Channel channel = Channel::Create(4096, 4096);
  std::atomic<uint64_t> offered{0};
  std::vector<std::atomic<int>> winners(kTickets + 1);
  const auto claim = [&](uint64_t ticket) {
    if (channel.Claim(ticket)) ++winners[ticket];
  };
  std::thread worker([&] {
    for (uint64_t seen = 0; seen < kTickets;) {
      const uint64_t now = offered;
      if (now != seen) claim(now);
      seen = now;
    }
  });
  for (uint64_t ticket = 1; ticket <= kTickets; ++ticket) {
    channel.Offer(ticket);
    offered = ticket;
    claim(ticket);
  }
  worker.join();
  for (uint64_t ticket = 1; ticket <= kTickets; ++ticket) REQUIRE(winners[ticket] == 1);
}

TEST_CASE("a run runs, pauses, and once stopped stays so") {
  const RunControl control = RunControl::Create();
  CHECK(control.state() == RunState::kRunning);
  CHECK(control.WaitWhilePaused() == RunState::kRunning);
  control.SetState(RunState::kPaused);
  CHECK(control.state() == RunState::kPaused);
  control.SetState(RunState::kStopped);
  control.SetState(RunState::kRunning);
  CHECK(control.state() == RunState::kStopped);
  CHECK(control.WaitWhilePaused() == RunState::kStopped);
}

TEST_CASE("a state that there is not is an error that names it") {
  const RunControl control = RunControl::Create();
  const SharedMemory memory = SharedMemory::Attach(control.fd(), sizeof(RunControlWords));
  reinterpret_cast<RunControlWords*>(memory.bytes().data())->state = 3;
  CHECK(Thrown([&] { (void)control.WaitWhilePaused(); }) ==
        "run control: state: 3 is not one of 0 to 2");
}

TEST_CASE("all paused workers go on when the state changes") {
  for (const RunState next : {RunState::kRunning, RunState::kStopped}) {
    const RunControl control = RunControl::Create();
    control.SetState(RunState::kPaused);
    const auto wait = [&] {
      control.controller_bell().Ring();
      if (control.WaitWhilePaused() != next) throw Error("wrong state");
    };
    Child first(wait);
    Child second(wait);
    while (control.controller_bell().Ticket() < 2)
      control.controller_bell().Wait(control.controller_bell().Ticket(),
                                     std::chrono::milliseconds(1));
    control.SetState(next);
    CHECK(first.Wait() == "exit 0");
    CHECK(second.Wait() == "exit 0");
  }
}

}  // namespace
}  // namespace dxpy::ring
