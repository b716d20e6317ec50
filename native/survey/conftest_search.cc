#include "survey/conftest_search.h"

#include <filesystem>
#include <set>
#include <string_view>

#include "survey/surroundings.h"

namespace dxpy::survey {
namespace {

namespace fs = std::filesystem;

void AddConftest(const fs::path& directory, std::set<std::string>& found) {
  std::error_code ignored;
  fs::path path = directory / "conftest.py";
  if (fs::is_regular_file(path, ignored)) found.insert(std::move(path).string());
}

bool IsAbove(std::string_view directory, const std::string& confcutdir) {
  return confcutdir.size() > directory.size() && confcutdir.starts_with(directory) &&
         (directory.ends_with('/') || confcutdir[directory.size()] == '/');
}

void AddTestDirectories(const fs::path& directory, std::set<std::string>& found) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->path().filename().string().starts_with("test") && entry->is_directory(ignored))
      AddConftest(entry->path(), found);
  }
}

}  // namespace

std::vector<std::string> InitialConftests(std::span<const std::string> roots,
                                          const std::string& confcutdir) {
  std::set<std::string> found;
  std::set<std::string, std::less<>> looked_at;
  for (const std::string& root : roots) {
    std::error_code ignored;
    const bool is_directory = fs::is_directory(root, ignored);
    if (is_directory) AddTestDirectories(root, found);
    std::string_view directory = is_directory ? std::string_view(root) : DirectoryOf(root);
    for (; !directory.empty(); directory = DirectoryOf(directory)) {
      if (!looked_at.emplace(directory).second) break;
      if (!IsAbove(directory, confcutdir)) AddConftest(directory, found);
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace dxpy::survey
