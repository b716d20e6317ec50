#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "ring/doorbell.h"
#include "ring/ring_format.h"

namespace dxpy::ring {

/// The writing end of a single-producer single-consumer byte ring.
///
/// A frame becomes visible fragment by fragment, each as a whole, so a producer
/// that dies leaves whole fragments behind and no torn bytes. Frames larger than
/// a quarter of the ring are cut into fragments and need no other memory.
class RingWriter {
 public:
  /// @param words, data  the ring; must outlive the writer.
  /// @param peer  rung when something was written.
  /// @param own   rung by the reader when it made room.
  RingWriter(RingWords& words, std::span<std::byte> data, Doorbell peer, Doorbell own);

  /// Writes `head` and `body` as one frame; sleeps on `own` while the ring is full.
  void Write(std::span<const std::byte> head, std::span<const std::byte> body);
  /// The same for a frame that must not wait: false, and nothing written, if it
  /// does not fit as one fragment right now.
  [[nodiscard]] bool TryWrite(std::span<const std::byte> head, std::span<const std::byte> body);
  /// Sleeps until the reader has taken everything.
  void WaitDrained();

 private:
  RingWords* words_;
  std::span<std::byte> data_;
  Doorbell peer_;
  Doorbell own_;
};

/// The reading end.
class RingReader {
 public:
  /// @param peer  rung when room was made for a waiting writer.
  RingReader(RingWords& words, std::span<const std::byte> data, Doorbell peer);

  /// The next whole frame, or nullopt where none has arrived. The bytes are a
  /// copy of the reader's own and stay valid until the next call. What was read
  /// before is given back to the writer on the next call, so a drained ring
  /// means that the reader has also handled its last frame.
  /// @throws Error  positions or a fragment header that no writer produces.
  std::optional<std::span<const std::byte>> Next();

 private:
  RingWords* words_;
  std::span<const std::byte> data_;
  Doorbell peer_;
  std::vector<std::byte> frame_;
};

}  // namespace dxpy::ring
