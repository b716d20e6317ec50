#include "impact/looks.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

namespace dxpy::impact {
namespace {

ContentId Marked(const char* what) {
  // No file has this content but one that somebody wrote for it.
  return ContentOf(std::string("dxpy: ") + what);
}

bool IsAbsence(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG;
}

// Names that are in no listing and no tree, since a run makes them: caches and version control.
bool IsPassedOver(std::string_view name) {
  return name == "__pycache__" || name == ".git" || name == ".hg" || name == ".svn" ||
         name.ends_with(".pyc") || (name.starts_with('.') && name.ends_with("_cache")) ||
         name.starts_with(".coverage") || name == ".hypothesis";
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
  const int error = errno;
  std::ranges::sort(names);
  errno = error;
  return error == 0;
}

// Empty where it has no letter.
std::string InOtherCase(std::string_view name) {
  std::string other(name);
  bool has_letter = false;
  for (char& byte : other) {
    const char lower = static_cast<char>(byte | 0x20);
    if (lower < 'a' || lower > 'z') continue;
    byte = static_cast<char>(byte ^ 0x20);
    has_letter = true;
  }
  return has_letter ? other : "";
}

std::optional<ContentId> ContentOfStatus(int error, const struct stat& status, FileStat& stat) {
  if (error != 0) return Unreadable(error);
  if (S_ISDIR(status.st_mode)) return Marked("directory");
  if (!S_ISREG(status.st_mode)) return Marked("special file");
  stat = ToFileStat(status);
  return std::nullopt;
}

ContentId ExistenceOfStatus(int error, const struct stat& status) {
  if (error != 0) return Unreadable(error);
  return Marked(S_ISDIR(status.st_mode) ? "directory" : "there");
}

}  // namespace

std::string PathOf(const std::string& root, std::string_view name) {
  if (name.starts_with('/')) return std::string(name);
  return name == "." ? root : root + '/' + std::string(name);
}

ContentId Unreadable(int error) { return IsAbsence(error) ? kNoContent : Marked("unreadable"); }

bool IsUnreadable(const ContentId& content) { return content == Marked("unreadable"); }

std::optional<ContentId> ContentByStat(const std::string& path, FileStat& stat) {
  struct stat status{};
  const int error = ::stat(path.c_str(), &status) == 0 ? 0 : errno;
  return ContentOfStatus(error, status, stat);
}

ContentId ExistenceAt(const std::string& path) {
  struct stat status{};
  const int error = stat(path.c_str(), &status) == 0 ? 0 : errno;
  return ExistenceOfStatus(error, status);
}

std::optional<ContentId> Lookout::ContentByStat(std::string_view name, FileStat& stat) {
  struct stat status{};
  const int error = Stat(name, status);
  return ContentOfStatus(error, status, stat);
}

ContentId Lookout::Existence(std::string_view name) {
  struct stat status{};
  const int error = Stat(name, status);
  return ExistenceOfStatus(error, status);
}

int Lookout::Stat(std::string_view name, struct stat& status) {
  const size_t slash = name.rfind('/');
  const bool is_beside =
      slash != std::string_view::npos && slash > 0 && name.substr(0, slash) == folder_name_;
  if (!is_beside) {
    folder_name_ = name.substr(0, slash == std::string_view::npos ? 0 : slash);
    folder_ = UniqueFd();
    path_ = PathOf(root_, name);
    return ::stat(path_.c_str(), &status) == 0 ? 0 : errno;
  }
  const size_t folder_bytes = path_.rfind('/') + 1;
  path_.resize(folder_bytes);
  if (folder_.get() < 0) folder_ = UniqueFd(open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  path_ += name.substr(slash + 1);
  // Where the folder cannot be opened, to go there says why.
  const bool is_open = folder_.get() >= 0 && folder_bytes < path_.size();
  const int from = is_open ? folder_.get() : AT_FDCWD;
  const char* const rest = path_.c_str() + (is_open ? folder_bytes : 0);
  return fstatat(from, rest, &status, 0) == 0 ? 0 : errno;
}

bool AreUnlisted(const std::string& folder, std::span<const std::string_view> names) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(folder.c_str()), closedir);
  if (!directory) return false;
  std::string other;  // a name that is there, in other letters
  errno = 0;
  while (const dirent* const entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (std::ranges::binary_search(names, name)) return false;
    if (other.empty()) other = InOtherCase(name);
  }
  if (errno != 0 || other.empty()) return false;
  // Where a file is found by other letters than it has, a listing does not say what is found.
  struct stat status{};
  return fstatat(dirfd(directory.get()), other.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 &&
         errno == ENOENT;
}

ContentId ListingAt(const std::string& path, std::vector<std::string>& names) {
  names.clear();
  if (!ReadNames(path, names)) return Unreadable(errno);
  std::string description;
  for (const std::string& each : names) description += each + '\0';
  return ContentOf(description);
}

}  // namespace dxpy::impact
