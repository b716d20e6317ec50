#include "facts/file_facts.h"

#include <array>

#include "facts/collector.h"
#include "facts/module.h"
#include "syntax/outline.h"
#include "syntax/outline_queries.h"

namespace dxpy::facts {
FileFacts ReadFileFacts(std::string_view source, const Rules& rules) {
  Module module(source, rules, {}, nullptr);
  return ReadFileFacts(module, rules);
}

FileFacts ReadFileFacts(Module& module, const Rules& rules) {
  FileFacts facts;
  const syntax::Outline& outline = module.outline;
  if (outline.problem != syntax::Problem::kNone) {
    facts.reasons.push_back(
        {ReasonKind::kSyntax, ProblemName(outline.problem), outline.problem_line});
    return facts;
  }
  facts = Collector(module, rules).Collect();
  if (module.IsForeign()) facts.reasons.push_back({ReasonKind::kName, "encoding", 1});
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
