#include "syntax/outline_dump.h"

#include <algorithm>
#include <array>
#include <utility>

#include "syntax/outline_queries.h"

namespace dxpy::syntax {
namespace {

std::string Lines(uint32_t first, uint32_t last) {
  std::string lines = std::to_string(first);
  if (last != first) lines.append("-").append(std::to_string(last));
  return lines.append(" ");
}

std::string BlockWords(Blocks within) {
  constexpr std::array<const char*, 7> kWords = {" function", " class", " if",   " try",
                                                 " with",     " loop",  " match"};
  std::string words;
  for (size_t bit = 0; bit < kWords.size(); ++bit)
    if ((within >> bit & 1) != 0) words += kWords[bit];
  return words;
}

// "in outer function if", or nothing at top level.
std::string Place(const Outline& outline, DefinitionId enclosing, Blocks within) {
  if (within == 0) return {};
  std::string place = " in";
  if (enclosing != kNoDefinition)
    place.append(" ").append(outline.definitions[enclosing].name).append(":");
  return place + BlockWords(within);
}

std::string Line(const Outline& outline, const Definition& definition) {
  constexpr std::array<const char*, 3> kKinds = {"def ", "async def ", "class "};
  std::string line = Lines(definition.first_line, definition.last_line);
  line += kKinds[static_cast<size_t>(definition.kind)];
  line += definition.name;
  if (!definition.bases.empty()) line.append("(").append(definition.bases).append(")");
  if (definition.column > 0) line.append(" col ").append(std::to_string(definition.column));
  line += Place(outline, definition.enclosing, definition.within);
  if (definition.is_method) line += " method";
  if (definition.is_conditional) line += " conditional";
  for (uint32_t i = definition.decorators_begin; i < definition.decorators_end; ++i) {
    const Decorator& decorator = outline.decorators[i];
    line.append(" @").append(std::to_string(decorator.line)).append(" ").append(decorator.text);
  }
  return line;
}

std::string Line(const Outline& outline, const Import& import) {
  std::string line = Lines(import.first_line, import.last_line);
  if (import.kind != ImportKind::kModules)
    line.append("from ").append(import.level, '.').append(PlainName(import.module)).append(" ");
  line += "import";
  if (import.kind == ImportKind::kStar) line += " *";
  for (uint32_t i = import.names_begin; i < import.names_end; ++i) {
    const ImportedName& name = outline.names[i];
    line.append(i == import.names_begin ? " " : ", ").append(PlainName(name.name));
    if (!name.alias.empty()) line.append(" as ").append(name.alias);
  }
  return line + Place(outline, import.enclosing, import.within);
}

}  // namespace

std::string Dump(const Outline& outline) {
  std::vector<std::pair<uint32_t, std::string>> lines;
  for (const Definition& definition : outline.definitions)
    lines.emplace_back(definition.first_line, Line(outline, definition));
  for (const Import& import : outline.imports)
    lines.emplace_back(import.first_line, Line(outline, import));
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string dump;
  for (const auto& [number, line] : lines) dump.append(line).append("\n");
  if (outline.problem != Problem::kNone)
    dump.append(std::to_string(outline.problem_line))
        .append(" ")
        .append(ProblemName(outline.problem))
        .append("\n");
  if (!dump.empty()) dump.pop_back();
  return dump;
}

}  // namespace dxpy::syntax
