#pragma once

#include <cstdint>
#include <string_view>

namespace dxpy::syntax {

/// Line numbers of places in a source, counted only when they are asked for:
/// most lines are of no interest. LF, CR LF and a lone CR each end a line, in
/// strings too, as they do for CPython.
class LineCounter {
 public:
  explicit LineCounter(std::string_view source);

  /// The line of `place`, from 1. Cheap where `place` is not before the last one
  /// asked for; else it counts from the start again.
  uint32_t LineOf(const char* place);

 private:
  const char* begin_;
  const char* end_;
  bool has_cr_;
  const char* last_;
  uint32_t line_ = 1;
};

}  // namespace dxpy::syntax
