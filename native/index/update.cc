#include "index/update.h"

#include <sys/stat.h>
#include <tbb/parallel_for_each.h>
#include <time.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/read_file.h"
#include "base/stopwatch.h"
#include "index/image.h"
#include "index/write_aside.h"

namespace dxpy::index {
namespace {

enum class Source : uint8_t { kUnread, kFresh, kHashed, kParsed, kUnreadable, kTwin };

/// What becomes of one file. A task writes to no other unit than its own.
struct Unit {
  const SourceFile* file = nullptr;
  std::string_view key;
  bool is_known = false;    ///< the last index has it, in `record` and `block`
  bool is_damaged = false;  ///< the last index had it
  Source source = Source::kUnread;
  FileRecord record;
  std::string parsed;                ///< the new block; of kParsed
  std::span<const std::byte> block;  ///< the new one or that of the last index
};

int64_t ClockNs() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

std::string_view KeyOf(std::string_view path, std::string_view root) {
  if (root.empty() || !path.starts_with(root)) return path;
  const std::string_view rest = path.substr(root.size());
  if (root.ends_with('/')) return rest;
  return rest.starts_with('/') ? rest.substr(1) : path;
}

std::vector<Unit> MakeUnits(std::span<const SourceFile> files, const std::string& root) {
  std::vector<Unit> units(files.size());
  for (size_t i = 0; i < files.size(); ++i) {
    units[i].file = &files[i];
    units[i].key = KeyOf(files[i].path, root);
  }
  // A file that is named twice is one file; which of its stats counts does not
  // matter. Hashes sort faster than paths.
  std::vector<std::pair<uint64_t, size_t>> order(files.size());
  for (size_t i = 0; i < files.size(); ++i) order[i] = {Hash64(units[i].key), i};
  std::ranges::sort(order);
  for (size_t i = 1; i < order.size(); ++i) {
    // Two keys of one hash and different text do not happen; they would be parsed twice.
    Unit& unit = units[order[i].second];
    if (order[i - 1].first == order[i].first && units[order[i - 1].second].key == unit.key)
      unit.source = Source::kTwin;
  }
  return units;
}

// Takes a file from the last index if its stat is enough to say so.
void LookUp(Unit& unit, const Index& last) {
  const Lookup found = last.Find(unit.key, unit.file->stat);
  if (found.file == kNoFile) return;
  const std::optional<BlockView> facts = last.Facts(found.file);
  unit.is_damaged = !facts.has_value();
  if (unit.is_damaged) return;
  unit.is_known = true;
  unit.block = facts->bytes();
  unit.record = last.record(found.file);
  if (found.freshness == Freshness::kFresh) unit.source = Source::kFresh;
}

// Reads a file, and parses it unless its content is that of the last index.
void Read(Unit& unit, const Parse& parse, int64_t now_ns) {
  thread_local std::vector<char> bytes;
  // Not by reference: parse may run another task, which reads another file.
  std::vector<char> source = std::exchange(bytes, {});
  bool unchanged = false;
  const std::optional<FileStat> stat = ReadFile(unit.file->path, source, unchanged);
  if (!stat) {
    unit.source = Source::kUnreadable;
    return;
  }
  const std::string_view text(source.data(), source.size());
  const uint64_t hash = Hash64(text);
  const bool same = unit.is_known && unit.record.content_hash == hash &&
                    unit.record.stat.size_bytes == static_cast<int64_t>(text.size());
  if (same) {
    unit.source = Source::kHashed;
  } else {
    unit.parsed = EncodeBlock(parse(unit.file->path, text));
    unit.block = std::as_bytes(std::span(unit.parsed));
    unit.record = Describe(unit.key, unit.block);
    unit.source = Source::kParsed;
  }
  unit.record.content_hash = hash;
  unit.record.stat = *stat;
  unit.record.stat.size_bytes = static_cast<int64_t>(text.size());
  unit.record.read_ns = unchanged ? now_ns : kNeverTrusted;
  bytes = std::move(source);
}

size_t Count(const std::vector<Unit>& units, Source source) {
  return static_cast<size_t>(std::ranges::count(units, source, &Unit::source));
}

// The files of the last index that nobody asked for: another run will, which
// names other directories. Those that are gone would pile up. @returns how many.
size_t AddUnseen(ImageBuilder& image, const Index& last, const std::vector<Unit>& units,
                 const std::string& root) {
  std::vector<bool> seen(last.file_count());
  for (const Unit& unit : units) {
    const FileId file = last.Find(unit.key, {}).file;
    if (file != kNoFile) seen[file] = true;
  }
  size_t added = 0;
  for (FileId file = 0; file < last.file_count(); ++file) {
    const std::optional<std::string_view> path = seen[file] ? std::nullopt : last.Path(file);
    const std::optional<BlockView> facts = path ? last.Facts(file) : std::nullopt;
    if (!facts) continue;
    const bool is_absolute = root.empty() || path->starts_with('/');
    const std::string name = (is_absolute ? "" : root + "/") + std::string(*path);
    struct stat status{};
    if (stat(name.c_str(), &status) != 0) continue;
    image.Add(*path, last.record(file), facts->bytes());
    ++added;
  }
  return added;
}

/// One update, in the order of its methods.
class Updater {
 public:
  Updater(const UpdateRequest& request, std::span<const SourceFile> files)
      : request_(request), files_(files) {
    OpenedIndex opened;
    if (!request.index_path.empty()) opened = Index::Open(request.index_path, request.rules_hash);
    if (!opened.problem.empty()) problems_.push_back(opened.problem);
    last_ = std::move(opened.index);
    stats_.open_ms = stopwatch_.Lap();
  }

