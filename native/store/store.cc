#include "store/store.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "store/compaction.h"
#include "store/entries.h"
#include "store/entry_index.h"
#include "store/store_file.h"
#include "store/store_format.h"

namespace dxpy::store {

/// A store as this object knows it: the file up to `end_`, and its index.
class Store::State {
 public:
  State(std::string path, Options options) : path_(std::move(path)), options_(std::move(options)) {}

  std::string Load() {
    const OpenedFile opened = OpenToRead(path_, options_.most_wait_ms);
    if (!opened.file.is_open()) return opened.problem;
    if (std::string problem = CatchUp(opened.file.fd()); !problem.empty()) return problem;
    if (!header_problem_.empty()) return path_ + ": " + header_problem_;
    const uint64_t skipped = skipped_bytes_ + (file_bytes_ - end_);
    if (skipped == 0) return {};
    return path_ + ": damaged: " + std::to_string(skipped) + " bytes were passed over";
  }

  template <typename See>  // bool(std::string_view): whether to go on
  void Visit(Kind kind, std::string_view key, const See& see) const {
    for (auto i = index_.Newest(kind, key); i != EntryIndex::kNone; i = index_.Older(i)) {
      // It was whole when it was added; but a disk may give other bytes than before.
      const std::optional<EntryView> entry = EntryAt(bytes(), index_.offset(i));
      if (entry && entry->kind == kind && entry->key == key && !see(entry->value)) return;
    }
  }

  [[nodiscard]] uint64_t NewestCheck(Kind kind, std::string_view key) const {
    for (auto i = index_.Newest(kind, key); i != EntryIndex::kNone; i = index_.Older(i)) {
      const std::optional<uint64_t> check = CheckAt(bytes(), index_.offset(i), kind, key);
      if (check) return *check;
    }
    return 0;
  }

  void VisitAll(const See& see) const {
    for (EntryIndex::Number i = 0; i < index_.size(); ++i)
      if (const std::optional<EntryView> entry = EntryAt(bytes(), index_.offset(i)))
        see(entry->kind, entry->key, entry->value);
  }

  std::string Append(std::span<const Entry> entries) {
    for (const Entry& entry : entries)
      if (std::string problem = SizeProblem(entry); !problem.empty()) return problem;
    if (entries.empty()) return {};
    OpenedFile opened = OpenToAppend(path_, options_.most_wait_ms);
    if (!opened.file.is_open()) return opened.problem;
    // From here on nobody else reads the file's end, or writes.
    if (std::string problem = CatchUp(opened.file.fd()); !problem.empty()) return problem;
    const std::vector<const Entry*> added = NewOnes(entries);
    if (added.empty()) return {};
    if (header_problem_.empty() && !IsToCompact(added)) return AppendInPlace(opened.file, added);
    return Replace(opened.file, added);
  }

  [[nodiscard]] std::optional<FileStat> Stat() const {
    struct stat status{};
    if (stat(path_.c_str(), &status) != 0) return std::nullopt;
    const bool is_known = status.st_dev == device_ && status.st_ino == inode_ &&
                          static_cast<uint64_t>(status.st_size) == end_ && skipped_bytes_ == 0;
    return is_known ? std::optional(ToFileStat(status)) : std::nullopt;
  }

  [[nodiscard]] size_t size() const { return index_.size(); }

 private:
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return maps_.empty() ? std::span<const std::byte>() : maps_.back().memory().first(end_);
  }

  [[nodiscard]] std::string SizeProblem(const Entry& entry) const {
    if (entry.key.size() <= kMostKeyBytes && entry.value.size() <= kMostValueBytes) return {};
    return path_ + ": a key of " + std::to_string(entry.key.size()) + " bytes with a value of " +
           std::to_string(entry.value.size()) + " is too large to be kept";
  }

  void Forget() {
    index_.Clear();
    end_ = file_bytes_ = skipped_bytes_ = droppable_bytes_ = 0;
    device_ = inode_ = 0;
  }

  // Maps the file, or more of it, and adds what it has beyond `end_`. The caller has locked it.
  // Returns why it cannot; a file that is no store is no such problem, but `header_problem_`.
  std::string CatchUp(int fd) {
    struct stat status{};
    if (fstat(fd, &status) != 0) return SystemError(path_, errno).what();
    const auto size = static_cast<uint64_t>(status.st_size);
    const bool is_same = status.st_dev == device_ && status.st_ino == inode_ && size >= end_;
    if (!is_same) Forget();
    if (!is_same || size > maps_.back().memory().size()) {
      GrowingMap map = GrowingMap::Make(fd, size);
      if (map.memory().empty()) return SystemError(path_, errno).what();
      maps_.push_back(std::move(map));  // values of the former ones may be in use
      device_ = status.st_dev;
      inode_ = status.st_ino;
    }
    file_bytes_ = size;
    const std::span<const std::byte> all = maps_.back().memory().first(size);
    header_problem_ = size == 0 ? std::string() : HeaderProblem(all);
    if (size > 0 && header_problem_.empty()) AddEntries(all);
    return {};
  }

