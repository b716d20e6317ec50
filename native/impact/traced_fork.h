#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impact/trace.h"

namespace dxpy::impact {

class WorkerTrace;

/// A process that was forked from one that records, and records, too. It goes on with a copy of
/// the other one's stream, so its numbers are the other's up to the fork, and its own from there.
class TracedFork {
 public:
  /// @param context  in the worker's tables.
  /// @param reader   of the stream of who has forked it, behind the fork.
  /// @param outer    the fork that has; null: the worker. It must outlive this, and stay where it
  /// is.
  TracedFork(uint32_t context, std::string_view token, const TraceReader& reader,
             const TracedFork* outer = nullptr)
      : context_(context),
        token_(token),
        reader_(reader.Branch()),
        contexts_{outer != nullptr ? &outer->contexts_ : nullptr, reader.contexts(), {}},
        codes_{outer != nullptr ? &outer->codes_ : nullptr, reader.codes(), {}} {}

  /// Its own.
  [[nodiscard]] uint32_t context() const { return context_; }
  [[nodiscard]] const std::string& token() const { return token_; }

  /// Tells a worker's tables what it has done.
  /// @returns  false: not everything can be understood, and only a part of it was told.
  bool Join(const std::vector<std::string_view>& pieces, WorkerTrace& worker);

 private:
  class Translator;

  /// Of the stream's numbers, those of the worker's tables.
  struct Numbers {
    const Numbers* outer;  // null: the worker's own
    uint32_t inherited;    // so many are the outer one's
    std::vector<uint32_t> own;

    [[nodiscard]] bool IsOwn(uint32_t number) const { return number >= inherited; }
    [[nodiscard]] uint32_t At(uint32_t number) const {
      const Numbers* numbers = this;
      while (numbers != nullptr && !numbers->IsOwn(number)) numbers = numbers->outer;
      return numbers != nullptr ? numbers->own[number - numbers->inherited] : number;
    }
  };

  uint32_t context_;
  std::string token_;
  TraceReader reader_;
  Numbers contexts_;
  Numbers codes_;
};

}  // namespace dxpy::impact
