#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "impact/trace.h"

namespace dxpy::impact {

/// Hash of a process's arguments, each with a zero behind it: as in /proc/PID/cmdline.
[[nodiscard]] uint64_t HashCommand(std::string_view arguments);

/// A file in memory that a run's controller holds open, and to which the processes that tests
/// start add what they have recorded: docs/formats/children.md. It ends with the controller,
/// however that ends.
struct ChildFile {
  uint64_t pid = 0;  ///< of the controller
  uint64_t fd = 0;   ///< the controller's
  uint64_t inode = 0;

  /// "pid.fd.inode". @returns  whether it is one.
  static bool Parse(std::string_view address, ChildFile& file);

  /// A process that can be recorded begins. @returns  whether that was written.
  [[nodiscard]] bool Begin(const StartedChild& child) const;
  /// It has ended, and the trace is all of it. Nobody can be told of a failure.
  bool Complete(const StartedChild& child, std::string_view trace) const;
  /// A fork is about to do what the records tell.
  /// @param index  how many pieces it has written before. @returns  whether that was written.
  [[nodiscard]] bool GoOn(std::string_view token, uint64_t index, std::string_view records) const;

 private:
  bool Append(uint64_t kind, const StartedChild& child, std::string_view trace) const;
};

/// The processes that have left a complete trace.
class ChildTraces {
 public:
  /// @param bytes  what was appended to the file; damaged parts are left out. Must outlive this.
  explicit ChildTraces(std::string_view bytes);

  struct Trace {
    uint64_t pid = 0;
    uint64_t command = 0;
    std::string_view bytes;
  };
  /// @returns  null where a process is not proven to have left all that it did: it did not end by
  /// itself, is another program than was started, was replaced by another one, or still runs.
  [[nodiscard]] const Trace* Find(const StartedChild& child) const;

  /// What a fork has written, piece by piece: that is all that it has done, however it ended.
  /// @returns  null where it is not known to have begun, or a piece is missing.
  [[nodiscard]] const std::vector<std::string_view>* FindFork(std::string_view token) const;

  /// Calls `visit` with the bytes of each complete trace.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (const auto& [token, process] : processes_)
      for (const Trace& trace : process.complete) visit(trace.bytes);
  }

 private:
  struct Process {
    uint32_t begun = 0;
    std::vector<Trace> complete;
  };
  struct Fork {
    bool is_whole = true;
    std::vector<std::string_view> pieces;
  };
  bool Read(std::string_view payload);

  std::unordered_map<std::string_view, Process> processes_;  // by token
  std::unordered_map<std::string_view, Fork> forks_;         // the same
};

}  // namespace dxpy::impact
