#pragma once

#include <cstddef>
#include <cstdint>

namespace dxpy::codec {

// What the writer and the reader of worker messages share; docs/formats/messages.md
// has the layout byte by byte and a worked example.

inline constexpr uint32_t kCommandMagic = 0x43'31'58'44;  // "DX1C", little-endian
inline constexpr uint32_t kResultMagic = 0x52'31'58'44;   // "DX1R"
inline constexpr size_t kCommandHeaderBytes = 32;
inline constexpr size_t kResultHeaderBytes = 40;

// NOTE: do not change the values of existing entries.

/// Controller to worker.
enum class CommandKind : uint16_t {
  kConfigure = 1,  ///< before anything else, once or twice; payload: opaque (settings)
  kDiscover = 2,   ///< walk the arguments; answered by kDiscovered
  kRun = 3,        ///< the next unit; payload: UnitSpec
  kFinish = 4,     ///< no unit is left: end the session
  kWait = 5,       ///< nothing now, but keep the session's fixtures and ask again when idle
  kPart = 6,       ///< a piece of the lists of the kRun that follows; payload: UnitSpec
  kJoin = 7,       ///< a unit that another worker runs: collect it, and ask for a share of it
                   ///< by kJoined and kNeed; payload: UnitSpec
  kSpan = 8,       ///< answers kNeed: the span's word holds more items of the same unit
};

/// Worker to controller.
enum class ResultKind : uint16_t {
  kReady = 1,       ///< the session has started
  kDiscovered = 2,  ///< payload: UnitList, in pytest's order
  kNeed = 3,        ///< asks for the next unit; `item` is 1 where the worker is idle, 0 where
                    ///< its last item is still to run. Answer: any command but kConfigure
  kBegun = 4,       ///< `unit` is being collected
  kCollected = 5,   ///< `item` items in `unit`; payload: ItemList
  kStarted = 6,     ///< `item` of `unit` is about to run
  kPhase = 7,       ///< one report of `item`; payload: none, or opaque (the report)
  kDone = 8,        ///< `item` has run
  kUnitDone = 9,    ///< every item of `unit` has run
  kEvent = 10,      ///< anything else; payload: opaque
  kFinished = 11,   ///< the session has ended; payload: opaque (workeroutput)
  kDivisible = 12,  ///< before kCollected: the `item` items of `unit` may be shared among
                    ///< workers; payload: the positions where it may be cut, or none: anywhere
  kJoined = 13,     ///< `item` items were collected of a kJoin; payload: a hash of their ItemList
  kEnding = 14,     ///< no more items: the session ends
};

enum class Phase : uint8_t { kNone = 0, kSetup = 1, kCall = 2, kTeardown = 3, kOther = 4 };

/// What pytest counts: a failed report with `wasxfail` is kOther.
enum class Outcome : uint8_t { kNone = 0, kPassed = 1, kFailed = 2, kSkipped = 3, kOther = 4 };

/// No unit, or no item: a header field that does not apply. Below the enumerations,
/// since g++ takes an enumerator of the same name for one that shadows it.
inline constexpr uint32_t kNone = 0xFFFF'FFFF;

}  // namespace dxpy::codec
