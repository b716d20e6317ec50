#pragma once

#include <cstddef>
#include <cstdint>
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
///
/// The reader's process may be mad: its position is checked whenever it is read,
/// and the writer's own position is never read back from shared memory.
///
/// Thread safety: none; one writer per ring, for as long as the ring is used.
class RingWriter {
 public:
  /// @param words, data  the ring; must outlive the writer.
  /// @param peer  rung when something was written.
  /// @param own   rung by the reader when it made room.
  /// @param name  begins error messages; must outlive the writer.
  RingWriter(RingWords& words, std::span<std::byte> data, Doorbell peer, Doorbell own,
             const char* name = "ring");

  /// Writes `head` and `body` as one frame. Where the ring is full it sleeps on
  /// `own` until half of it is free; for ever, if the reader has died: whoever
  /// outlives its reader uses TryWrite.
  /// @param ring  wake the reader. Without it the frame waits until the reader looks by
  ///              itself, or the next frame that rings, or this writer has to wait.
  /// @throws Error  the frame is over kMaxFrameBytes; the reader's position is one
  ///                that no reader produces.
  void Write(std::span<const std::byte> head, std::span<const std::byte> body, bool ring = true);
  /// The same without waiting: false, and nothing written, if there is no room for
  /// all of it right now. Then the reader rings `own` once it has made room.
  /// @throws Error  the frame with its headers is larger than the ring, so there
  ///                will never be room; otherwise as Write.
  [[nodiscard]] bool TryWrite(std::span<const std::byte> head, std::span<const std::byte> body);
  /// Sleeps until the reader has taken everything.
  void WaitDrained();

 private:
  [[nodiscard]] bool HasRoom(uint64_t footprint);
  [[nodiscard]] uint64_t TailForRoom(uint64_t footprint) const;
  void Ask(uint64_t tail);
  void Unask();
  void WaitForTail(uint64_t position);
  void LoadTail();
  void Publish(std::span<const std::byte> head, std::span<const std::byte> body, uint32_t flags);
  void PutBytes(uint64_t position, std::span<const std::byte> bytes);

  RingWords* words_;
  std::span<std::byte> data_;
  Doorbell peer_;
  Doorbell own_;
  const char* name_;
  uint64_t head_;       ///< end of what was written
  uint64_t tail_;       ///< the reader's position when last looked at
  bool asked_ = false;  ///< `wanted` is set
};

/// The reading end.
///
/// The writer's process may be mad and may scribble on the ring at any time. So
/// the reader keeps its own position, reads each shared word once, checks it and
/// uses what it checked, and hands out copies.
///
/// Thread safety: none; one reader per ring, for as long as the ring is used.
class RingReader {
 public:
  /// @param peer  rung when room was made for a waiting writer.
  /// @param name  begins error messages; must outlive the reader.
  RingReader(RingWords& words, std::span<const std::byte> data, Doorbell peer,
             const char* name = "ring");

  /// The next whole frame, or nullopt where none has arrived. The bytes are a
  /// copy of the reader's own and stay valid until the next call. What was read
  /// before is given back to the writer on the next call, so a drained ring
  /// means that the reader has also handled its last frame. Only the fragments of
  /// an unfinished frame are given back at once, or one larger than the ring
  /// could never arrive.
  /// @throws Error  positions or a fragment header that no writer produces.
  std::optional<std::span<const std::byte>> Next();

 private:
  [[nodiscard]] bool HasFragment();
  [[nodiscard]] FragmentHeader LoadHeader() const;
  void TakeBytes(uint64_t position, size_t bytes);
  void Release();

  RingWords* words_;
  std::span<const std::byte> data_;
  Doorbell peer_;
  const char* name_;
  uint64_t head_;            ///< the writer's position when last looked at
  uint64_t tail_;            ///< end of what was read
  uint64_t released_;        ///< end of what was given back; at most tail_
  bool unfinished_ = false;  ///< frame_ holds the beginning of a frame
  std::vector<std::byte> frame_;
};

}  // namespace dxpy::ring
