#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "index/test_support.h"
#include "index/update.h"

namespace dxpy::index {

inline constexpr int64_t kSecond = 1'000'000'000;

/// What the tests take for parsing: each line is a test, the source is the blob.
inline IndexedFile ParseLines(std::string_view source) {
  IndexedFile file{.exact = true,
                   .reason = "",
                   .tests = {},
                   .imports = {},
                   .symbols = {},
                   .blob = std::string(source)};
  uint32_t number = 0;
  for (size_t at = 0; at < source.size();) {
    const size_t end = std::min(source.find('\n', at), source.size());
    file.tests.push_back({std::string(source.substr(at, end - at)), ++number, {}});
    at = end + 1;
  }
  return file;
}

/// A tree of sources and their index. The clock is ahead of the files' times by
/// `later_ns`, so that files are old when they are read.
class Project {
 public:
  Project() { std::filesystem::create_directory(tree()); }

  [[nodiscard]] std::string tree() const { return folder_.At("tree"); }
  [[nodiscard]] std::string index_path() const { return folder_.At("i"); }
  [[nodiscard]] const testing::TempFolder& folder() const { return folder_; }
  [[nodiscard]] std::string At(const std::string& name) const { return tree() + "/" + name; }
  void Write(const std::string& name, const std::string& text) const {
    folder_.Write("tree/" + name, text);
  }
  void SetMtime(const std::string& name, int64_t mtime_ns) const {
    const timespec times[2] = {{0, UTIME_OMIT}, {mtime_ns / kSecond, mtime_ns % kSecond}};
    utimensat(AT_FDCWD, At(name).c_str(), times, 0);
  }
  /// The names of all files, in order.
  [[nodiscard]] std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(tree()))
      names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }

  UpdateResult Update() { return Update(Names()); }
  UpdateResult Update(const std::vector<std::string>& names) {
    std::vector<SourceFile> files;
    for (const std::string& name : names) {
      struct stat status{};
      stat(At(name).c_str(), &status);
      files.push_back({At(name), ToFileStat(status)});
    }
    parsed_.clear();
    UpdateRequest request{index_path(), 7, tree(), 0};
    if (later_ns != 0) request.now_ns = Now() + later_ns;
    UpdateResult result = index::Update(request, files, [this](auto& path, auto source) {
      const std::lock_guard lock(mutex_);
      parsed_.insert(std::filesystem::path(path).filename());
      return ParseLines(source);
    });
    // The twin: everything read anew.
    right_ = true;
    for (size_t i = 0; i < names.size(); ++i) right_ = right_ && IsRight(result, i, names[i]);
    return result;
  }

  /// What an update did, as a line: "parsed a b; fresh 3, hashed 1; written".
  std::string Did() { return Did(Names()); }
  std::string Did(const std::vector<std::string>& names) {
    const UpdateResult result = Update(names);
    std::string line = right_ ? "" : "WRONG: ";
    line += "parsed";
    for (const std::string& name : parsed_) line += " " + name;
    line += "; fresh " + std::to_string(result.stats.fresh) + ", hashed " +
            std::to_string(result.stats.hashed);
    if (result.stats.kept > 0) line += ", kept " + std::to_string(result.stats.kept);
    if (result.stats.is_written) line += "; written";
    for (const std::string& problem : result.problems)
      line += "; " + problem.substr(problem.rfind('/') + 1);
    return line;
  }

  /// Whether the last update gave the facts that all files had.
  [[nodiscard]] bool is_right() const { return right_; }

  int64_t later_ns = 10 * kSecond;

 private:
  static int64_t Now() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * kSecond + now.tv_nsec;
  }

  bool IsRight(const UpdateResult& result, size_t i, const std::string& name) const {
    const bool exists = std::filesystem::is_regular_file(At(name));
    if (!exists || result.files[i] == kNoFile) return !exists && result.files[i] == kNoFile;
    const auto facts = result.index.Facts(result.files[i]);
    return result.index.Path(result.files[i]) == name && facts &&
           facts->Copy() == ParseLines(folder_.Read("tree/" + name));
  }

  testing::TempFolder folder_;
  std::mutex mutex_;
  std::set<std::string> parsed_;
  bool right_ = false;
};

}  // namespace dxpy::index
