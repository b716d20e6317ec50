#include "impact/run_note.h"

#include "base/packed.h"
#include "impact/kinds.h"

namespace dxpy::impact {
namespace {

constexpr uint8_t kVersion = 1;

}  // namespace

std::string EncodeRun(const RunNote& note) {
  PackedWriter writer;
  writer.Number(static_cast<uint64_t>(note.when_s));
  writer.Text(note.origin.host);
  writer.Text(note.origin.branch);
  writer.Text(note.origin.commit);
  writer.Bytes(note.world);
  return writer.Finish(kVersion);
}

std::optional<RunNote> DecodeRun(std::string_view bytes) {
  PackedReader reader(bytes, kVersion);
  RunNote note;
  note.when_s = static_cast<int64_t>(reader.Number());
  note.origin.host = reader.Text();
  note.origin.branch = reader.Text();
  note.origin.commit = reader.Text();
  note.world = reader.Bytes16();
  if (!reader.is_at_end()) return std::nullopt;
  return note;
}

std::string EncodeLastRun(const LastRun& last) {
  PackedWriter writer;
  writer.Number(static_cast<uint64_t>(last.when_s));
  writer.Bytes(last.run);
  return writer.Finish(kVersion);
}

std::optional<LastRun> DecodeLastRun(std::string_view bytes) {
  PackedReader reader(bytes, kVersion);
  LastRun last;
  last.when_s = static_cast<int64_t>(reader.Number());
  last.run = reader.Bytes16();
  if (!reader.is_at_end()) return std::nullopt;
  return last;
}

std::optional<RunNote> FindRun(const store::Store& store, const ContentId& run) {
  return DecodeRun(store.FindNewest(kRunKind, ContentKey(run)));
}

std::optional<RunNote> FindLastRun(const store::Store& store) {
  const std::optional<LastRun> last = DecodeLastRun(store.FindNewest(kLastRunKind, kLastRunKey));
  if (!last) return std::nullopt;
  return FindRun(store, last->run);
}

}  // namespace dxpy::impact
