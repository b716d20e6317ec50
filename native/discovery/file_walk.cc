#include "discovery/file_walk.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "discovery/directory_reader.h"
#include "discovery/fs_text.h"

namespace dxpy::discovery {
namespace {

// Links to directories, met below another such link, that one walk follows. One
// loop of links makes 40 of them before the kernel stops it, and so many pytest
// sees. Two loops in one directory make 2^40: pytest never returns from that.
constexpr int kMaxNestedLinks = 1000;

// What is kept of a directory's entries while it is sorted.
struct Entry {
  std::string name;
  std::optional<FileStat> file;  // nullopt: a directory
  bool is_link = false;
};

struct Listing {
  std::vector<Entry> entries;
  bool has_conftest = false;
  bool is_virtualenv = false;
};

bool IsPackageInit(const Entry& entry) { return entry.file && entry.name == "__init__.py"; }

// pytest's order: a package's __init__.py, then all others by name, files and
// directories mixed.
void Sort(std::vector<Entry>& entries) {
  auto rest = entries.begin();
  if (const auto init = std::ranges::find_if(entries, IsPackageInit); init != entries.end())
    std::rotate(rest++, init, init + 1);
  if (std::ranges::all_of(entries, IsAscii, &Entry::name)) {
    std::ranges::sort(rest, entries.end(), {}, &Entry::name);
  } else {
    std::ranges::sort(rest, entries.end(), {},
                      [](const Entry& entry) { return FsDecode(entry.name); });
  }
}

class Walker {
 public:
  Walker(const FileRules& rules, bool names_only, WalkResult& result)
      : rules_(rules), names_only_(names_only), result_(result) {}

  void WalkRoot(const std::string& path, size_t root) {
    root_ = root;
    const EntryKind kind = KindOf(path);
    if (kind == EntryKind::kDirectory) {
      WalkDirectory(path, 0);
    } else if (kind == EntryKind::kFile) {
      AddRootFile(path);
    } else {
      Report(path, errno != 0 ? errno : EINVAL);
    }
  }

 private:
  void AddRootFile(const std::string& path) {
    if (const auto file = StatFile(path)) {
      result_.files.push_back({path, root_, *file});
    } else {
      Report(path, errno);
    }
  }

  // `links` counts the links on the way from the root to `path`.
  void WalkDirectory(const std::string& path, int links) {
    Listing listing = List(path);
    if (listing.is_virtualenv) return;
    if (listing.has_conftest) result_.conftests.push_back(JoinPath(path, "conftest.py"));
    Sort(listing.entries);
    for (const Entry& entry : listing.entries) {
      std::string below = JoinPath(path, entry.name);
      if (entry.file) {
        result_.files.push_back({std::move(below), root_, *entry.file});
      } else if (!entry.is_link || MayFollow(below, links)) {
        WalkDirectory(below, links + (entry.is_link ? 1 : 0));
      }
    }
  }

  bool MayFollow(const std::string& link, int links) {
    if (links == 0) return true;
    if (++nested_links_ == kMaxNestedLinks) Report(link, ELOOP);
    return nested_links_ < kMaxNestedLinks;
  }

  // Reads a directory whole and closes it, so that depth costs no descriptors.
  Listing List(const std::string& path) {
    Listing listing;
    DirectoryReader reader(path);
    std::string below = JoinPath(path, "");
    const size_t prefix = below.size();
    while (const auto entry = reader.Next()) {
      below.resize(prefix);
      below += entry->name;
      AddEntry(*entry, below, reader, listing);
    }
    listing.is_virtualenv = listing.is_virtualenv && rules_.ShunsVirtualenv(path);
    if (reader.error() != 0) {
      // pytest shows an error for the directory and collects nothing of it. What
      // it would not have listed at all, it says nothing about.
      listing.entries.clear();
      if (!listing.is_virtualenv) Report(path, reader.error());
    }
    return listing;
  }

  void AddEntry(const DirectoryEntry& entry, const std::string& path, const DirectoryReader& reader,
                Listing& listing) {
    if (entry.kind == EntryKind::kDirectory) {
      if (entry.name == "conda-meta" && KindOf(JoinPath(path, "history")) == EntryKind::kFile)
        listing.is_virtualenv = true;
      if (rules_.EntersDirectory(path, entry.name))
        listing.entries.push_back({std::string(entry.name), std::nullopt, entry.is_link});
    } else if (entry.kind == EntryKind::kFile) {
      if (entry.name == "pyvenv.cfg") listing.is_virtualenv = true;
      if (entry.name == "conftest.py") listing.has_conftest = true;
      if (rules_.TakesFile(path, entry.name)) AddFile(entry, path, reader, listing);
    }
  }

  void AddFile(const DirectoryEntry& entry, const std::string& path, const DirectoryReader& reader,
               Listing& listing) {
    std::string name(entry.name);
    if (const auto file = names_only_ ? std::optional(FileStat()) : reader.Stat(name)) {
      listing.entries.push_back({std::move(name), file, entry.is_link});
    } else {
      Report(path, errno);
    }
  }

  void Report(const std::string& path, int error_number) {
    result_.problems.emplace_back(SystemError(path, error_number).what());
  }

  const FileRules& rules_;
  bool names_only_;
  WalkResult& result_;
  size_t root_ = 0;
  int nested_links_ = 0;
};

}  // namespace

WalkResult Walk(std::span<const std::string> roots, const WalkRules& rules) {
  const std::vector<size_t> distinct = DistinctRoots(roots, rules.keep_duplicates);
  std::vector<std::string> walked;
  for (const size_t root : distinct) walked.push_back(roots[root]);
  // A root below another one counts as named only if it is walked on its own.
  const FileRules file_rules(rules, walked);
  WalkResult result;
  Walker walker(file_rules, rules.names_only, result);
  for (const size_t root : distinct) walker.WalkRoot(roots[root], root);
  return result;
}

}  // namespace dxpy::discovery
