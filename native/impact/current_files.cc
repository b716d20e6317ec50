#include "impact/current_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

#include "base/packed.h"
#include "base/read_file.h"
#include "impact/kinds.h"
#include "impact/looks.h"

namespace dxpy::impact {
namespace {

constexpr uint8_t kVersion = 1;
// The longest tick of a file system's clock (FAT).
constexpr int64_t kSlackNs = 2'000'000'000;
// Of directories below each other; links may make a loop.
constexpr int kMostDepth = 100;

std::string Join(const std::string& directory, std::string_view name) {
  return directory == "." ? std::string(name) : directory + "/" + std::string(name);
}

// What is not there is not there as long as a folder above it is not: to look for that is as good,
// and there may be many names below one.
void LookAbove(std::vector<Look>& looks, const std::string& root) {
  std::unordered_map<std::string_view, bool> is_there;
  const auto is_missing = [&](std::string_view name) {
    const auto [known, is_new] = is_there.try_emplace(name);
    if (is_new) known->second = ExistenceAt(PathOf(root, name)) != kNoContent;
    return !known->second;
  };
  for (Look& look : looks) {
    if (look.content != kNoContent) continue;
    look.kind = DependencyKind::kExists;
    for (size_t slash = look.name.rfind('/');
         slash != std::string_view::npos && slash > 0 && is_missing(look.name.substr(0, slash));
         slash = look.name.rfind('/'))
      look.name = look.name.substr(0, slash);
  }
}

}  // namespace

bool SeenFile::IsProof(const FileStat& now) const {
  return stat == now && read_ns >= kSlackNs && stat.mtime_ns <= read_ns - kSlackNs &&
         stat.ctime_ns <= read_ns - kSlackNs;
}

std::string EncodeSeenFile(const SeenFile& file) {
  PackedWriter writer;
  for (const int64_t number :
       {file.stat.size_bytes, file.stat.mtime_ns, file.stat.ctime_ns, file.read_ns})
    writer.Number(static_cast<uint64_t>(number));
  writer.Number(file.stat.inode);
  writer.Bytes(file.content);
  return writer.Finish(kVersion);
}

std::optional<SeenFile> DecodeSeenFile(std::string_view bytes) {
  PackedReader reader(bytes, kVersion);
  SeenFile file;
  for (int64_t* const number :
       {&file.stat.size_bytes, &file.stat.mtime_ns, &file.stat.ctime_ns, &file.read_ns})
    *number = static_cast<int64_t>(reader.Number());
  file.stat.inode = reader.Number();
  file.content = reader.Bytes16();
  if (!reader.is_at_end()) return std::nullopt;
  return file;
}

CurrentFiles::CurrentFiles(const store::Store& store, std::string root)
    : store_(store), root_(std::move(root)) {}

ContentId CurrentFiles::File(const std::string& name) {
  const auto [known, is_new] = files_.try_emplace(name);
  if (is_new) known->second = LookAt(name);
  return known->second;
}

ContentId CurrentFiles::LookAt(const std::string& name) {
  const std::string path = PathOf(root_, name);
  FileStat stat;
  ++files_stated_;
  if (const auto content = ContentByStat(path, stat)) return *content;
  const std::optional<SeenFile> seen = DecodeSeenFile(store_.FindNewest(kFileKind, name));
  if (seen && seen->IsProof(stat)) return seen->content;
  return ReadAnew(name, path);
}

ContentId CurrentFiles::ReadAnew(const std::string& name, const std::string& path) {
  SeenFile seen{.stat = {}, .read_ns = FileClockNs(), .content = {}};
  bool unchanged = false;
  ++files_read_;
  const std::optional<FileStat> stat = ReadFile(path, bytes_, unchanged);
  if (!stat) return Unreadable(errno);
  seen.stat = *stat;
  seen.content = ContentOf({bytes_.data(), bytes_.size()});
  // What is too young to be a proof would be written again and again.
  if (unchanged && seen.IsProof(seen.stat))
    entries_.push_back({kFileKind, name, EncodeSeenFile(seen)});
  return seen.content;
}

std::optional<std::string> CurrentFiles::Read(const std::string& name, const ContentId& content) {
  ++files_read_;
  if (!ReadFile(PathOf(root_, name), bytes_)) return std::nullopt;
  std::string text(bytes_.data(), bytes_.size());
  if (ContentOf(text) != content) return std::nullopt;
  return text;
}

ContentId CurrentFiles::Existence(const std::string& name) {
  const auto [known, is_new] = existence_.try_emplace(name);
  if (is_new) {
    ++files_stated_;
    known->second = ExistenceAt(PathOf(root_, name));
  }
  return known->second;
}

ContentId CurrentFiles::Listing(const std::string& name) {
  const auto [known, is_new] = listings_.try_emplace(name);
  std::vector<std::string> names;
  if (is_new) known->second = ListingAt(PathOf(root_, name), names);
  return known->second;
}

ContentId CurrentFiles::Tree(const std::string& name) {
  const auto [known, is_new] = trees_.try_emplace(name);
  if (!is_new) return known->second;
  std::string description;
  AddTree(name, description, 0);
  return trees_[name] = ContentOf(description);
}

void CurrentFiles::AddTree(const std::string& name, std::string& description, int depth) {
  std::vector<std::string> names;
  const ContentId listing = ListingAt(PathOf(root_, name), names);
  listings_.try_emplace(name, listing);
  const bool is_read = depth < kMostDepth && listing != kNoContent && !IsUnreadable(listing);
  description += is_read ? "(" : "?";
  if (!is_read) names.clear();
  // A virtual environment is what the interpreter is, not what the project is.
  if (std::ranges::find(names, "pyvenv.cfg") != names.end()) names.clear();
  for (const std::string& each : names) {
    const std::string path = Join(name, each);
    struct stat status{};
    ++files_stated_;
    description += each + '\0';
    if (stat(PathOf(root_, path).c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
      AddTree(path, description, depth + 1);
    } else {
      description += ContentKey(File(path));
    }
  }
  description += ")";
}

std::optional<std::vector<Look>> CurrentFiles::Looks() const {
  std::vector<Look> looks;
  looks.reserve(files_.size() + existence_.size() + listings_.size());
  for (const auto& [name, content] : files_) {
    Look look{DependencyKind::kFile, name, content, {}};
    FileStat stat;
    if (ContentByStat(PathOf(root_, name), stat) != content) {
      const std::optional<SeenFile> seen = DecodeSeenFile(store_.FindNewest(kFileKind, name));
      if (!seen || seen->content != content || !seen->IsProof(seen->stat)) return std::nullopt;
      look.stat = seen->stat;
    }
    looks.push_back(look);
  }
  for (const auto& [name, content] : existence_)
    looks.push_back({DependencyKind::kExists, name, content, {}});
  LookAbove(looks, root_);
  for (const auto& [name, content] : listings_)
    looks.push_back({DependencyKind::kListing, name, content, {}});
  const bool is_told =
      std::ranges::none_of(looks, [](const Look& look) { return IsUnreadable(look.content); });
  if (!is_told) return std::nullopt;
  // Names of a folder one after the other, for who looks again.
  std::ranges::sort(looks, {}, [](const Look& look) {
    return std::tuple(FolderOf(look.name), look.name, look.kind);
  });
  const auto twice = std::ranges::unique(looks);
  looks.erase(twice.begin(), twice.end());
  return looks;
}

}  // namespace dxpy::impact
