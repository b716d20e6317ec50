#include "facts/hooks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "facts/functions.h"
#include "facts/tokens.h"

namespace dxpy::facts {
namespace {

// What may be asked of `config` without changing it, but for markers and what
// plugins keep for themselves.
constexpr auto kQuietAttributes = std::to_array<std::string_view>(
    {"addinivalue_line", "inipath", "invocation_params", "rootdir", "rootpath"});
// These too, by a name that is written there. What pytest itself keeps under some
// names is a list that it goes on using.
constexpr auto kGetters = std::to_array<std::string_view>({"getini", "getoption", "getvalue"});
constexpr auto kOwnLists = std::to_array<std::string_view>(
    {"addopts", "args", "deselect", "file_or_dir", "glob", "ignore", "plugins", "python_",
     "norecurse", "testpaths", "usefixtures"});
// Ways around a name: to pytest's own modules, or to what holds all names.
constexpr auto kLoudWords = std::to_array<std::string_view>(
    {"__dict__", "__import__", "_pytest", "eval", "exec", "global", "globals", "import_module",
     "locals", "nonlocal", "pluginmanager", "setattr", "vars"});

bool IsHookName(std::string_view name) {
  return name.starts_with("pytest_") || name == "collect_ignore" || name == "collect_ignore_glob";
}

template <typename Words>
bool IsOneOf(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// What may be asked of an item, and the marks that it may be given: none of that
// changes which items there are, or what they are called.
constexpr auto kItemAttributes = std::to_array<std::string_view>(
    {"add_marker", "cls", "fspath", "get_closest_marker", "iter_markers", "keywords", "location",
     "module", "name", "nodeid", "path"});

/// Reads a function's body and says whether each mention of a parameter is one
/// that leaves pytest as it is.
class BodyReader {
 public:
  BodyReader(std::string_view body, std::vector<std::string_view> parameters)
      : tokens_(body), parameters_(std::move(parameters)) {}

  bool IsQuiet() {
    bool is_attribute = false;
    while (tokens_.token().kind != TokenKind::kEnd) {
      const Token token = tokens_.token();
      if (token.kind == TokenKind::kError || IsOneOf(kLoudWords, token.text)) return false;
      tokens_.Advance();
      if (token.kind == TokenKind::kName && !is_attribute && !IsQuietName(token.text)) return false;
      is_attribute = token.Is(".");
    }
    return true;
  }

 private:
  bool IsQuietName(std::string_view name) {
    if (name == "for") {
      ReadLoop();
      return true;
    }
    if (IsOneOf(items_, name)) return IsQuietAttribute(kItemAttributes);
    return !IsOneOf(parameters_, name) || IsQuietUse();
  }

  // `for item in items:` is the one thing that may be done with the list.
  void ReadLoop() {
    TokenReader ahead = tokens_;
    const std::string_view item = ahead.token().text;
    for (const std::string_view expected : {"in", "items", ":"}) {
      ahead.Advance();
      if (!ahead.token().Is(expected)) return;
    }
    items_.push_back(item);
    tokens_ = ahead;
  }

  // Neither assigned to nor gone through to something else.
  template <typename Words>
  bool IsQuietAttribute(const Words& attributes) {
    if (!tokens_.token().Is(".")) return false;
    tokens_.Advance();
    const std::string_view attribute = tokens_.token().text;
    tokens_.Advance();
    return IsOneOf(attributes, attribute) && !tokens_.token().Is("=") && !tokens_.token().Is("[");
  }

  bool IsQuietUse() {
    TokenReader ahead = tokens_;
    if (IsQuietAttribute(kQuietAttributes)) return true;
    ahead.Advance();
    if (!IsOneOf(kGetters, ahead.token().text)) return false;
    ahead.Advance();
    if (!ahead.token().Is("(")) return false;
    ahead.Advance();
    tokens_ = ahead;
    const Token name = tokens_.token();
    return name.kind == TokenKind::kString && std::ranges::none_of(kOwnLists, [&](auto own) {
             return name.text.find(own) != std::string_view::npos;
           });
  }

  TokenReader tokens_;
  std::vector<std::string_view> parameters_;
  std::vector<std::string_view> items_;  ///< names of loop variables
};

// The body is behind the parameters and what may be said of the result.
bool IsQuiet(const syntax::Definition& definition) {
  if (definition.kind != syntax::DefinitionKind::kFunction) return false;
  ParameterNames read = ReadParameterNames(definition.parameters);
  if (read.has_positional_only) return false;
  // What is done with the parser adds options, and no more.
  std::erase(read.names, "parser");
  const char* const begin = definition.parameters.empty()
                                ? definition.name.data() + definition.name.size()
                                : definition.parameters.data() + definition.parameters.size();
  const char* const end = definition.text.data() + definition.text.size();
  return begin <= end && read.with_default.empty() &&
         BodyReader({begin, static_cast<size_t>(end - begin)}, std::move(read.names)).IsQuiet();
}

}  // namespace

std::vector<HookFacts> FindHooks(const syntax::Outline& outline, const ModuleNames& names) {
  std::vector<HookFacts> hooks;
  for (const auto& [name, bindings] : names.scope(kNoDefinition).by_name) {
    if (!IsHookName(name)) continue;
    HookFacts hook;
    hook.name = name;
    hook.is_quiet = true;
    for (const uint32_t i : bindings) {
      const Binding& binding = names.scope(kNoDefinition).bindings[i];
      hook.line = binding.line;
      hook.is_quiet = hook.is_quiet && binding.kind == BindingKind::kDefinition &&
                      IsQuiet(outline.definitions[binding.definition]);
    }
    hooks.push_back(std::move(hook));
  }
  std::ranges::sort(hooks, {}, &HookFacts::line);
  return hooks;
}

}  // namespace dxpy::facts
