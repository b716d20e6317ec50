#pragma once

#include <optional>
#include <string>

namespace dxpy::resolve {

enum class FileKind : unsigned char { kNothing, kFile, kDirectory };

/// What a resolver sees of the file system. Abstract so that it can be a map in
/// tests, and so that whoever has read a file already need not read it again.
class SourceFiles {
 public:
  virtual ~SourceFiles() = default;

  virtual FileKind Look(const std::string& path) = 0;

  /// The bytes of a file; none where it cannot be read.
  virtual std::optional<std::string> Read(const std::string& path) = 0;
};

/// The file system itself. It looks anew each time.
class DiskFiles final : public SourceFiles {
 public:
  FileKind Look(const std::string& path) override;
  std::optional<std::string> Read(const std::string& path) override;
};

}  // namespace dxpy::resolve
