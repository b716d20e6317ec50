#pragma once

#include <sys/stat.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_stat.h"
#include "base/unique_fd.h"
#include "impact/sets.h"

namespace dxpy::impact {

/// Where a name of a dependency leads; `root` is absolute.
std::string PathOf(const std::string& root, std::string_view name);

/// The part of a name that leads to its folder, without the slash between; empty: it has none.
inline std::string_view FolderOf(std::string_view name) {
  const size_t slash = name.rfind('/');
  return name.substr(0, slash == std::string_view::npos ? 0 : slash);
}

/// The content of a path that is no regular file, or is out of reach: kNoContent: nothing is
/// there. nullopt: it is a regular file; `stat` is what it is now.
std::optional<ContentId> ContentByStat(const std::string& path, FileStat& stat);

/// The same for name after name. A folder in which several are asked for in a row is opened for
/// them, which spares the system the way there.
class Lookout {
 public:
  explicit Lookout(std::string root) : root_(std::move(root)) {}

  std::optional<ContentId> ContentByStat(std::string_view name, FileStat& stat);
  ContentId Existence(std::string_view name);

 private:
  // Of stat(2); 0 or an error.
  int Stat(std::string_view name, struct stat& status);

  std::string root_;
  std::string folder_name_;  // of the last name
  std::string path_;         // of the last name
  UniqueFd folder_;          // open where the last two names were in it
};

/// Whether none of some names is in a folder, by one reading of it. False: this cannot be told so.
/// @param names  in their order.
bool AreUnlisted(const std::string& folder, std::span<const std::string_view> names);

/// Whether a path is there, and a directory; kNoContent: it is not there.
ContentId ExistenceAt(const std::string& path);

/// A directory by the names in it, but for those that are passed over; kNoContent: there is none.
/// @param names  these names, in their order.
ContentId ListingAt(const std::string& path, std::vector<std::string>& names);

/// Whether all that is known of a path is that it could not be looked at.
bool IsUnreadable(const ContentId& content);

/// Of what cannot be read.
ContentId Unreadable(int error);

}  // namespace dxpy::impact
