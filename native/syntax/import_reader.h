#pragma once

#include "syntax/outline.h"
#include "syntax/source_reader.h"

namespace dxpy::syntax {

/// An import statement that was read, without its place in the file.
struct ImportParts {
  Import import;
  const char* end = nullptr;  ///< after its last token
};

/// Reads the statement after its first word: `p` is just after `import`, or
/// after `from`. Its names are appended to `names`. Where it is not an import
/// after all, the reader's problem says so.
ImportParts ReadImportModules(const char* p, SourceReader& reader,
                              std::vector<ImportedName>& names);
ImportParts ReadImportFrom(const char* p, SourceReader& reader, std::vector<ImportedName>& names);

}  // namespace dxpy::syntax
