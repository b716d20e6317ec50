#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "facts/file_facts.h"
#include "facts/module.h"
#include "resolve/hazards.h"
#include "resolve/import_closure.h"
#include "resolve/meddlers.h"
#include "resolve/module_finder.h"

namespace dxpy::resolve {

/// Reads the facts of files with the help of the files that they import.
///
/// A name is followed through `from a import b`, `import a`, other names for it
/// and packages that hand it on, as far as nothing else has a say in what it is;
/// else it stays what it is to its own file, with the obstacle. Files are read
/// once and kept, so facts may be asked for in any order. For one thread.
class Resolver final : public facts::Importer {
 public:
  /// `files` and `rules` must outlive this.
  Resolver(SourceFiles& files, SearchPath path, const facts::Rules& rules);

  /// The facts of one file. Texts of marks live as long as this. A file that
  /// cannot be read has one reason, kSyntax.
  facts::FileFacts Read(const std::string& path);

  /// Files that are executed in the same process besides those that are read.
  /// @param is_imported  whether others can call their functions.
  void AddRoot(const std::string& path, bool is_imported);

  std::string FindMeddler(const facts::Module& owner, std::string_view name,
                          facts::Hold hold) override;

  bool IsNoTest(const facts::Module& from, std::string_view origin) override;

  facts::Resolved Follow(const facts::Module& from, std::string_view origin,
                         size_t module_size) override;

 private:
  struct File {
    std::string source;
    std::unique_ptr<facts::Module> module;
    std::set<std::string> uses;  ///< paths of files that its names were looked up in
    std::string problem;         ///< why nothing is known of its names; empty: nothing
    bool is_checked = false;     ///< `problem` is known
    Hazards hazards;
  };
  class Way;
  /// Whether a star import brings a name, and from which module.
  struct Exports {
    enum class Kind : unsigned char { kNot, kHas, kPerhaps };
    Kind kind = Kind::kNot;
    Location module;
    std::string why{};  ///< of kPerhaps

    [[nodiscard]] bool has() const { return kind == Kind::kHas; }
  };

  ImportClosure& Closure();
  File* Load(const std::string& path);
  const std::string& ProblemOf(File& file);
  facts::Resolved FindName(File& file, const std::string& name, std::string_view rest);
  static Exports Perhaps(std::string why);
  Exports FindStar(File& file, const std::string& name, int depth = 0);
  Exports Exporting(File& from, const syntax::Import& star, const std::string& name, int depth = 0);
  Exports Has(File& file, const Location& module, const std::string& name, int depth);
  static std::optional<bool> IsListed(facts::Module& module, const std::string& name);
  /// Whether a package changes where its submodules are, or what they are.
  bool MovesModules(const facts::Module& from, const Location& package);
  /// The module that an import statement of `from` means by a name.
  Location Locate(const facts::Module& from, std::string_view origin);
  [[nodiscard]] std::vector<std::string> SourcesOf(const std::string& path) const;

  SourceFiles& files_;
  ModuleFinder finder_;
  const facts::Rules& rules_;
  std::map<std::string, bool> roots_;       ///< with `is_imported`
  std::unique_ptr<ImportClosure> closure_;  ///< of them; none until it is needed
  std::unique_ptr<Meddlers> meddlers_;
  std::unordered_map<std::string, File> loaded_;              ///< by path
  std::unordered_map<std::string, facts::Resolved> answers_;  ///< by path and origin
};

/// Whether a module's meaning is known by name, or nobody looks for tests in it.
[[nodiscard]] bool IsLeaf(std::string_view origin);

/// Puts what stands before the first dot into `name`, and returns what is behind it.
std::string_view CutName(std::string_view dotted, std::string& name);

}  // namespace dxpy::resolve
