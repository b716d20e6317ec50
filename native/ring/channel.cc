#include "ring/channel.h"

#include <bit>
#include <cassert>
#include <climits>
#include <memory>
#include <string>

#include "base/error.h"
#include "ring/futex.h"

namespace dxpy::ring {

namespace {

// Several compilers' and sanitizers' builds may share one memory.
static_assert(sizeof(DoorbellWords) == 64);
static_assert(offsetof(RunControlWords, controller) == 64);
static_assert(offsetof(RunControlWords, state) == 128);
static_assert(sizeof(RunControlWords) == 192);
static_assert(offsetof(ChannelWords, worker) == 64);
static_assert(offsetof(ChannelWords, grant) == 128);
static_assert(offsetof(ChannelWords, span) == 192);
static_assert(offsetof(ChannelWords, command) == 256);
static_assert(offsetof(ChannelWords, result) == 448);
static_assert(sizeof(ChannelWords) == 640);
static_assert(std::atomic<uint64_t>::is_always_lock_free);

// The memory comes zeroed, so construction only begins the words' lifetime.
template <typename Words>
Words& Begin(const SharedMemory& memory) {
  return *std::construct_at(reinterpret_cast<Words*>(memory.bytes().data()));
}

template <typename Words>
Words& View(const SharedMemory& memory) {
  return *reinterpret_cast<Words*>(memory.bytes().data());
}

void CheckField(const char* where, const char* field, uint32_t value, uint32_t expected) {
  if (value != expected) {
    throw Error(std::string(where) + ": " + field + ": " + std::to_string(value) + " is not " +
                std::to_string(expected));
  }
}

void CheckRingBytes(const char* field, uint32_t bytes) {
  if (!std::has_single_bit(bytes) || bytes < kMinRingBytes || bytes > kMaxRingBytes) {
    throw Error(std::string("channel: ") + field + ": " + std::to_string(bytes) +
                " is not a power of two from " + std::to_string(kMinRingBytes) + " to " +
                std::to_string(kMaxRingBytes));
  }
}

RunState CheckState(uint32_t state) {
  if (state > static_cast<uint32_t>(RunState::kStopped))
    throw Error("run control: state: " + std::to_string(state) + " is not one of 0 to 2");
  return static_cast<RunState>(state);
}

}  // namespace

RunControl RunControl::Create() {
  SharedMemory memory = SharedMemory::Create("dxpy-control", sizeof(RunControlWords));
  auto& words = Begin<RunControlWords>(memory);
  words.magic = kControlMagic;
  words.version = kVersion;
  return RunControl(std::move(memory));
}

RunControl RunControl::Attach(int fd) {
  SharedMemory memory = SharedMemory::Attach(fd, sizeof(RunControlWords));
  const auto& words = View<RunControlWords>(memory);
  CheckField("run control", "magic", words.magic, kControlMagic);
  CheckField("run control", "version", words.version, kVersion);
  return RunControl(std::move(memory));
}

RunControlWords& RunControl::words() const { return View<RunControlWords>(memory_); }

Doorbell RunControl::controller_bell() const { return Doorbell(words().controller); }

// Acquire here and release in SetState: what the controller did before it changed
// the state is seen by the worker that sees the change.
RunState RunControl::state() const {
  return CheckState(words().state.load(std::memory_order_acquire));
}

void RunControl::SetState(RunState state) const {
  std::atomic<uint32_t>& word = words().state;
  uint32_t present = word.load(std::memory_order_relaxed);
  do {
    if (present == static_cast<uint32_t>(RunState::kStopped)) return;
  } while (!word.compare_exchange_weak(present, static_cast<uint32_t>(state),
                                       std::memory_order_release, std::memory_order_relaxed));
  // No flag says whether anybody sleeps: a run changes its state a few times.
  FutexWake(word, INT_MAX);
}

RunState RunControl::WaitWhilePaused() const {
  for (;;) {
    const RunState present = state();
    if (present != RunState::kPaused) return present;
    FutexWait(words().state, static_cast<uint32_t>(present), std::chrono::nanoseconds::max());
  }
}

Channel Channel::Create(uint32_t command_bytes, uint32_t result_bytes) {
  CheckRingBytes("command ring", command_bytes);
  CheckRingBytes("result ring", result_bytes);
  const size_t bytes = sizeof(ChannelWords) + command_bytes + result_bytes;
  SharedMemory memory = SharedMemory::Create("dxpy-channel", bytes);
  auto& words = Begin<ChannelWords>(memory);
  words.magic = kChannelMagic;
  words.version = kVersion;
  words.command_bytes = command_bytes;
  words.result_bytes = result_bytes;
  return Channel(std::move(memory), command_bytes, result_bytes);
}

Channel Channel::Attach(int fd) {
  SharedMemory memory = SharedMemory::Attach(fd, sizeof(ChannelWords));
  const auto& words = View<ChannelWords>(memory);
  CheckField("channel", "magic", words.magic, kChannelMagic);
  CheckField("channel", "version", words.version, kVersion);
  const uint32_t command_bytes = words.command_bytes;
  const uint32_t result_bytes = words.result_bytes;
  CheckRingBytes("command ring", command_bytes);
  CheckRingBytes("result ring", result_bytes);
  const size_t needed = sizeof(ChannelWords) + command_bytes + result_bytes;
  if (memory.bytes().size() != needed) {
    throw Error("channel: " + std::to_string(memory.bytes().size()) + " bytes are not the " +
                std::to_string(needed) + " of its header and rings");
  }
  return Channel(std::move(memory), command_bytes, result_bytes);
}

ChannelWords& Channel::words() const { return View<ChannelWords>(memory_); }

std::span<std::byte> Channel::command_data() const {
  return memory_.bytes().subspan(sizeof(ChannelWords), command_bytes_);
}

std::span<std::byte> Channel::result_data() const {
  return memory_.bytes().subspan(sizeof(ChannelWords) + command_bytes_, result_bytes_);
}

Doorbell Channel::worker_bell() const { return Doorbell(words().worker); }

ItemSpan Channel::item_span() const { return ItemSpan(words().span); }

RingWriter Channel::CommandWriter(const RunControl& control) const {
  return {words().command, command_data(), worker_bell(), control.controller_bell(),
          "command ring"};
}

RingReader Channel::ResultReader() const {
  return {words().result, result_data(), worker_bell(), "result ring"};
}

RingReader Channel::CommandReader(const RunControl& control) const {
  return {words().command, command_data(), control.controller_bell(), "command ring"};
}

RingWriter Channel::ResultWriter(const RunControl& control) const {
  return {words().result, result_data(), control.controller_bell(), worker_bell(), "result ring"};
}

void Channel::Offer(uint64_t ticket) const {
  assert(ticket != 0);
  // Release: what belongs to the offer was written before it is seen.
  words().grant.store(ticket, std::memory_order_release);
}

// One exchange decides between worker and controller; whoever comes second finds
// 0 or a later ticket. Acquire pairs with Offer.
bool Channel::Claim(uint64_t ticket) const {
  uint64_t expected = ticket;
  return ticket != 0 && words().grant.compare_exchange_strong(
                            expected, 0, std::memory_order_acq_rel, std::memory_order_relaxed);
}

}  // namespace dxpy::ring
