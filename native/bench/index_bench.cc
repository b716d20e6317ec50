// index_bench [FILES...]: what an index of so many files costs, 1,000 and 20,000
// if none is named. Sources are written to a temporary directory; what is taken
// for parsing them makes facts of a usual size out of nothing, so that the
// figures are the index's own.

#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "base/read_file.h"
#include "index/index.h"
#include "index/update.h"
#include "testing/temp_folder.h"

namespace dxpy::index {
namespace {

constexpr int kRuns = 21;
constexpr size_t kSourceBytes = 2000;

IndexedFile Facts(const std::string& /*path*/, std::string_view /*source*/) {
  IndexedFile file{.exact = true,
                   .reason = {},
                   .tests = {},
                   .imports = {},
                   .symbols = {},
                   .blob = std::string(300, 'x')};
  for (uint32_t i = 0; i < 20; ++i) {
    const std::string name = "test_some_behaviour_" + std::to_string(i);
    file.tests.push_back({name, i * 10, {"parametrize"}});
    file.symbols.push_back({name, SymbolKind::kFunction, i * 10, i * 10 + 8, i});
  }
  for (uint32_t i = 0; i < 10; ++i)
    file.imports.push_back({"package.module_" + std::to_string(i), 0, i, {"name"}});
  return file;
}

/// Prints the median time of `step`, and how it spread.
void Time(const char* what, int runs, const std::function<void()>& step) {
  std::vector<double> milliseconds;
  for (int run = 0; run < runs; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    step();
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - begin;
    milliseconds.push_back(taken.count());
  }
  std::ranges::sort(milliseconds);
  std::printf("  %-22s ms median %9.3f min %9.3f max %9.3f (n=%d)\n", what,
              milliseconds[milliseconds.size() / 2], milliseconds.front(), milliseconds.back(),
              runs);
}

/// A tree of sources that is gone afterwards.
class Tree {
 public:
  explicit Tree(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      const std::string directory = root() + "/package_" + std::to_string(i / 100);
      if (i % 100 == 0) std::filesystem::create_directory(directory);
      files_.push_back({directory + "/test_module_" + std::to_string(i) + ".py", {}});
      Write(i, 'x');
    }
  }

  void Write(size_t file, char content) {
    std::ofstream(files_[file].path, std::ios::binary) << std::string(kSourceBytes, content);
    struct stat status{};
    stat(files_[file].path.c_str(), &status);
    files_[file].stat = ToFileStat(status);
  }
  [[nodiscard]] const std::string& root() const { return folder_.path(); }
  [[nodiscard]] const std::vector<SourceFile>& files() const { return files_; }

 private:
  testing::TempFolder folder_;
  std::vector<SourceFile> files_;
};

size_t CountTests(const Index& index) {
  size_t bytes = 0;
  for (FileId file = 0; file < index.file_count(); ++file) {
    const auto facts = index.Facts(file);
    for (size_t i = 0; facts && i < facts->test_count(); ++i) bytes += facts->test(i).id.size();
  }
  return bytes;
}

void Run(size_t count) {
  Tree tree(count);
  UpdateRequest request{tree.root() + "/x.dxti", 7, tree.root(), 0};
  // The files are young; a clock that is ahead lets their stat count.
  request.now_ns = tree.files().back().stat.ctime_ns + 100'000'000'000;
  const auto update = [&] { return Update(request, tree.files(), &Facts); };

  std::printf("%zu files\n", count);
  Time("cold build", 5, [&] {
    std::filesystem::remove(request.index_path);
    update();
  });
  Time("open", kRuns, [&] { (void)Index::Open(request.index_path, 7); });
  const Index index = *Index::Open(request.index_path, 7).index;
  std::printf("  %.1f MB\n", static_cast<double>(index.size_bytes()) / 1e6);
  size_t tests_bytes = 0;
  Time("list all tests", kRuns, [&] { tests_bytes = CountTests(index); });
  size_t found = 0;
  Time("find all by stat", kRuns, [&] {
    for (const SourceFile& file : tree.files()) {
      const std::string_view key = std::string_view(file.path).substr(tree.root().size() + 1);
      found += index.Find(key, file.stat).freshness == Freshness::kFresh ? 1 : 0;
    }
  });
  UpdateStats stats;
  Time("update, none changed", kRuns, [&] { stats = update().stats; });
  char content = 'a';
  Time("update, one changed", kRuns, [&] {
    tree.Write(count / 2, content);
    content = content == 'z' ? 'a' : static_cast<char>(content + 1);
    stats = update().stats;
  });
  std::printf("  of it: open %.3f, look up %.3f, read %.3f, write %.3f ms; parsed %zu\n",
              stats.open_ms, stats.look_up_ms, stats.read_ms, stats.write_ms, stats.parsed);
  if (found != count * kRuns || tests_bytes == 0) std::printf("  not all files were fresh\n");
}

}  // namespace
}  // namespace dxpy::index

int main(int argc, char** argv) {
  if (argc == 1) {
    dxpy::index::Run(1000);
    dxpy::index::Run(20'000);
  }
  for (int i = 1; i < argc; ++i) dxpy::index::Run(std::strtoul(argv[i], nullptr, 10));
  return 0;
}
