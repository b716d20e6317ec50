#include "impact/child_traces.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>

#include "base/hash.h"
#include "base/packed.h"
#include "base/unique_fd.h"

namespace dxpy::impact {
namespace {

constexpr std::string_view kMagic = "dxchild\n";
constexpr uint8_t kVersion = 1;
constexpr uint64_t kBegun = 1;
constexpr uint64_t kComplete = 2;
constexpr uint64_t kFork = 3;  // the number of its piece stands in the command line's place

// Stands before what was packed. In the order of the machine's bytes: both sides are on it.
struct FrameHead {
  std::array<char, 8> magic;
  uint64_t size;
  uint64_t hash;
};

bool Number(std::string_view& text, uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  if (text.starts_with('.')) text.remove_prefix(1);
  return true;
}

}  // namespace

uint64_t HashCommand(std::string_view arguments) { return Hash64(arguments); }

bool ChildFile::Parse(std::string_view address, ChildFile& file) {
  return Number(address, file.pid) && Number(address, file.fd) && Number(address, file.inode) &&
         address.empty();
}

bool ChildFile::Begin(const StartedChild& child) const { return Append(kBegun, child, {}); }

bool ChildFile::Complete(const StartedChild& child, std::string_view trace) const {
  return Append(kComplete, child, trace);
}

bool ChildFile::GoOn(std::string_view token, uint64_t index, std::string_view records) const {
  return Append(kFork, {token, 0, index}, records);
}

bool ChildFile::Append(uint64_t kind, const StartedChild& child, std::string_view trace) const {
  PackedWriter writer;
  writer.Number(kind);
  writer.Text(child.token);
  writer.Number(child.pid);
  writer.Number(child.command);
  writer.Number(trace.size());
  writer.Bytes(trace);
  const std::string payload = writer.Finish(kVersion);
  FrameHead head{.magic = {}, .size = payload.size(), .hash = Hash64(payload)};
  std::memcpy(head.magic.data(), kMagic.data(), kMagic.size());
  std::string frame(reinterpret_cast<const char*>(&head), sizeof head);
  frame += payload;

  const std::string path = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
  const UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat found{};
  // In another namespace the numbers may be somebody else's.
  if (file.get() < 0 || ::fstat(file.get(), &found) != 0 || found.st_ino != inode ||
      !S_ISREG(found.st_mode) || found.st_nlink != 0)
    return false;
  // In one call: those of others do not come between.
  return ::write(file.get(), frame.data(), frame.size()) == static_cast<ssize_t>(frame.size());
}

ChildTraces::ChildTraces(std::string_view bytes) {
  while (bytes.size() >= sizeof(FrameHead)) {
    FrameHead head{};
    std::memcpy(&head, bytes.data(), sizeof head);
    const std::string_view rest = bytes.substr(sizeof head);
    const bool is_whole = std::string_view(head.magic.data(), head.magic.size()) == kMagic &&
                          head.size <= rest.size() &&
                          Hash64(rest.substr(0, head.size)) == head.hash;
    if (is_whole && Read(rest.substr(0, head.size))) {
      bytes = rest.substr(head.size);
      continue;
    }
    // Who wrote it was killed meanwhile; others may come after it.
    const size_t next = bytes.find(kMagic, 1);
    bytes = next == std::string_view::npos ? std::string_view() : bytes.substr(next);
  }
}

bool ChildTraces::Read(std::string_view payload) {
  PackedReader reader(payload, kVersion);
  const uint64_t kind = reader.Number(kFork);
  const std::string_view token = reader.Text();
  Trace trace;
  trace.pid = reader.Number();
  trace.command = reader.Number();
  trace.bytes = reader.Bytes(reader.Count());
  if (!reader.is_at_end() || kind < kBegun) return false;
  if (kind == kFork) {
    Fork& fork = forks_[token];
    fork.is_whole = fork.is_whole && trace.command == fork.pieces.size();
    fork.pieces.push_back(trace.bytes);
    return true;
  }
  Process& process = processes_[token];
  if (kind == kBegun) {
    ++process.begun;
  } else {
    process.complete.push_back(trace);
  }
  return true;
}

const ChildTraces::Trace* ChildTraces::Find(const StartedChild& child) const {
  const auto found = processes_.find(child.token);
  if (found == processes_.end()) return nullptr;
  const Process& process = found->second;
  // More than one: a process was replaced by another program, which does not tell what it had done.
  if (process.begun != 1 || process.complete.size() != 1) return nullptr;
  const Trace& trace = process.complete.front();
  return trace.pid == child.pid && trace.command == child.command ? &trace : nullptr;
}

const std::vector<std::string_view>* ChildTraces::FindFork(std::string_view token) const {
  const auto found = forks_.find(token);
  return found != forks_.end() && found->second.is_whole ? &found->second.pieces : nullptr;
}

}  // namespace dxpy::impact
