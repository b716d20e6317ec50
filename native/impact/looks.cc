#include "impact/looks.h"

#include <dirent.h>
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

}  // namespace

std::string PathOf(const std::string& root, std::string_view name) {
  if (name.starts_with('/')) return std::string(name);
  return name == "." ? root : root + '/' + std::string(name);
}

ContentId Unreadable(int error) { return IsAbsence(error) ? kNoContent : Marked("unreadable"); }

bool IsUnreadable(const ContentId& content) { return content == Marked("unreadable"); }

std::optional<ContentId> ContentByStat(const std::string& path, FileStat& stat) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return Unreadable(errno);
  if (S_ISDIR(status.st_mode)) return Marked("directory");
  if (!S_ISREG(status.st_mode)) return Marked("special file");
  stat = ToFileStat(status);
  return std::nullopt;
}

ContentId ExistenceAt(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return Unreadable(errno);
  return Marked(S_ISDIR(status.st_mode) ? "directory" : "there");
}

ContentId ListingAt(const std::string& path, std::vector<std::string>& names) {
  names.clear();
  if (!ReadNames(path, names)) return Unreadable(errno);
  std::string description;
  for (const std::string& each : names) description += each + '\0';
  return ContentOf(description);
}

}  // namespace dxpy::impact
