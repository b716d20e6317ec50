// What workers write to the terminal, on its way there.

#include <poll.h>
#include <sys/eventfd.h>

#include <utility>

#include "dispatch/dispatcher.h"

namespace dxpy::dispatch {

namespace {

// What waits to be taken. Whoever writes more waits until it is, as for a slow terminal.
constexpr size_t kMostWaitingBytes = 4 * OutputPipe::kMostBytes;

}  // namespace

void Dispatcher::FollowOutput(uint32_t worker, uint32_t stream, UniqueFd fd) {
  const std::lock_guard lock(mutex_);
  outputs_.emplace_back(worker, stream, std::move(fd));
  if (output_thread_.joinable()) {
    eventfd_write(output_bell_.get(), 1);
  } else {
    output_thread_ = StartWithoutSignals([this] { OutputLoop(); });
  }
}

void Dispatcher::OutputLoop() {
  while (!ending_) {
    std::vector<pollfd> ready{{output_bell_.get(), POLLIN, 0}};
    {
      const std::lock_guard lock(mutex_);
      if (output_bytes_ < kMostWaitingBytes) {
        for (const OutputPipe& output : outputs_)
          if (output.fd() >= 0) ready.push_back({output.fd(), POLLIN, 0});
      }
    }
    poll(ready.data(), ready.size(), -1);
    eventfd_t ignored = 0;
    eventfd_read(output_bell_.get(), &ignored);
    const std::lock_guard lock(mutex_);
    if (output_bytes_ >= kMostWaitingBytes) continue;
    for (OutputPipe& output : outputs_) EmitOutput(output, output.ReadLines());
  }
}

// Before the event that something has ended: its output comes first.
void Dispatcher::EndOutput(const WorkerLink& link) {
  for (OutputPipe& output : outputs_)
    if (output.worker() == link.id()) EmitOutput(output, output.ReadAll());
}

void Dispatcher::EmitOutput(const OutputPipe& output, std::string lines) {
  if (lines.empty()) return;
  output_bytes_ += lines.size();
  Emit({.kind = EventKind::kOutput,
        .worker = output.worker(),
        .item = output.stream(),
        .phases = {},
        .payload = std::move(lines)});
}

void Dispatcher::ResumeOutput() {
  if (std::exchange(output_bytes_, 0) >= kMostWaitingBytes) eventfd_write(output_bell_.get(), 1);
}

}  // namespace dxpy::dispatch
