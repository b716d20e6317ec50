#include "discovery/directory_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace dxpy::discovery {
namespace {

EntryKind KindOfMode(mode_t mode) {
  if (S_ISREG(mode)) return EntryKind::kFile;
  return S_ISDIR(mode) ? EntryKind::kDirectory : EntryKind::kOther;
}

// The errors that _pytest.pathlib passes over: the entry leads nowhere.
bool LeadsNowhere(int error_number) {
  return error_number == ENOENT || error_number == ENOTDIR || error_number == EBADF ||
         error_number == ELOOP;
}

std::optional<FileStat> StatAt(int directory, const std::string& path) {
  struct stat found{};
  if (fstatat(directory, path.c_str(), &found, 0) != 0) return std::nullopt;
  return ToFileStat(found);
}

}  // namespace

DirectoryReader::DirectoryReader(const std::string& path)
    : path_(path), directory_(opendir(path.c_str())) {
  if (!directory_) error_ = errno;
}

std::optional<DirectoryEntry> DirectoryReader::Next() {
  while (directory_) {
    errno = 0;
    const dirent* raw = readdir(directory_.get());
    if (raw == nullptr) {
      if (errno != 0) error_ = errno;
      break;
    }
    DirectoryEntry entry{.name = raw->d_name};
    if (entry.name == "." || entry.name == "..") continue;
    entry.is_link = raw->d_type == DT_LNK;
    if (raw->d_type == DT_REG) {
      entry.kind = EntryKind::kFile;
    } else if (raw->d_type == DT_DIR) {
      entry.kind = EntryKind::kDirectory;
    } else if (entry.is_link || raw->d_type == DT_UNKNOWN) {
      Resolve(entry);
    }
    return entry;
  }
  return std::nullopt;
}

// Fills in what the file system did not say about an entry.
void DirectoryReader::Resolve(DirectoryEntry& entry) {
  const std::string path = JoinPath(path_, entry.name);
  struct stat found{};
  if (lstat(path.c_str(), &found) == 0) entry.is_link = S_ISLNK(found.st_mode);
  if (stat(path.c_str(), &found) == 0) {
    entry.kind = KindOfMode(found.st_mode);
  } else if (!LeadsNowhere(errno)) {
    error_ = errno;
  }
}

std::optional<FileStat> DirectoryReader::Stat(const std::string& name) const {
  return StatAt(dirfd(directory_.get()), name);
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  std::string path;
  path.reserve(directory.size() + 1 + name.size());
  path += directory;
  if (!path.ends_with('/')) path += '/';
  path += name;
  return path;
}

EntryKind KindOf(const std::string& path) {
  struct stat found{};
  errno = 0;
  if (stat(path.c_str(), &found) != 0) return EntryKind::kOther;
  return KindOfMode(found.st_mode);
}

std::optional<FileStat> StatFile(const std::string& path) { return StatAt(AT_FDCWD, path); }

}  // namespace dxpy::discovery
