#include "ring/ring.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"

namespace dxpy::ring {

namespace {

using Bytes = std::span<const std::byte>;

static_assert(sizeof(FragmentHeader) == sizeof(uint64_t), "a header is one word, read at once");
static_assert(std::endian::native == std::endian::little, "see docs/formats/ring.md");

// What a reader keeps for its next frame. More than this is given back, so that
// one huge report does not stay in memory for the rest of the run.
constexpr size_t kKeepBytes = size_t{1} << 20;

size_t FragmentLimit(Bytes ring) { return ring.size() / 4; }

/// What a fragment takes in the ring, with header and padding.
uint64_t Footprint(uint64_t data_bytes) {
  const uint64_t padded = (data_bytes + kFragmentAlignment - 1) & ~(kFragmentAlignment - 1);
  return sizeof(FragmentHeader) + padded;
}

/// The same for a frame with all of its fragments.
uint64_t FrameFootprint(size_t frame_bytes, size_t limit) {
  const size_t full = frame_bytes == 0 ? 0 : (frame_bytes - 1) / limit;
  return full * Footprint(limit) + Footprint(frame_bytes - full * limit);
}

std::string Text(uint64_t value) { return std::to_string(value); }

// A position that the other process wrote moves forward only, by whole fragments,
// and stays within one ring's length of our own.
uint64_t CheckPosition(const char* name, const char* word, uint64_t value, uint64_t least,
                       uint64_t most) {
  if (value < least || value > most) {
    throw Error(std::string(name) + ": " + word + ": " + Text(value) + " is not between " +
                Text(least) + " and " + Text(most));
  }
  if (value % kFragmentAlignment != 0)
    throw Error(std::string(name) + ": " + word + ": " + Text(value) + " is not a multiple of 8");
  return value;
}

/// `part` bytes of `head` and `body`, one after the other, from `done` on.
struct Cut {
  Cut(Bytes whole_head, Bytes whole_body, size_t done, size_t part) {
    const size_t head_done = std::min(done, whole_head.size());
    head = whole_head.subspan(head_done, std::min(part, whole_head.size() - head_done));
    body = whole_body.subspan(done - head_done, part - head.size());
  }
  Bytes head;
  Bytes body;
};

}  // namespace

RingWriter::RingWriter(RingWords& words, std::span<std::byte> data, Doorbell peer, Doorbell own,
                       const char* name)
    : words_(&words), data_(data), peer_(peer), own_(own), name_(name) {
  assert(std::has_single_bit(data.size()) && data.size() >= kMinRingBytes);
  // Relaxed: these are this end's own words, or a lower bound that is looked at again.
  head_ = words.head.load(std::memory_order_relaxed);
  tail_ = words.tail.load(std::memory_order_relaxed);
  CheckPosition(name, "head", head_, tail_, tail_ + data.size());
}

void RingWriter::Write(Bytes head, Bytes body, bool ring) {
  const size_t total = head.size() + body.size();
  if (total > kMaxFrameBytes) {
    throw Error(std::string(name_) + ": frame of " + Text(total) + " bytes exceeds the limit of " +
                Text(kMaxFrameBytes));
  }
  size_t done = 0;
  do {
    const size_t part = std::min(total - done, FragmentLimit(data_));
    if (!HasRoom(Footprint(part))) WaitForTail(TailForRoom(Footprint(part)));
    const Cut cut(head, body, done, part);
    done += part;
    Publish(cut.head, cut.body, done < total ? kMore : 0);
  } while (done < total);
  if (ring) peer_.Ring();
}

bool RingWriter::TryWrite(Bytes head, Bytes body) {
  const size_t total = head.size() + body.size();
  const uint64_t footprint = FrameFootprint(total, FragmentLimit(data_));
  if (footprint > data_.size()) {
    throw Error(std::string(name_) + ": frame of " + Text(total) + " bytes does not fit into the " +
                Text(data_.size()) + " of the ring");
  }
  if (!HasRoom(footprint)) {
    Ask(TailForRoom(footprint));
    // Room that was made before we asked came without a ring.
    if (!HasRoom(footprint)) return false;
  }
  Unask();
  Write(head, body);
  return true;
}

void RingWriter::WaitDrained() { WaitForTail(head_); }

bool RingWriter::HasRoom(uint64_t footprint) {
  const uint64_t end = head_ + footprint;
  if (end - tail_ <= data_.size()) return true;
  LoadTail();
  return end - tail_ <= data_.size();
}

// Half of the ring and not just enough room: a full ring then costs one sleep per
// half ring in place of one per frame. Called where there is no room, so that
// neither difference is below 0.
uint64_t RingWriter::TailForRoom(uint64_t footprint) const {
  return head_ + std::max<uint64_t>(footprint, data_.size() / 2) - data_.size();
}

// The same pattern as in doorbell.cc: `wanted` is stored before `tail` is loaded
// here, `tail` is stored before `wanted` is loaded in RingReader::Release, all of
// them seq_cst; so one of the two sees the other.
void RingWriter::Ask(uint64_t tail) {
  words_->wanted.store(tail, std::memory_order_seq_cst);
  asked_ = true;
}

// Relaxed: a reader that still sees the wish rings once too often.
void RingWriter::Unask() {
  if (!std::exchange(asked_, false)) return;
  words_->wanted.store(0, std::memory_order_relaxed);
}

void RingWriter::WaitForTail(uint64_t position) {
  LoadTail();
  if (tail_ < position) {
    Ask(position);
    peer_.Ring();  // it may not know of what was written
  }
  while (tail_ < position) {
    // The ticket before the look at `tail`: a ring in between ends the wait at once.
    const uint32_t ticket = own_.Ticket();
    LoadTail();
    if (tail_ < position) own_.Wait(ticket);
  }
  Unask();
}

// seq_cst for Ask; it also acquires, so that the reader's copying is over
// before its bytes are written to again.
void RingWriter::LoadTail() {
  tail_ = CheckPosition(name_, "tail", words_->tail.load(std::memory_order_seq_cst), tail_, head_);
}

void RingWriter::Publish(Bytes head, Bytes body, uint32_t flags) {
  const size_t bytes = head.size() + body.size();
  const FragmentHeader header{static_cast<uint32_t>(bytes), flags};
  PutBytes(head_, std::as_bytes(std::span(&header, 1)));
  PutBytes(head_ + sizeof header, head);
  PutBytes(head_ + sizeof header + head.size(), body);
  head_ += Footprint(bytes);
  // Release: whoever sees this position sees the bytes before it. A producer that
  // is killed above has published nothing, one that is killed below a whole fragment.
  words_->head.store(head_, std::memory_order_release);
}

void RingWriter::PutBytes(uint64_t position, Bytes bytes) {
  const size_t offset = position & (data_.size() - 1);
  const size_t first = std::min(bytes.size(), data_.size() - offset);
  std::copy_n(bytes.data(), first, data_.data() + offset);
  std::copy_n(bytes.data() + first, bytes.size() - first, data_.data());
}

RingReader::RingReader(RingWords& words, Bytes data, Doorbell peer, const char* name)
    : words_(&words), data_(data), peer_(peer), name_(name) {
  assert(std::has_single_bit(data.size()) && data.size() >= kMinRingBytes);
  // Relaxed: only this end writes `tail`, and `head` is looked at again.
  tail_ = words.tail.load(std::memory_order_relaxed);
  CheckPosition(name, "tail", tail_, tail_, tail_);
  head_ = tail_;
  released_ = tail_;
}

std::optional<Bytes> RingReader::Next() {
  Release();
  while (HasFragment()) {
    const FragmentHeader header = LoadHeader();
    if (!unfinished_) {
      if (frame_.capacity() > kKeepBytes) frame_ = {};
      frame_.clear();
    }
    TakeBytes(tail_ + sizeof header, header.bytes);
    tail_ += Footprint(header.bytes);
    unfinished_ = (header.flags & kMore) != 0;
    if (!unfinished_) return Bytes(frame_);
    Release();
  }
  return std::nullopt;
}

bool RingReader::HasFragment() {
  if (head_ != tail_) return true;
  // Acquire: with the position come the bytes before it.
  head_ = CheckPosition(name_, "head", words_->head.load(std::memory_order_acquire), tail_,
                        tail_ + data_.size());
  return head_ != tail_;
}

FragmentHeader RingReader::LoadHeader() const {
  // One load of the whole word, which the compiler may not repeat: what is checked
  // here is what is used. Aligned, as positions are multiples of 8.
  const std::byte* at = data_.data() + (tail_ & (data_.size() - 1));
  const auto header = std::bit_cast<FragmentHeader>(
      __atomic_load_n(reinterpret_cast<const uint64_t*>(at), __ATOMIC_RELAXED));
  const auto damage = [&](const char* field, uint64_t value, const std::string& what) {
    return Error(std::string(name_) + ": fragment at byte " + Text(tail_) + ": " + field + " " +
                 Text(value) + " " + what);
  };
  const uint64_t written = head_ - tail_ - sizeof header;
  const size_t limit = FragmentLimit(data_);
  if (header.bytes > written)
    throw damage("length", header.bytes, "exceeds the " + Text(written) + " bytes written");
  if (header.bytes > limit)
    throw damage("length", header.bytes, "exceeds the " + Text(limit) + " bytes of a fragment");
  if (header.flags > kMore) throw damage("flags", header.flags, "are not 0 or 1");
  if (header.flags == kMore && header.bytes != limit)
    throw damage("length", header.bytes, "is not " + Text(limit) + " though more follows");
  const size_t before = unfinished_ ? frame_.size() : 0;
  if (before + header.bytes > kMaxFrameBytes)
    throw damage("length", header.bytes, "makes the frame exceed " + Text(kMaxFrameBytes));
  return header;
}

void RingReader::TakeBytes(uint64_t position, size_t bytes) {
  const size_t offset = position & (data_.size() - 1);
  const size_t first = std::min(bytes, data_.size() - offset);
  const std::byte* ring = data_.data();
  frame_.insert(frame_.end(), ring + offset, ring + offset + first);
  frame_.insert(frame_.end(), ring, ring + (bytes - first));
}

// See RingWriter::Ask for the order of these two.
void RingReader::Release() {
  if (released_ == tail_) return;
  released_ = tail_;
  words_->tail.store(tail_, std::memory_order_seq_cst);
  const uint64_t wanted = words_->wanted.load(std::memory_order_seq_cst);
  if (wanted != 0 && wanted <= tail_) peer_.Ring();
}

}  // namespace dxpy::ring
