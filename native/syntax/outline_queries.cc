#include "syntax/outline_queries.h"

#include <algorithm>
#include <array>

#include "syntax/source_bytes.h"

namespace dxpy::syntax {

size_t CountTests(const Outline& outline) {
  const auto is_test = [&](const Definition& definition) {
    if (definition.kind == DefinitionKind::kClass || !definition.name.starts_with("test"))
      return false;
    if (definition.enclosing == kNoDefinition) return true;
    const Definition& owner = outline.definitions[definition.enclosing];
    return owner.kind == DefinitionKind::kClass &&
           (owner.name.starts_with("Test") || !owner.bases.empty());
  };
  return static_cast<size_t>(
      std::count_if(outline.definitions.begin(), outline.definitions.end(), is_test));
}

const char* ProblemName(Problem problem) {
  constexpr std::array<const char*, 10> kNames = {"",         "string",    "bracket", "indentation",
                                                  "header",   "backslash", "nesting", "encoding",
                                                  "NUL byte", "grammar"};
  return kNames[static_cast<size_t>(problem)];
}

std::string PlainName(std::string_view name) {
  std::string plain(name);
  std::erase_if(plain, [](char c) { return IsBlank(c) || IsNewline(c) || c == '\\'; });
  return plain;
}

}  // namespace dxpy::syntax
