#include "resolve/source_files.h"

#include <sys/stat.h>

#include <vector>

#include "base/read_file.h"

namespace dxpy::resolve {

FileKind DiskFiles::Look(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return FileKind::kNothing;
  if (S_ISDIR(status.st_mode)) return FileKind::kDirectory;
  return S_ISREG(status.st_mode) ? FileKind::kFile : FileKind::kNothing;
}

std::optional<std::string> DiskFiles::Read(const std::string& path) {
  std::vector<char> bytes;
  if (!ReadFile(path, bytes)) return std::nullopt;
  return std::string(bytes.data(), bytes.size());
}

}  // namespace dxpy::resolve
