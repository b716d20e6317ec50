#include "scan/scan.h"

#include <tbb/parallel_for_each.h>

#include <utility>

#include "base/read_file.h"
#include "syntax/outline_queries.h"

namespace dxpy::scan {
namespace {

void ScanInto(FileScan& file, const std::string& path, Keep keep) {
  thread_local std::vector<char> bytes;
  file.readable = ReadFile(path, bytes).has_value();
  if (!file.readable) return;
  file.size_bytes = bytes.size();
  syntax::Outline outline = syntax::ScanOutline({bytes.data(), bytes.size()});
  file.tests = syntax::CountTests(outline);
  if (keep == Keep::kCounts) return;
  // The spans stay true: a moved vector keeps its memory.
  file.source = std::exchange(bytes, {});
  file.outline = std::move(outline);
}

}  // namespace

std::vector<FileScan> ScanFiles(std::span<const std::string> paths, Keep keep) {
  std::vector<FileScan> files(paths.size());
  tbb::parallel_for_each(files, [&](FileScan& file) {
    ScanInto(file, paths[static_cast<size_t>(&file - files.data())], keep);
  });
  return files;
}

}  // namespace dxpy::scan
