#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codec/messages.h"

namespace dxpy::dispatch {

/// What the controller hears of its workers. One worker's events keep their order.
enum class EventKind : uint8_t {
  kReady = 1,       ///< its session has started
  kDiscovered = 2,  ///< payload: a codec::UnitList
  kBegun = 3,       ///< it took `unit`
  kCollected = 4,   ///< `item` items in `unit`, `seconds` after kBegun; payload: a codec::ItemList
  kItem = 5,        ///< `item` of `unit` has run for `seconds`; `phases` holds its reports
  kUnitDone = 6,    ///< it is through with `unit`, `seconds` after kBegun; where it joined it,
                    ///< after it got items
  kEvent = 7,       ///< payload: as the worker sent it
  kFinished = 8,    ///< its session has ended; payload: as the worker sent it
  kExited = 9,      ///< its process has ended, after kFinished
  kLost = 10,       ///< its process ended before kFinished, in `item` of `unit` (or none);
                    ///< `phases` holds what was reported of the item; payload: what was
                    ///< wrong with its messages, empty where it just died
  kJoined = 11,     ///< it took `unit` to share it with the worker that has begun it
  kCut = 12,        ///< it got the items of `unit` from `item` on, up to the end of those that
                    ///< the worker had which `item` belonged to
  kDiffers = 13,    ///< it joined `unit`, and its items are not those of the others
  kDivisible = 14,  ///< `unit`, which it has begun and is about to end, could have been shared;
                    ///< `seconds` is what another would have needed to start with it
  kOverdue = 15,    ///< a phase of `item` in `unit` has taken more than `seconds`, and the worker
                    ///< is ended if it goes on; `phases` has the phase
  kOutput = 16,  ///< payload: whole lines that it has written to its stream `item`, 1 or 2; those
                 ///< of a test come before its kItem
  kSlow = 17,    ///< `item` of `unit` has been running for `seconds`, and runs
  kWaits = 18,   ///< it has said nothing for `seconds` in its Stage `item`, outside of a test,
                 ///< and in `unit`, where there is one
  kStuck = 19,   ///< the same, and `seconds` are all that it may; it is ended if it goes on
};

/// One report of one item.
struct PhaseRecord {
  codec::Phase phase = codec::Phase::kNone;
  codec::Outcome outcome = codec::Outcome::kNone;
  double start_seconds = 0;
  double duration_seconds = 0;
  std::string payload;  ///< empty: nothing to say beyond the outcome
};

struct Event {
  EventKind kind = EventKind::kReady;
  uint32_t worker = 0;
  uint32_t unit = codec::kNone;
  uint32_t item = codec::kNone;
  double seconds = 0;
  std::vector<PhaseRecord> phases;
  std::string payload;
};

}  // namespace dxpy::dispatch
