#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "index/image.h"
#include "index/index.h"
#include "index/indexed_file.h"
#include "testing/temp_folder.h"

namespace dxpy::index {

/// All of a file's facts as a line: "exact a:1[m] import 2.b:2[c] 3/D:4-5#6 blob=x".
inline std::string Line(const IndexedFile& file) {
  const auto list = [](const std::vector<std::string>& texts) {
    std::string line;
    for (const std::string& text : texts) line += (line.empty() ? "[" : ",") + text;
    return line.empty() ? line : line + "]";
  };
  std::string line = file.exact ? "exact" : "dynamic";
  if (!file.reason.empty()) line += "(" + file.reason + ")";
  for (const IndexedTest& test : file.tests)
    line += " " + test.id + ":" + std::to_string(test.line) + list(test.marks);
  for (const IndexedImport& import : file.imports)
    line += " import " + std::to_string(import.level) + "." + import.module + ":" +
            std::to_string(import.line) + list(import.names);
  for (const IndexedSymbol& symbol : file.symbols)
    line += " " + std::to_string(static_cast<uint32_t>(symbol.kind)) + "/" + symbol.name + ":" +
            std::to_string(symbol.first_line) + "-" + std::to_string(symbol.last_line) + "#" +
            std::to_string(symbol.block_hash);
  return file.blob.empty() ? line : line + " blob=" + file.blob;
}

/// A file with some of everything, told apart by `name`.
inline IndexedFile Sample(const std::string& name) {
  return {.exact = name != "dynamic",
          .reason = name == "dynamic" ? "star import of tests" : "",
          .tests = {{"test_" + name, 3, {"slow"}}, {"Test::test[1]", 9, {"slow", name}}},
          .imports = {{"os", 0, 1, {}}, {name, 2, 2, {"a", "slow"}}},
          .symbols = {{"Test", SymbolKind::kClass, 7, 10, 0x1234'5678'9ABC'DEF0},
                      {"test_" + name, SymbolKind::kAsyncFunction, 3, 5, ~uint64_t{0}}},
          .blob = std::string("x\0y", 3)};
}

/// Writes down an index, file by file.
class Draft {
 public:
  explicit Draft(uint64_t rules_hash = 7) : rules_hash_(rules_hash) {}

  Draft& Add(const std::string& path, const IndexedFile& file, const FileStat& stat = {},
             int64_t read_ns = 0) {
    files_.push_back({path, EncodeBlock(file), stat, read_ns});
    return *this;
  }
  [[nodiscard]] Image Finish() const {
    ImageBuilder builder(rules_hash_);
    for (const File& file : files_) {
      const auto block = std::as_bytes(std::span(file.block));
      FileRecord record = Describe(file.path, block);
      record.stat = file.stat;
      record.read_ns = file.read_ns;
      record.content_hash = Hash64(file.path);
      builder.Add(file.path, record, block);
    }
    return builder.Finish();
  }
  [[nodiscard]] std::vector<std::byte> Bytes() const { return Finish().Join(); }
  [[nodiscard]] Index Open() const { return *Index::OpenBytes(Bytes(), rules_hash_, "i").index; }

 private:
  struct File {
    std::string path;
    std::string block;
    FileStat stat;
    int64_t read_ns;
  };
  uint64_t rules_hash_;
  std::vector<File> files_;
};

/// Makes all checksums of an index right, whatever its bytes are, so that what
/// stands behind the checksums is tried too.
inline void Reseal(std::vector<std::byte>& bytes) {
  if (bytes.size() < sizeof(Header)) return;
  auto header = Load<Header>(bytes);
  const std::span<std::byte> all(bytes);
  const size_t room = (bytes.size() - sizeof(Header)) / sizeof(FileRecord);
  const size_t count = std::min<size_t>(header.file_count, room);
  for (size_t i = 0; i < count; ++i) {
    const auto place = all.subspan(sizeof(Header) + i * sizeof(FileRecord), sizeof(FileRecord));
    auto record = Load<FileRecord>(place);
    if (record.block_offset > bytes.size() ||
        record.block_bytes > bytes.size() - record.block_offset)
      continue;
    const auto block = all.subspan(record.block_offset, record.block_bytes);
    record.block_check = Hash64(std::span<const std::byte>(block), record.path_hash);
    std::memcpy(place.data(), &record, sizeof record);
  }
  header.table_check =
      Hash64(std::span<const std::byte>(all.subspan(sizeof(Header), count * sizeof(FileRecord))));
  header.file_bytes = bytes.size();
  std::memcpy(bytes.data(), &header, sizeof header);
  header.header_check =
      Hash64(std::span<const std::byte>(all.first(offsetof(Header, header_check))));
  std::memcpy(bytes.data(), &header, sizeof header);
}

/// All that an index says, a line per file, ordered by path; "damaged" where it says so.
inline std::string Contents(const Index& index) {
  std::vector<std::string> lines;
  for (FileId file = 0; file < index.file_count(); ++file) {
    const auto path = index.Path(file);
    const auto facts = index.Facts(file);
    lines.push_back(std::string(path.value_or("damaged")) + " " +
                    (facts ? Line(facts->Copy()) : "damaged") + "\n");
  }
  std::sort(lines.begin(), lines.end());
  std::string contents;
  for (const std::string& line : lines) contents += line;
  return contents;
}

inline std::string Contents(const OpenedIndex& opened) {
  return opened.index ? Contents(*opened.index) : "no index: " + opened.problem;
}

}  // namespace dxpy::index
