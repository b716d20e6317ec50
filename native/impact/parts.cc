#include "impact/parts.h"

#include <algorithm>

#include "base/hash.h"
#include "impact/lexemes.h"
#include "impact/part_reader.h"
#include "syntax/encoding.h"
#include "syntax/outline.h"
#include "syntax/outline_queries.h"

namespace dxpy::impact {
namespace {

std::vector<PartImport> ReadImports(const syntax::Outline& outline) {
  std::vector<PartImport> imports;
  imports.reserve(outline.imports.size());
  for (const syntax::Import& import : outline.imports) {
    if (import.kind == syntax::ImportKind::kModules) {
      for (uint32_t i = import.names_begin; i < import.names_end; ++i)
        imports.push_back({syntax::PlainName(outline.names[i].name), 0, {}});
      continue;
    }
    PartImport from{syntax::PlainName(import.module), import.level, {}};
    if (import.kind == syntax::ImportKind::kStar) from.names.emplace_back("*");
    for (uint32_t i = import.names_begin; i < import.names_end; ++i)
      from.names.emplace_back(outline.names[i].name);
    imports.push_back(std::move(from));
  }
  return imports;
}

// What cannot be read may do anything.
Part OpaquePart(std::string_view source) {
  Part part;
  part.flags = kActs | kReadsNames | kReadsDocs | kReadsLines;
  part.first_line = 1;
  part.last_line = 1 + CountNewlines(source);
  part.head_hash = Hash64(source);
  return part;
}

bool IsDefinition(const Part& part) {
  return part.kind == PartKind::kFunction || part.kind == PartKind::kClass;
}

}  // namespace

FileParts ReadParts(std::string_view source) {
  source = syntax::WithoutBom(source);
  const syntax::Outline outline = syntax::ScanOutline(source);
  FileParts file;
  file.imports = ReadImports(outline);
  file.is_opaque = outline.problem != syntax::Problem::kNone;
  if (file.is_opaque) {
    file.parts.push_back(OpaquePart(source));
  } else {
    file.parts = PartReader(source, outline).Read();
  }
  return file;
}

std::optional<uint32_t> PartAt(const FileParts& file, uint32_t line) {
  auto part = std::upper_bound(file.parts.begin(), file.parts.end(), line,
                               [](uint32_t at, const Part& each) { return at < each.first_line; });
  std::optional<uint32_t> found;
  // The innermost one begins last.
  while (part != file.parts.begin()) {
    --part;
    if (part->last_line < line) continue;
    const auto index = static_cast<uint32_t>(part - file.parts.begin());
    if (IsDefinition(*part)) return index;
    if (!found) found = index;
  }
  return found;
}

}  // namespace dxpy::impact
