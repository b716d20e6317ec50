#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "resolve/source_files.h"

namespace dxpy::resolve {

/// Where Python would look for modules.
struct SearchPath {
  /// Directories: sys.path, with what pytest puts there (rootdir of conftests, the
  /// `pythonpath` setting, the first folder above each test file that is no package).
  /// Their order does not count: see ModuleFinder.
  std::vector<std::string> entries;
  /// importlib.machinery.EXTENSION_SUFFIXES.
  std::vector<std::string> extension_suffixes = {".so"};
};

/// A module, as far as its name leads to a file.
struct Location {
  enum class Kind : unsigned char {
    kNothing,
    kSource,     ///< `path`
    kPackage,    ///< `path` of its __init__.py, `directory`
    kNamespace,  ///< a package without __init__.py: `directory`
    kNoSource,   ///< a module that is not in Python
    kAmbiguous,  ///< found in several places, which are not alike
  };
  Kind kind = Kind::kNothing;
  std::string path;
  std::string directory;  ///< in which its submodules are; empty: it has none
  /// Folders of the same package in other entries, which may be meant as well.
  std::vector<std::string> other_directories{};
};

/// Finds modules as importlib's PathFinder does, but for one thing: where several
/// entries have a name, they must have the same bytes for it. Which of them is
/// first depends on the order in which pytest collects, and which one counts on
/// who has imported it before. (A project whose tests stand beside its sources
/// is often installed as well.)
class ModuleFinder {
 public:
  /// @param files  must outlive this.
  ModuleFinder(SourceFiles& files, SearchPath path);

  /// A module without a dot in its name.
  const Location& FindTop(const std::string& name);

  /// A submodule of a package, or of a namespace.
  const Location& FindIn(const Location& package, const std::string& name);

  /// All modules of that name, one for each entry that has it, alike or not.
  std::vector<Location> FindEach(const std::string& name);

  /// A submodule in this folder alone.
  Location FindAt(const std::string& directory, const std::string& name) {
    return Find(directory, name);
  }

  /// What `level` dots in front of a name mean in the file at `path`.
  Location PackageOf(const std::string& path, size_t level);

 private:
  Location Find(const std::string& directory, const std::string& name);
  Location PackageAt(std::string directory, size_t level);
  void Merge(Location& found, const Location& other);
  bool AreAlike(const std::string& path, const std::string& other);
  bool HasExtension(const std::string& stem);

  SourceFiles& files_;
  SearchPath path_;
  std::unordered_map<std::string, Location> top_;    ///< by name
  std::unordered_map<std::string, Location> below_;  ///< by path without a suffix
  /// Paths of files that have the same bytes and may be meant as well, by path.
  std::unordered_map<std::string, std::vector<std::string>> copies_;
};

}  // namespace dxpy::resolve
