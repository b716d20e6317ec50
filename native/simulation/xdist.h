#pragma once

#include <cstdint>
#include <vector>

#include "simulation/simulated_run.h"

namespace dxpy::simulation {

/// How pytest-xdist 3.8 hands out tests, restated from what its schedulers do (`load`,
/// `worksteal`, `loadfile`). In its favour a file's start costs only who runs the first test of
/// it there, though each of its workers imports all files.
enum class Distribution : uint8_t { kLoad, kWorkSteal, kLoadFile };

/// @returns  the makespan in seconds.
[[nodiscard]] double SimulateXdist(const std::vector<MeasuredFile>& files, uint32_t workers,
                                   Distribution distribution);

}  // namespace dxpy::simulation
