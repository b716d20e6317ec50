#include "impact/current_files.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/packed.h"
#include "base/read_file.h"
#include "impact/kinds.h"

namespace dxpy::impact {
namespace {

constexpr uint8_t kVersion = 1;
// The longest tick of a file system's clock (FAT).
constexpr int64_t kSlackNs = 2'000'000'000;
// Of directories below each other; links may make a loop.
constexpr int kMostDepth = 100;

ContentId Marked(const char* what) {
  // No file has this content but one that somebody wrote for it.
  return ContentOf(std::string("dxpy: ") + what);
}

bool IsAbsence(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG;
}

std::string Join(const std::string& directory, std::string_view name) {
  return directory == "." ? std::string(name) : directory + "/" + std::string(name);
}

// In their order, without those that are passed over. False with errno set.
bool ReadNames(const std::string& path, std::vector<std::string>& names) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
  if (!directory) return false;
  errno = 0;
  while (const dirent* const entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != ".." && !IsPassedOver(name)) names.emplace_back(name);
  }
  std::ranges::sort(names);
  return errno == 0;
}

ContentId Unreadable() { return IsAbsence(errno) ? kNoContent : Marked("unreadable"); }

}  // namespace

bool IsPassedOver(std::string_view name) {
  return name == "__pycache__" || name == ".git" || name == ".hg" || name == ".svn" ||
         name.ends_with(".pyc") || (name.starts_with('.') && name.ends_with("_cache")) ||
         name.starts_with(".coverage") || name == ".hypothesis";
}

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

std::string CurrentFiles::PathOf(const std::string& name) const {
  if (name.starts_with('/')) return name;
  return name == "." ? root_ : root_ + "/" + name;
}

ContentId CurrentFiles::File(const std::string& name) {
  const auto [known, is_new] = files_.try_emplace(name);
  if (is_new) known->second = LookAt(name);
  return known->second;
}

ContentId CurrentFiles::LookAt(const std::string& name) {
  const std::string path = PathOf(name);
  struct stat status{};
  ++files_stated_;
  if (stat(path.c_str(), &status) != 0) return Unreadable();
  if (S_ISDIR(status.st_mode)) return Marked("directory");
  if (!S_ISREG(status.st_mode)) return Marked("special file");
  const std::optional<SeenFile> seen = DecodeSeenFile(store_.FindNewest(kFileKind, name));
  if (seen && seen->IsProof(ToFileStat(status))) return seen->content;
  return ReadAnew(name, path);
}

ContentId CurrentFiles::ReadAnew(const std::string& name, const std::string& path) {
  SeenFile seen{.stat = {}, .read_ns = FileClockNs(), .content = {}};
  bool unchanged = false;
  ++files_read_;
  const std::optional<FileStat> stat = ReadFile(path, bytes_, unchanged);
  if (!stat) return Unreadable();
  seen.stat = *stat;
  seen.content = ContentOf({bytes_.data(), bytes_.size()});
  // What is too young to be a proof would be written again and again.
  if (unchanged && seen.IsProof(seen.stat))
    entries_.push_back({kFileKind, name, EncodeSeenFile(seen)});
  return seen.content;
}

std::optional<std::string> CurrentFiles::Read(const std::string& name, const ContentId& content) {
  ++files_read_;
  if (!ReadFile(PathOf(name), bytes_)) return std::nullopt;
  std::string text(bytes_.data(), bytes_.size());
  if (ContentOf(text) != content) return std::nullopt;
  return text;
}

ContentId CurrentFiles::Existence(const std::string& name) {
  const auto [known, is_new] = existence_.try_emplace(name);
  if (!is_new) return known->second;
  struct stat status{};
  ++files_stated_;
  if (stat(PathOf(name).c_str(), &status) != 0) return known->second = Unreadable();
  return known->second = Marked(S_ISDIR(status.st_mode) ? "directory" : "there");
}

ContentId CurrentFiles::Listing(const std::string& name) {
  const auto [known, is_new] = listings_.try_emplace(name);
  if (!is_new) return known->second;
  std::vector<std::string> names;
  if (!ReadNames(PathOf(name), names)) return known->second = Unreadable();
  std::string description;
  for (const std::string& each : names) description += each + '\0';
  return known->second = ContentOf(description);
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
  const bool is_read = depth < kMostDepth && ReadNames(PathOf(name), names);
  description += is_read ? "(" : "?";
  // A virtual environment is what the interpreter is, not what the project is.
  if (std::ranges::find(names, "pyvenv.cfg") != names.end()) names.clear();
  for (const std::string& each : names) {
    const std::string path = Join(name, each);
    struct stat status{};
    ++files_stated_;
    description += each + '\0';
    if (stat(PathOf(path).c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
      AddTree(path, description, depth + 1);
    } else {
      description += ContentKey(File(path));
    }
  }
  description += ")";
}

}  // namespace dxpy::impact
