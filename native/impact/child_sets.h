#pragma once

#include <optional>

#include "impact/sets.h"
#include "impact/worker_trace.h"

namespace dxpy::impact {

/// Knows what the processes depended on that a worker's tests have started.
class ChildSets {
 public:
  virtual ~ChildSets() = default;

  struct Found {
    bool is_recorded = false;      ///< all that the process did is known
    std::optional<ContentId> set;  ///< of it, in the book; nullopt: it cannot be relied on
  };
  virtual Found Find(const TracedChild& child) = 0;
};

}  // namespace dxpy::impact
