#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "codec/message_format.h"

namespace dxpy::codec {

/// The 32 bytes in front of every command.
struct CommandHeader {
  CommandKind kind = CommandKind::kFinish;
  uint32_t unit = kNone;
  uint64_t sequence = 0;       ///< counts the commands of one channel, from 1
  uint64_t grant = 0;          ///< kRun, kJoin: what the worker must claim to begin; else 0
  uint32_t payload_bytes = 0;  ///< length of what follows
};

/// The 40 bytes in front of every result.
struct ResultHeader {
  ResultKind kind = ResultKind::kReady;
  Phase phase = Phase::kNone;
  Outcome outcome = Outcome::kNone;
  uint32_t unit = kNone;
  uint32_t item = kNone;        ///< position in the unit, from 0; kCollected: how many
  double start_seconds = 0;     ///< since the epoch
  double duration_seconds = 0;  ///< may be negative or huge: a test may replace the clock
  uint32_t payload_bytes = 0;
};

/// What a worker collects as one piece.
struct UnitSpec {
  std::string key;                ///< a file's path, or the name of a group
  uint32_t argument = 0;          ///< index of the command-line argument that it lies below
  std::vector<std::string> only;  ///< run just these node ids; empty: all
  std::vector<std::string> skip;  ///< do not run these node ids, once per entry

  bool operator==(const UnitSpec&) const = default;
};

/// One line of kDiscovered.
struct UnitEntry {
  std::string key;
  uint32_t argument = 0;
  uint64_t size_bytes = 0;  ///< of the file; 0 where there is none

  bool operator==(const UnitEntry&) const = default;
};
using UnitList = std::vector<UnitEntry>;

/// One line of kCollected: a node id and its item's location.
struct ItemEntry {
  std::string node_id;  ///< UTF-8 with surrogates passed through
  std::string path;     ///< as in item.location, relative to the root directory
  int64_t line = -1;    ///< counted from 0; -1: unknown
  std::string domain;

  bool operator==(const ItemEntry&) const = default;
};
using ItemList = std::vector<ItemEntry>;

/// Payload of kDivisible: positions from 1 up, ascending, at which the unit may be cut
/// in two; item c is the first of the second part. Empty: at every position.
using Cuts = std::vector<uint32_t>;

/// Encoding never fails. Decoding reads a whole message (header and payload)
/// and throws dxpy::Error that names the field and its value where a byte is
/// not what it must be: "result header: kind: 99 is not one of 1 to 14".
std::string EncodeHeader(const CommandHeader& header);
std::string EncodeHeader(const ResultHeader& header);
CommandHeader DecodeCommand(std::span<const std::byte> message);
ResultHeader DecodeResult(std::span<const std::byte> message);

/// Payload records, by cereal's portable binary archive.
std::string Encode(const UnitSpec& unit);
std::string Encode(const UnitList& units);
std::string Encode(const ItemList& items);
std::string EncodeCuts(const Cuts& cuts);
std::string EncodeHash(uint64_t hash);
UnitSpec DecodeUnitSpec(std::span<const std::byte> payload);
UnitList DecodeUnitList(std::span<const std::byte> payload);
ItemList DecodeItemList(std::span<const std::byte> payload);
/// @param items  how many the unit has; each cut is below it.
Cuts DecodeCuts(std::span<const std::byte> payload, uint32_t items);
uint64_t DecodeHash(std::span<const std::byte> payload);

}  // namespace dxpy::codec
