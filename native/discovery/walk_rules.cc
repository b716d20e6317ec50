#include "discovery/walk_rules.h"

#include <algorithm>

#include "discovery/text_search.h"

namespace dxpy::discovery {
namespace {

template <typename Pattern>
std::vector<Pattern> Compile(const std::vector<std::string>& patterns) {
  return {patterns.begin(), patterns.end()};
}

// PurePath.suffix == ".py". A name that is nothing but a suffix has none.
bool IsPython(std::string_view name) { return name.size() > 3 && name.ends_with(".py"); }

// Calls `visit` with each directory above `path`, nearest first, until it
// returns false.
template <typename Visit>
void VisitParents(std::string_view path, Visit visit) {
  while (path.size() > 1 && path.find('/') != std::string_view::npos) {
    path = path.substr(0, std::max<size_t>(path.rfind('/'), 1));
    if (!visit(std::string(path))) return;
  }
}

// What --doctest-modules takes: not the scripts that would do something when
// imported.
bool IsDoctestModule(const std::string& path, std::string_view name) {
  if (name == "__main__.py") return false;
  if (name != "setup.py") return true;
  const std::vector<std::string> build_tools = {"setuptools", "distutils"};
  return !FindText({&path, 1}, build_tools).front();
}

}  // namespace

FileRules::FileRules(const WalkRules& rules, std::span<const std::string> roots)
    : python_files_(Compile<PathGlob>(rules.python_files)),
      norecursedirs_(Compile<PathGlob>(rules.norecursedirs)),
      doctest_globs_(Compile<PathGlob>(rules.doctest_globs)),
      ignore_globs_(Compile<Glob>(rules.ignore_glob)),
      ignored_(rules.ignore.begin(), rules.ignore.end()),
      roots_(roots.begin(), roots.end()),
      roots_and_above_(roots_),
      doctest_modules_(rules.doctest_modules),
      collect_in_virtualenv_(rules.collect_in_virtualenv) {
  for (const std::string& root : roots)
    VisitParents(root,
                 [&](const std::string& above) { return roots_and_above_.insert(above).second; });
}

bool FileRules::TakesFile(const std::string& path, std::string_view name) const {
  return roots_.contains(path) || (IsTestName(path, name) && !IsIgnored(path, name));
}

bool FileRules::EntersDirectory(const std::string& path, std::string_view name) const {
  if (roots_and_above_.contains(path)) return true;
  return !IsIgnored(path, name) && !AnyMatches(norecursedirs_, path, name);
}

bool FileRules::ShunsVirtualenv(const std::string& path) const {
  return !collect_in_virtualenv_ && !roots_and_above_.contains(path);
}

bool FileRules::IsTestName(const std::string& path, std::string_view name) const {
  if (!IsPython(name)) return AnyMatches(doctest_globs_, path, name);
  return AnyMatches(python_files_, path, name) || (doctest_modules_ && IsDoctestModule(path, name));
}

bool FileRules::IsIgnored(const std::string& path, std::string_view name) const {
  return name == "__pycache__" || ignored_.contains(path) ||
         std::ranges::any_of(ignore_globs_, [&](const Glob& glob) { return glob.Matches(path); });
}

std::vector<size_t> DistinctRoots(std::span<const std::string> roots, bool keep_duplicates) {
  const std::unordered_set<std::string> named(roots.begin(), roots.end());
  std::unordered_set<std::string> seen;
  std::vector<size_t> distinct;
  for (size_t i = 0; i < roots.size(); ++i) {
    bool covered = !seen.insert(roots[i]).second;
    VisitParents(roots[i], [&](const std::string& above) {
      covered = covered || named.contains(above);
      return !covered;
    });
    if (keep_duplicates || !covered) distinct.push_back(i);
  }
  return distinct;
}

}  // namespace dxpy::discovery