  void AddEntries(std::span<const std::byte> all) {
    // Most entries are of some hundred bytes; a guess saves half of the time.
    if (index_.size() == 0) index_.Reserve(all.size() / 256);
    const uint64_t from = std::max<uint64_t>(end_, sizeof(Header));
    const Walked walked = WalkEntries(all, from, [this](const EntryView& entry) {
      index_.Add(entry.kind, entry.key, entry.offset);
      if (index_.count_older(index_.size() - 1) >= options_.most_of_a_key)
        droppable_bytes_ += entry.bytes;
    });
    skipped_bytes_ += walked.skipped_bytes;
    end_ = walked.end;
  }

  [[nodiscard]] bool IsContentKind(Kind kind) const {
    return std::ranges::find(options_.content_kinds, kind) != options_.content_kinds.end();
  }

  [[nodiscard]] bool Has(Kind kind, std::string_view key) const {
    bool has = false;
    Visit(kind, key, [&has](std::string_view) {
      has = true;
      return false;
    });
    return has;
  }

  // Without those of content kinds that are there, or come twice.
  [[nodiscard]] std::vector<const Entry*> NewOnes(std::span<const Entry> entries) const {
    std::vector<const Entry*> added;
    std::set<std::pair<Kind, std::string_view>> seen;
    for (const Entry& entry : entries) {
      const bool is_known =
          IsContentKind(entry.kind) &&
          (!seen.emplace(entry.kind, entry.key).second || Has(entry.kind, entry.key));
      if (!is_known) added.push_back(&entry);
    }
    return added;
  }

  [[nodiscard]] bool IsToCompact(const std::vector<const Entry*>& added) const {
    uint64_t bytes = end_;
    for (const Entry* entry : added) bytes += BytesOf(*entry);
    if (bytes > options_.most_bytes) return true;
    constexpr uint64_t kWorthIt = uint64_t{1} << 20;
    return end_ > kWorthIt && (droppable_bytes_ + skipped_bytes_) * 2 > end_;
  }

  std::string AppendInPlace(const LockedFile& file, const std::vector<const Entry*>& added) {
    std::string image;
    if (end_ == 0) AppendHeader(image);
    for (const Entry* entry : added)
      AppendEntry(image, end_, entry->kind, entry->key, entry->value);
    if (!WriteAtEnd(file.fd(), file_bytes_, end_, image)) return SystemError(path_, errno).what();
    return CatchUp(file.fd());
  }

  // Writes a smaller file in place of this one, which has `added` too.
  std::string Replace(const LockedFile& file, const std::vector<const Entry*>& added) {
    const std::string image =
        Compacted(bytes(), index_, added, {options_.most_bytes / 2, options_.most_of_a_key});
    const OpenedFile replaced = ReplaceFile(path_, image);
    if (replaced.file.is_open()) return CatchUp(replaced.file.fd());
    // Where the file may be written but its directory may not, it grows for a while.
    if (!header_problem_.empty() || end_ > options_.most_bytes * 2) return replaced.problem;
    return AppendInPlace(file, added);
  }

  std::string path_;
  Options options_;
  std::vector<GrowingMap> maps_;  ///< the last one is in use
  dev_t device_ = 0;              ///< of the file that it maps
  ino_t inode_ = 0;
  std::string header_problem_;  ///< why nothing in it can be read
  uint64_t end_ = 0;            ///< of the last entry that is known
  uint64_t file_bytes_ = 0;     ///< beyond `end_` nothing is whole
  uint64_t skipped_bytes_ = 0;
  uint64_t droppable_bytes_ = 0;  ///< about, of entries that compaction would drop
  EntryIndex index_;
};

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Store Store::Open(const std::string& path, const Options& options, std::string* problem) {
  auto state = std::make_unique<State>(path, options);
  std::string found = state->Load();
  if (problem != nullptr) *problem = std::move(found);
  return Store(std::move(state));
}

std::vector<std::string_view> Store::Find(Kind kind, std::string_view key) const {
  std::vector<std::string_view> values;
  state_->Visit(kind, key, [&values](std::string_view value) {
    values.push_back(value);
    return true;
  });
  return values;
}

std::string_view Store::FindNewest(Kind kind, std::string_view key) const {
  std::string_view newest;
  state_->Visit(kind, key, [&newest](std::string_view value) {
    newest = value;
    return false;
  });
  return newest;
}

uint64_t Store::NewestCheck(Kind kind, std::string_view key) const {
  return state_->NewestCheck(kind, key);
}

void Store::Visit(const See& see) const { state_->VisitAll(see); }

std::string Store::Append(std::span<const Entry> entries) { return state_->Append(entries); }

std::optional<FileStat> Store::Stat() const { return state_->Stat(); }

size_t Store::size() const { return state_->size(); }

}  // namespace dxpy::store
