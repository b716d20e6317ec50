#include "facts/file_facts.h"

#include <algorithm>
#include <array>

#include "facts/collector.h"
#include "syntax/encoding.h"
#include "syntax/outline.h"
#include "syntax/outline_queries.h"

namespace dxpy::facts {
namespace {

// Literals are read as UTF-8. A file in another encoding says so in its first
// two lines, and matters only where it goes beyond ASCII.
bool IsForeign(std::string_view source) {
  size_t head = 0;
  for (int line = 0; line < 2 && head != std::string_view::npos; ++line)
    head = source.find('\n', head + (line > 0 ? 1 : 0));
  const std::string_view lines = source.substr(0, head);
  if (lines.find("coding") == std::string_view::npos) return false;
  if (lines.find("utf-8") != std::string_view::npos) return false;
  return std::ranges::any_of(source, [](char c) { return (c & 0x80) != 0; });
}

}  // namespace

FileFacts ReadFileFacts(std::string_view source, const Rules& rules) {
  FileFacts facts;
  const syntax::Outline outline = syntax::ScanOutline(source);
  if (outline.problem != syntax::Problem::kNone) {
    facts.reasons.push_back(
        {ReasonKind::kSyntax, ProblemName(outline.problem), outline.problem_line});
    return facts;
  }
  facts = Collector(outline, rules).Collect();
  if (IsForeign(syntax::WithoutBom(source)))
    facts.reasons.push_back({ReasonKind::kName, "encoding", 1});
  return facts;
}

const char* ReasonName(ReasonKind kind) {
  constexpr std::array<const char*, 20> kNames = {
      "syntax",     "star import", "imported test", "assigned test", "conditional test",
      "rebound",    "decorator",   "base class",    "class feature", "__test__",
      "namespace",  "mention",     "module skip",   "hook",          "mark",
      "parameters", "fixture",     "yield",         "name",          ""};
  return kNames[static_cast<size_t>(kind)];
}

std::string Dump(const FileFacts& facts) {
  std::string dump;
  for (const Reason& reason : facts.reasons)
    dump.append("dynamic ")
        .append(std::to_string(reason.line))
        .append(" ")
        .append(ReasonName(reason.kind))
        .append(": ")
        .append(reason.detail)
        .append("\n");
  if (facts.is_exact()) {
    for (const TestFacts& test : facts.tests) {
      if (!test.is_parametrized) dump.append(test.name).append("\n");
      for (const std::string& id : test.ids)
        dump.append(test.name).append("[").append(id).append("]\n");
    }
  }
  if (!dump.empty()) dump.pop_back();
  return dump;
}

}  // namespace dxpy::facts
