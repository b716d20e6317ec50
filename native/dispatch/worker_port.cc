#include "dispatch/worker_port.h"

#include <iterator>
#include <span>
#include <utility>

namespace dxpy::dispatch {

namespace {

void Append(std::vector<std::string>& to, std::vector<std::string>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// Nobody acts on a test that has begun or passed: the dispatcher finds it when it
// looks, some milliseconds later. To wake it for each would cost more than the test.
bool MayWait(const codec::ResultHeader& header) {
  switch (header.kind) {
    case codec::ResultKind::kStarted:
    case codec::ResultKind::kDone:
    case codec::ResultKind::kDivisible:  // kCollected follows
      return true;
    case codec::ResultKind::kPhase:
      return header.outcome == codec::Outcome::kPassed && header.payload_bytes == 0;
    default:
      return false;
  }
}

}  // namespace

WorkerPort::WorkerPort(int channel_fd, int control_fd)
    : control_(ring::RunControl::Attach(control_fd)),
      channel_(ring::Channel::Attach(channel_fd)),
      commands_(channel_.CommandReader(control_)),
      results_(channel_.ResultWriter(control_)) {}

std::optional<WorkerPort::Command> WorkerPort::TryReceive() {
  for (;;) {
    seen_ = channel_.worker_bell().Ticket();
    const auto frame = commands_.Next();
    if (!frame) return std::nullopt;
    Command command{.header = codec::DecodeCommand(*frame), .unit = {}, .payload = {}};
    const auto payload = frame->subspan(codec::kCommandHeaderBytes);
    if (command.header.kind == codec::CommandKind::kPart) {
      codec::UnitSpec part = codec::DecodeUnitSpec(payload);
      Append(parts_.only, std::move(part.only));
      Append(parts_.skip, std::move(part.skip));
    } else if (command.header.kind == codec::CommandKind::kRun ||
               command.header.kind == codec::CommandKind::kJoin) {
      command.unit = codec::DecodeUnitSpec(payload);
      Append(command.unit.only, std::exchange(parts_.only, {}));
      Append(command.unit.skip, std::exchange(parts_.skip, {}));
      return command;
    } else {
      command.payload.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
      return command;
    }
  }
}

void WorkerPort::WaitForCommand() const { channel_.worker_bell().Wait(seen_); }

void WorkerPort::Send(codec::ResultHeader header, std::string_view payload) {
  if (is_in_fork()) return;  // the worker writes there, too
  header.payload_bytes = static_cast<uint32_t>(payload.size());
  const std::string head = codec::EncodeHeader(header);
  if (header.outcome == codec::Outcome::kFailed) failed_ = true;
  const bool ring = !MayWait(header) || failed_;
  if (header.kind == codec::ResultKind::kDone) failed_ = false;
  results_.Write(std::as_bytes(std::span(head)), std::as_bytes(std::span(payload)), ring);
}

}  // namespace dxpy::dispatch
