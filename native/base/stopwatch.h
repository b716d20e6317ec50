#pragma once

#include <chrono>
#include <utility>

namespace dxpy {

class Stopwatch {
 public:
  /// Milliseconds since the last call, or since it was made.
  double Lap() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double, std::milli>(now - std::exchange(start_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace dxpy
