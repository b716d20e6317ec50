#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "facts/module.h"
#include "resolve/module_finder.h"
#include "syntax/outline.h"

namespace dxpy::resolve {

/// Some words, of which it can say that one is not among them.
class WordFilter {
 public:
  void Add(std::string_view word);
  [[nodiscard]] bool MayHave(std::string_view word) const;

 private:
  std::array<uint64_t, 128> bits_{};
};

/// All files that some files import, these first, and those that they import in
/// turn: whatever is executed while pytest collects. Imports in functions count, as
/// they can be called; where a module is found in several places, each counts.
/// Modules known by name are left out.
class ImportClosure {
 public:
  struct Member {
    std::string path;
    std::string source;
    syntax::Outline outline;
    std::vector<Member*> imports{};            ///< and the packages around these
    std::vector<std::string_view> packages{};  ///< folders of those that it has a name for
    WordFilter attributes;                     ///< whatever stands behind a dot
    WordFilter written;                        ///< those of them that may be assigned to
    WordFilter quoted;                         ///< where it has setattr: words between quotes
    bool is_imported = false;                  ///< so that others can call its functions
    bool has_setattr = false;                  ///< or delattr
    bool has_special = false;                  ///< __test__, __dict__ and the like
    bool assigns_module = false;               ///< sys.modules[...] = ...
    bool has_tests = false;                    ///< or fixtures, or it may take them from others
    std::unique_ptr<facts::Module> module{};   ///< of those that had to be looked into

    /// Whether a module at that path can be an attribute of a package that this one has.
    [[nodiscard]] bool CanReach(std::string_view other) const;
  };
  /// An import of a name, and what it is called there.
  struct Use {
    Member* member = nullptr;
    std::string_view local;
  };

  /// All must outlive this.
  ImportClosure(SourceFiles& files, ModuleFinder& finder, const facts::Rules& rules)
      : files_(files), finder_(finder), rules_(rules) {}

  /// @param is_imported  whether others may call its functions, whoever imports it.
  void AddRoot(const std::string& path, bool is_imported);

  /// In place for as long as this lives.
  [[nodiscard]] std::deque<Member>& members() { return members_; }
  [[nodiscard]] const std::vector<Use>& UsesOf(std::string_view name) const;
  /// A file after which modules may be found elsewhere; nullptr: there is none.
  [[nodiscard]] const std::string* PathChanger();

  /// Whether nothing that `origin`, a name in a module with its dots, can be comes
  /// from code that speaks of tests or fixtures.
  bool HoldsNoTests(const std::string& from, std::string_view origin);
  /// Paths of the modules that may be meant, with the packages on the way.
  std::vector<Member*> Locate(const std::string& from, std::string_view origin);

  /// Those with a star import.
  [[nodiscard]] const std::vector<Member*>& with_star() const { return with_star_; }

 private:
  Member* Add(const std::string& path, bool is_imported);
  void ReadNext();
  bool ChangesPath(const Member& member) const;
  void AddImports(Member& member);
  void AddDynamicImports(Member& member);
  void AddModule(Member& from, std::string_view name, size_t level, bool is_bound);
  void AddQuotedModules(Member& member);
  const std::vector<Member*>& LocatedAt(const std::string& from, std::string_view name,
                                        size_t level);
  std::vector<Member*> Search(const std::string& from, std::string_view name, size_t level);
  void SpreadTests();
  void AddAttributeUsers(const Member& with_tests, std::vector<Member*>& users);

  SourceFiles& files_;
  ModuleFinder& finder_;
  const facts::Rules& rules_;
  std::deque<Member> members_;
  size_t next_ = 0;  ///< the first member that was not read
  const std::string* path_changer_ = nullptr;
  size_t looked_at_ = 0;  ///< how many there were when it was looked for
  size_t spread_ = 0;     ///< how many there were when `has_tests` was told to those that import
  std::unordered_map<std::string, Member*> by_path_;
  std::unordered_map<std::string_view, std::vector<Use>> uses_;  ///< by what is imported
  std::vector<Member*> with_star_;
  std::unordered_map<std::string, std::vector<Member*>> located_;  ///< by what is written
};

/// "helpers" of a/helpers.py, "a" of a/__init__.py.
[[nodiscard]] std::string_view NameOfModule(std::string_view path);

}  // namespace dxpy::resolve
