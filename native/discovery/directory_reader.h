#pragma once

#include <dirent.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_stat.h"

namespace dxpy::discovery {

enum class EntryKind : uint8_t { kFile, kDirectory, kOther };

/// One entry of a directory.
struct DirectoryEntry {
  std::string_view name;               ///< valid until the next call of Next()
  EntryKind kind = EntryKind::kOther;  ///< of what a symbolic link leads to
  bool is_link = false;
};

/// Reads one directory with as few system calls as tell what pytest would see.
///
/// Links are followed, by their full path: the kernel's limit on links in one
/// path is what ends a loop of links in pytest, and must end it here at the same
/// depth. A link that leads nowhere is of kind kOther. So is one that cannot be
/// looked at (no permission, name too long), but it also makes an error of the
/// whole directory, because pytest's scandir() raises there. Not thread-safe.
class DirectoryReader {
 public:
  /// @param path  must outlive the reader and not change meanwhile.
  explicit DirectoryReader(const std::string& path);

  /// The next entry in no order, without "." and "..", or nullopt at the end.
  std::optional<DirectoryEntry> Next();

  /// The errno of the latest thing that went wrong; 0 if nothing did.
  [[nodiscard]] int error() const { return error_; }

  /// Size and times of the file `name` in this directory, links followed.
  /// @returns  nullopt with errno set if it is gone or out of reach.
  [[nodiscard]] std::optional<FileStat> Stat(const std::string& name) const;

 private:
  struct Close {
    void operator()(DIR* directory) const { closedir(directory); }
  };
  void Resolve(DirectoryEntry& entry);

  const std::string& path_;
  std::unique_ptr<DIR, Close> directory_;
  int error_ = 0;
};

/// `directory` and `name` with one '/' between them.
std::string JoinPath(std::string_view directory, std::string_view name);

/// What `path` leads to: kOther also if that cannot be told, errno is set then.
EntryKind KindOf(const std::string& path);

/// Size and times of the file at `path`; nullopt with errno set if out of reach.
std::optional<FileStat> StatFile(const std::string& path);

}  // namespace dxpy::discovery
