#include "store/entries.h"

#include <cstring>

#include "base/hash.h"
#include "store/store_format.h"

namespace dxpy::store {
namespace {

/// The record at `offset`, which may lie at any address; there are bytes enough.
template <typename Record>
Record Load(std::span<const std::byte> bytes, uint64_t offset) {
  Record record;
  std::memcpy(&record, bytes.data() + offset, sizeof record);
  return record;
}

template <typename Record>
void Append(std::string& bytes, const Record& record) {
  bytes.append(reinterpret_cast<const char*>(&record), sizeof record);
}

uint32_t HeadCheck(const EntryHead& head, uint64_t offset) {
  constexpr size_t kBegin = offsetof(EntryHead, value_bytes);
  const auto checked = std::as_bytes(std::span(&head, 1)).subspan(kBegin);
  return static_cast<uint32_t>(Hash64(checked, offset));
}

}  // namespace

std::optional<EntryView> EntryAt(std::span<const std::byte> store, uint64_t offset) {
  if (offset > store.size() || store.size() - offset < sizeof(EntryHead)) return std::nullopt;
  const auto head = Load<EntryHead>(store, offset);
  if (head.mark != kMark || head.head_check != HeadCheck(head, offset)) return std::nullopt;
  const uint64_t key_bytes = head.kind_and_key & kMostKeyBytes;
  const uint64_t body_bytes = key_bytes + head.value_bytes;
  const uint64_t body = offset + sizeof(EntryHead);
  const uint64_t bytes = Aligned(sizeof(EntryHead) + body_bytes);
  if (bytes > store.size() - offset) return std::nullopt;
  const auto text =
      std::string_view(reinterpret_cast<const char*>(store.data()) + body, body_bytes);
  if (Hash64(text) != head.body_check) return std::nullopt;
  return EntryView{.kind = static_cast<Kind>(head.kind_and_key >> kKeyBits),
                   .key = text.substr(0, key_bytes),
                   .value = text.substr(key_bytes),
                   .offset = offset,
                   .bytes = bytes};
}

std::optional<uint64_t> CheckAt(std::span<const std::byte> store, uint64_t offset, Kind kind,
                                std::string_view key) {
  const auto head = Load<EntryHead>(store, offset);
  const uint64_t key_bytes = head.kind_and_key & kMostKeyBytes;
  if (head.kind_and_key >> kKeyBits != kind || key_bytes != key.size()) return std::nullopt;
  const uint64_t body = offset + sizeof(EntryHead);
  if (std::memcmp(store.data() + body, key.data(), key.size()) != 0) return std::nullopt;
  return head.body_check;
}

Walked WalkEntries(std::span<const std::byte> store, uint64_t offset,
                   const std::function<void(const EntryView&)>& visit) {
  Walked walked{.end = offset};
  for (uint64_t at = Aligned(offset); at + sizeof(EntryHead) <= store.size();) {
    const std::optional<EntryView> entry = EntryAt(store, at);
    if (!entry) {
      // Not to where its head says that it ends: the bytes that follow it need not be its own.
      at += kAlignment;
      continue;
    }
    visit(*entry);
    walked.skipped_bytes += at - walked.end;
    at += entry->bytes;
    walked.end = at;
  }
  return walked;
}

std::string HeaderProblem(std::span<const std::byte> store) {
  if (store.size() < sizeof(Header)) {
    return "damaged: " + std::to_string(store.size()) + " bytes are not the " +
           std::to_string(sizeof(Header)) + " of a header";
  }
  const auto header = Load<Header>(store, 0);
  if (header.magic != kMagic) return "not a store";
  if (header.byte_order == __builtin_bswap32(kByteOrder))
    return "written on a machine of another byte order";
  if (header.byte_order != kByteOrder)
    return "damaged: byte order mark " + std::to_string(header.byte_order);
  if (header.version != kVersion)
    return "version " + std::to_string(header.version) + " is not " + std::to_string(kVersion);
  return {};
}

void AppendHeader(std::string& bytes) { Append(bytes, Header{}); }

void AppendEntry(std::string& bytes, uint64_t offset, Kind kind, std::string_view key,
                 std::string_view value) {
  const uint64_t at = bytes.size();
  bytes.append(sizeof(EntryHead), '\0').append(key).append(value);
  EntryHead head;
  head.mark = kMark;
  head.value_bytes = static_cast<uint32_t>(value.size());
  head.kind_and_key = static_cast<uint32_t>(key.size()) | uint32_t{kind} << kKeyBits;
  head.body_check = Hash64(std::string_view(bytes).substr(at + sizeof head));
  head.head_check = HeadCheck(head, offset + at);
  std::memcpy(bytes.data() + at, &head, sizeof head);
  bytes.resize(Aligned(bytes.size()), '\0');
}

}  // namespace dxpy::store
