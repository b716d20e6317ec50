#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/file_stat.h"
#include "impact/sets.h"
#include "store/store.h"

namespace dxpy::impact {

/// What was found at a path.
struct Look {
  DependencyKind kind = DependencyKind::kFile;  ///< that, or kExists or kListing
  std::string_view name;
  ContentId content{};
  FileStat stat{};  ///< of a regular file, by which its content is told; of anything else 0

  bool operator==(const Look&) const = default;
};

/// What the files of a project are now, by content. Each is looked at once, and read only where
/// its stat does not say that it is what the store knows: by the rule of docs/formats/index.md,
/// "When a fact is valid".
///
/// What is recorded and what is compared with it later must both come from here: it says what
/// the content of a path is that is no regular file, and which names are never looked at.
class CurrentFiles {
 public:
  /// @param store  must outlive this.
  /// @param root   absolute; of all relative names.
  CurrentFiles(const store::Store& store, std::string root);

  /// By content; kNoContent: there is no such file. What is there and cannot be read, or is a
  /// directory, has a content of its own.
  ContentId File(const std::string& name);
  /// Whether it is there, and a directory; kNoContent: it is not there.
  ContentId Existence(const std::string& name);
  /// By the names in a directory; kNoContent: there is none.
  ContentId Listing(const std::string& name);
  /// By the names and contents of all files below a directory.
  ContentId Tree(const std::string& name);

  /// The bytes of a file if it still has this content.
  std::optional<std::string> Read(const std::string& name, const ContentId& content);

  /// All that was looked at, once what was found out about files is kept; nullopt: some of it
  /// cannot be told from another thing by its stat, which may be too young. Views of this.
  [[nodiscard]] std::optional<std::vector<Look>> Looks() const;

  /// What was found out about files and is worth keeping; of kFileKind.
  std::vector<store::Store::Entry> TakeEntries() { return std::exchange(entries_, {}); }

  [[nodiscard]] const store::Store& store() const { return store_; }
  [[nodiscard]] size_t files_stated() const { return files_stated_; }
  [[nodiscard]] size_t files_read() const { return files_read_; }

 private:
  ContentId LookAt(const std::string& name);
  ContentId ReadAnew(const std::string& name, const std::string& path);
  void AddTree(const std::string& name, std::string& description, int depth);

  const store::Store& store_;
  std::string root_;
  std::unordered_map<std::string, ContentId> files_;
  std::unordered_map<std::string, ContentId> existence_;
  std::unordered_map<std::string, ContentId> listings_;
  std::unordered_map<std::string, ContentId> trees_;
  std::vector<store::Store::Entry> entries_;
  std::vector<char> bytes_;
  size_t files_stated_ = 0;
  size_t files_read_ = 0;
};

/// What is kept of a file, so that it need not be read again.
struct SeenFile {
  FileStat stat;
  int64_t read_ns = 0;  ///< the clock of file systems, before it was read
  ContentId content{};

  /// Whether a file that has this stat now is the one that was read.
  [[nodiscard]] bool IsProof(const FileStat& now) const;

  bool operator==(const SeenFile&) const = default;
};

[[nodiscard]] std::string EncodeSeenFile(const SeenFile& file);
[[nodiscard]] std::optional<SeenFile> DecodeSeenFile(std::string_view bytes);

}  // namespace dxpy::impact