  void LookUpAll() {
    units_ = MakeUnits(files_, request_.root);
    if (last_) {
      tbb::parallel_for_each(units_, [this](Unit& unit) {
        if (unit.source == Source::kUnread) LookUp(unit, *last_);
      });
    }
    stats_.look_up_ms = stopwatch_.Lap();
  }

  void ReadAll(const Parse& parse) {
    // Before the first file is opened: what changes from now on is younger.
    const int64_t now_ns = request_.now_ns != 0 ? request_.now_ns : ClockNs();
    tbb::parallel_for_each(units_, [&](Unit& unit) {
      if (unit.source == Source::kUnread) Read(unit, parse, now_ns);
    });
    stats_.read_ms = stopwatch_.Lap();
  }

  void CountAll() {
    stats_.fresh = Count(units_, Source::kFresh);
    stats_.hashed = Count(units_, Source::kHashed);
    stats_.parsed = Count(units_, Source::kParsed);
    stats_.unreadable = Count(units_, Source::kUnreadable);
    stats_.seen = units_.size() - Count(units_, Source::kTwin);
    for (const Unit& unit : units_) {
      if (!unit.is_damaged) continue;
      ++stats_.damaged;
      problems_.push_back(request_.index_path + ": damaged: facts of '" + std::string(unit.key) +
                          "'");
    }
  }

  // Writing copies the whole index. A file that was parsed is worth that. Files
  // that were only hashed are, where the next run need not hash about as much again.
  [[nodiscard]] bool IsWorthWriting() const {
    if (!last_ || stats_.parsed > 0) return true;
    uint64_t hashed_bytes = 0;
    for (const Unit& unit : units_)
      if (unit.source == Source::kHashed && IsTrusted(unit.record.stat, unit.record.read_ns))
        hashed_bytes += static_cast<uint64_t>(unit.record.stat.size_bytes);
    return hashed_bytes * 4 >= last_->size_bytes() && hashed_bytes > 0;
  }

  // Makes the next index and writes it. From there on the last one is not used.
  void Write() {
    ImageBuilder builder(request_.rules_hash);
    for (const Unit& unit : units_)
      if (unit.source != Source::kUnreadable && unit.source != Source::kTwin)
        builder.Add(unit.key, unit.record, unit.block);
    if (last_) stats_.kept = AddUnseen(builder, *last_, units_, request_.root);
    const Image image = builder.Finish();
    WriteResult written;
    if (!request_.index_path.empty()) written = WriteAside(request_.index_path, image);
    if (!written.problem.empty()) problems_.push_back(written.problem);
    stats_.is_written = written.mapping.has_value();
    OpenedIndex next = written.mapping
                           ? Index::OpenMapping(std::move(*written.mapping), request_.rules_hash,
                                                request_.index_path)
                           : OpenedIndex();
    // What was written may be damaged on its way; what is in memory is not.
    if (!next.index) next = Index::OpenBytes(image.Join(), request_.rules_hash, "memory");
    last_ = std::move(next.index);
    stats_.write_ms = stopwatch_.Lap();
  }

  UpdateResult Finish() {
    std::vector<FileId> files;
    files.reserve(units_.size());
    for (const Unit& unit : units_)
      files.push_back(unit.source == Source::kUnreadable ? kNoFile
                                                         : last_->Find(unit.key, {}).file);
    return {std::move(*last_), std::move(files), std::move(problems_), stats_};
  }

 private:
  const UpdateRequest& request_;
  std::span<const SourceFile> files_;
  std::optional<Index> last_;
  std::vector<Unit> units_;
  std::vector<std::string> problems_;
  UpdateStats stats_;
  Stopwatch stopwatch_;
};

}  // namespace

UpdateResult Update(const UpdateRequest& request, std::span<const SourceFile> files,
                    const Parse& parse) {
  Updater updater(request, files);
  updater.LookUpAll();
  // From here on it is known which files must be opened.
  updater.ReadAll(parse);
  updater.CountAll();
  if (updater.IsWorthWriting()) updater.Write();
  return updater.Finish();
}

}  // namespace dxpy::index
