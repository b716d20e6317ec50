#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dxpy::index {

/// What the index keeps of one source file. The index gives these values no
/// meaning: whoever reads sources fills them in, whoever asks interprets them.
/// Texts are bytes, UTF-8 where the source is. Lines count from 1; 0: unknown.

struct IndexedTest {
  std::string id;  ///< what follows the file's path in the node id: "Class::test[a]"
  uint32_t line = 0;
  std::vector<std::string> marks;

  bool operator==(const IndexedTest&) const = default;
};

struct IndexedImport {
  std::string module;  ///< as written, without the leading dots
  uint32_t level = 0;  ///< how many leading dots
  uint32_t line = 0;
  std::vector<std::string> names;  ///< "import a": none; "from a import *": one, "*"

  bool operator==(const IndexedImport&) const = default;
};

// NOTE: do not change the values of existing entries; they are on disk.
enum class SymbolKind : uint32_t { kFunction = 1, kAsyncFunction = 2, kClass = 3, kVariable = 4 };

struct IndexedSymbol {
  std::string name;  ///< with the names around it: "Class.method"
  SymbolKind kind = SymbolKind::kFunction;
  uint32_t first_line = 0;
  uint32_t last_line = 0;
  uint64_t block_hash = 0;  ///< of what it consists of, comments and layout left out

  bool operator==(const IndexedSymbol&) const = default;
};

struct IndexedFile {
  bool exact = false;  ///< `tests` is what pytest collects; else it is an estimate
  std::string reason;  ///< why it is not exact
  std::vector<IndexedTest> tests;
  std::vector<IndexedImport> imports;
  std::vector<IndexedSymbol> symbols;
  std::string blob;  ///< more facts, which the index does not look into

  bool operator==(const IndexedFile&) const = default;
};

}  // namespace dxpy::index
