#include "resolve/meddling.h"

#include <algorithm>
#include <string>
#include <vector>

#include "facts/tokens.h"
#include "facts/touched_names.h"
#include "resolve/hazards.h"
#include "syntax/outline_queries.h"

namespace dxpy::resolve {
namespace {

using facts::DecoratorKind;
using facts::Hold;
using facts::Token;
using facts::TokenKind;
using facts::Truth;

bool IsAnyOf(const Token& token, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return token.Is(word); });
}

std::string_view LastPart(std::string_view dotted) { return dotted.substr(dotted.rfind('.') + 1); }

// Without quotes and what stands before them.
std::string_view TextOf(const Token& string) {
  std::string_view text = string.text;
  const size_t begin = text.find_first_of("'\"");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + 1);
  return text.substr(0, text.find_last_not_of("'\"") + 1);
}

/// The names by which a file knows what comes from others.
struct Imports {
  Imports(const ImportClosure::Member& member, const HeldName& held) {
    for (const syntax::Import& import : member.outline.imports) {
      has_star |= import.kind == syntax::ImportKind::kStar;
      for (uint32_t i = import.names_begin; i < import.names_end; ++i)
        Add(import, member.outline.names[i], held);
    }
  }

  void Add(const syntax::Import& import, const syntax::ImportedName& imported,
           const HeldName& held) {
    const bool is_module = import.kind == syntax::ImportKind::kModules;
    const std::string name = syntax::PlainName(imported.name);
    const std::string_view local =
        !imported.alias.empty() ? imported.alias
                                : imported.name.substr(0, imported.name.find_first_of(". \t\\"));
    roots.insert(local);
    if (!is_module && held.names.contains(imported.name)) things.insert(local);
    // `import a.b` binds a package.
    const bool is_whole = !imported.alias.empty() || name.find('.') == std::string::npos;
    const std::string_view last = is_whole ? LastPart(name) : local;
    if (last == held.module) modules.insert(local);
  }

  HeldName::Words roots;    ///< all of them
  HeldName::Words things;   ///< that stand for the name
  HeldName::Words modules;  ///< that may stand for its module
  bool has_star = false;
};

enum class Place : uint8_t { kStatement, kMark, kFunction };

/// Reads the tokens of one piece of code.
class PieceReader {
 public:
  PieceReader(std::string_view text, Place place, const HeldName& held, const Imports& imports)
      : place_(place), held_(held), imports_(imports) {
    for (facts::TokenReader reader(text); reader.token().kind != TokenKind::kEnd; reader.Advance())
      tokens_.push_back(reader.token());
  }

  bool Meddles() const {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      const Token& token = tokens_[i];
      if (token.kind == TokenKind::kError) return true;
      if (token.kind != TokenKind::kName) continue;
      if (IsAnyOf(token, {"setattr", "delattr"}) && SetsByName(i)) return true;
      const size_t begin = ChainBegin(i);
      if (begin == i ? MeddlesByRoot(i) : MeddlesByAttribute(i, begin)) return true;
    }
    return false;
  }

 private:
  const Token& At(size_t i) const {
    static const Token kEnd;
    return i < tokens_.size() ? tokens_[i] : kEnd;
  }
  // The token before that; none before the first one.
  const Token& Before(size_t i, size_t steps = 1) const {
    static const Token kEnd;
    return i >= steps ? tokens_[i - steps] : kEnd;
  }

  // Of `a.b.c`, where `a` is; `i` itself is that of a name.
  size_t ChainBegin(size_t i) const {
    while (Before(i).Is(".") && Before(i, 2).kind == TokenKind::kName) i -= 2;
    return i;
  }

  bool MeddlesByRoot(size_t i) const {
    const std::string_view name = tokens_[i].text;
    if (Before(i).Is(".")) return held_.names.contains(name) && IsRebound(i);  // f().name = ...
    if (IsKeyword(i)) return false;
    const bool is_thing =
        imports_.things.contains(name) || (imports_.has_star && held_.names.contains(name));
    if (is_thing && MeddlesWithThing(i, i)) return true;
    return imports_.modules.contains(name) && MeddlesWithModule(i, i);
  }

  bool MeddlesByAttribute(size_t i, size_t begin) const {
    const std::string_view name = tokens_[i].text;
    const bool is_imported = !Before(begin).Is(".") && imports_.roots.contains(tokens_[begin].text);
    if (held_.names.contains(name)) {
      if (!IsAnyOf(tokens_[begin], {"self", "cls"}) && (IsRebound(i) || IsDeleted(begin)))
        return true;
      if (is_imported && MeddlesWithThing(i, begin)) return true;
    }
    return is_imported && name == held_.module && MeddlesWithModule(i, begin);
  }

  // As the name of an argument or a parameter.
  bool IsKeyword(size_t i) const {
    return At(i + 1).Is("=") && IsAnyOf(Before(i), {"(", ","}) && place_ != Place::kStatement;
  }

  // Whether the attribute itself is assigned to.
  bool IsRebound(size_t i) const {
    return facts::IsAssignment(At(i + 1)) || At(i + 1).Is(":=") || IsTarget(i, ChainBegin(i));
  }

  bool IsDeleted(size_t begin) const {
    if (Before(begin).Is("del")) return true;
    return Before(begin).Is(",") && place_ == Place::kStatement && At(0).Is("del");
  }

  // `for a.b in`, `with x as a.b`, `a.b, c = 1, 2`.
  bool IsTarget(size_t i, size_t begin) const {
    if (IsAnyOf(Before(begin), {"for", "as"})) return true;
    if (!IsAnyOf(At(i + 1), {",", ")", "]"}) || IsInCall(begin)) return false;
    int depth = 0;
    for (size_t next = i + 1; next < tokens_.size(); ++next) {
      if (IsAnyOf(At(next), {"(", "[", "{"})) ++depth;
      if (IsAnyOf(At(next), {")", "]", "}"})) --depth;
      if (depth <= 0 && At(next).Is("=")) return depth < 0 || !IsArgument(next);
      if (depth == 0 && IsOnNewLine(next + 1)) return false;
    }
    return false;
  }

  bool IsOnNewLine(size_t i) const {
    if (i >= tokens_.size()) return true;
    const std::string_view before = tokens_[i - 1].text;
    const char* const end = before.data() + before.size();
    return std::find(end, tokens_[i].text.data(), '\n') != tokens_[i].text.data();
  }

  // In the brackets of a call or a subscript.
  bool IsInCall(size_t begin) const {
    const size_t open = OpenBefore(begin);
    if (open == tokens_.size()) return false;
    // The text of a function begins with its parameters.
    if (open == 0 && place_ == Place::kFunction) return true;
    return Before(open).kind == TokenKind::kName || IsAnyOf(Before(open), {")", "]"});
  }

  // Whether the `=` follows the name of an argument.
  bool IsArgument(size_t equals) const {
    return Before(equals).kind == TokenKind::kName && IsAnyOf(Before(equals, 2), {",", "("});
  }

  bool MeddlesWithThing(size_t i, size_t begin) const {
    if (IsDeleted(begin) || IsGivenToWriter(begin)) return true;
    bool is_special = false;
    const size_t end = ChainEnd(i, is_special);
    const bool is_chain = end > i + 1;
    if ((is_chain || At(end).text != "=") && facts::IsAssignment(At(end)))
      return is_special || held_.hold != Hold::kName;
    if (is_special) return true;
    if (held_.hold == Hold::kName) return false;
    if (is_chain && (IsTarget(end - 1, begin) || MutatesAt(end))) return true;
    if (place_ == Place::kMark) return false;
    return place_ == Place::kStatement ? !IsHarmless(i, begin) : IsGivenAway(i, begin);
  }

  // In a function, which may be called by anyone.
  bool IsGivenAway(size_t i, size_t begin) const {
    if (IsAnyOf(At(i + 1), {".", "("}) || (At(i + 1).Is("[") && !is_all())) return false;
    if (IsAnyOf(Before(begin), {"=", "return", "yield", "lambda", ":="})) return true;
    return is_all() && !IsHarmless(i, begin);
  }

  bool is_all() const { return held_.hold == Hold::kAll; }

  // Behind the attributes and subscripts that follow a name.
  size_t ChainEnd(size_t i, bool& is_special) const {
    for (++i;;) {
      if (At(i).Is(".")) {
        const std::string_view name = At(i + 1).text;
        is_special |= name == "__dict__" || name == "__setattr__" || name == "__delattr__" ||
                      ((name == "__test__" || name == "__class__" || name == "__bases__") &&
                       facts::IsAssignment(At(i + 2)));
        i += 2;
      } else if (At(i).Is("[")) {
        i = AfterBracket(i);
      } else {
        return i;
      }
    }
  }

  size_t AfterBracket(size_t i) const {
    int depth = 0;
    for (; i < tokens_.size(); ++i) {
      if (IsAnyOf(tokens_[i], {"(", "[", "{"})) ++depth;
      if (IsAnyOf(tokens_[i], {")", "]", "}"}) && --depth == 0) return i + 1;
    }
    return i;
  }

  // `CASES.append(`.
  bool MutatesAt(size_t end) const { return At(end).Is("(") && facts::IsMutator(Before(end).text); }

  bool IsGivenToWriter(size_t begin) const {
    return Before(begin).Is("(") &&
           IsAnyOf(Before(begin, 2), {"setattr", "delattr", "vars", "object", "__setattr__"});
  }

  // isinstance(x, Thing), except Thing, a base, an annotation.
  bool IsHarmless(size_t i, size_t begin) const {
    if (IsAnyOf(Before(begin), {"except", "raise", "->"})) return true;
    if (!IsAnyOf(At(i + 1), {",", ")"})) return false;
    size_t open = OpenBefore(begin);
    if (Before(open).Is(",")) open = OpenBefore(open);  // isinstance(x, (A, Thing))
    return IsAnyOf(Before(open), {"isinstance", "issubclass", "super"});
  }

  // The bracket around a place; behind the last token: there is none.
  size_t OpenBefore(size_t i) const {
    for (int depth = 0; i > 0; --i) {
      if (IsAnyOf(tokens_[i - 1], {")", "]", "}"})) ++depth;
      if (IsAnyOf(tokens_[i - 1], {"(", "[", "{"}) && depth-- == 0) return i - 1;
    }
    return tokens_.size();
  }

  // A module that is given away, or whose names are written in other ways.
  bool MeddlesWithModule(size_t i, size_t begin) const {
    if (place_ == Place::kMark || !held_.has_module) return false;
    if (At(i + 1).Is(".")) return IsAnyOf(At(i + 2), {"__dict__", "__setattr__", "__delattr__"});
    if (begin == i && (At(i + 1).Is("=") || facts::IsAssignment(At(i + 1)))) return false;
    if (Before(begin).Is("(") && IsAnyOf(Before(begin, 2), {"getattr", "hasattr"}))
      return !(At(i + 1).Is(",") && At(i + 2).kind == TokenKind::kString &&
               !held_.names.contains(TextOf(At(i + 2))));
    return true;
  }

  // setattr(anything, "name", ...), unless it is of self.
  bool SetsByName(size_t i) const {
    if (!At(i + 1).Is("(") || IsAnyOf(At(i + 2), {"self", "cls"})) return false;
    const size_t end = AfterBracket(i + 1);
    for (size_t next = i + 2; next < end; ++next)
      if (At(next).kind == TokenKind::kString && held_.names.contains(TextOf(At(next))))
        return true;
    return false;
  }

  std::vector<Token> tokens_;
  Place place_;
  const HeldName& held_;
  const Imports& imports_;
};

/// Reads the pieces of one file that may be executed while others are collected.
class FileReader {
 public:
  FileReader(const ImportClosure::Member& member, const HeldName& held)
      : member_(member), module_(*member.module), held_(held), imports_(member, held) {}

  uint32_t FirstLine() {
    if (member_.assigns_module && held_.hold != Hold::kName && ReplacesModule()) return 1;
    const syntax::Outline& outline = module_.outline;
    if (outline.problem != syntax::Problem::kNone) return outline.problem_line;
    for (const syntax::Statement& statement : outline.statements)
      if (module_.names.TruthOf(statement.block) != Truth::kNever)
        Read(statement.text, statement.line, Place::kStatement);
    for (const syntax::Block& block : outline.blocks)
      if (module_.names.TruthOf(block.outer) != Truth::kNever)
        Read(block.header, block.line, Place::kStatement);
    for (facts::DefinitionId id = 0; id < outline.definitions.size(); ++id)
      if ((outline.definitions[id].within & syntax::kInFunction) == 0 &&
          module_.names.TruthOf(outline.definitions[id]) != Truth::kNever)
        ReadDefinition(id);
    return line_;
  }

 private:
  void ReadDefinition(facts::DefinitionId id) {
    const syntax::Definition& definition = module_.outline.definitions[id];
    for (uint32_t i = definition.decorators_begin; i < definition.decorators_end; ++i) {
      const syntax::Decorator& decorator = module_.outline.decorators[i];
      const bool is_known =
          module_.decorations.Get(i).kind != DecoratorKind::kUnknown || held_.hold != Hold::kAll;
      Read(decorator.text, decorator.line, is_known ? Place::kMark : Place::kStatement);
    }
    if (definition.kind == syntax::DefinitionKind::kClass) {
      if (definition.bases.find_first_of("=(") != std::string_view::npos)
        Read(definition.bases, definition.first_line, Place::kStatement);
      return;
    }
    if (!member_.is_imported && !module_.import_time().IsReached(id)) return;
    const char* const begin = definition.name.data() + definition.name.size();
    const char* const end = definition.text.data() + definition.text.size();
    Read({begin, static_cast<size_t>(end - begin)}, definition.first_line, Place::kFunction);
  }

  void Read(std::string_view text, uint32_t line, Place place) {
    if (line_ == 0 && MentionsAny(text) && PieceReader(text, place, held_, imports_).Meddles())
      line_ = line;
  }

  [[nodiscard]] bool MentionsAny(std::string_view text) const {
    const auto is_there = [&](std::string_view name) { return Contains(text, name); };
    return is_there(held_.module) || std::ranges::any_of(held_.names, is_there) ||
           std::ranges::any_of(imports_.things, is_there) ||
           std::ranges::any_of(imports_.modules, is_there);
  }

  // sys.modules["helpers"] = ...
  [[nodiscard]] bool ReplacesModule() const {
    constexpr std::string_view kModules = "sys.modules";
    const std::string_view source = member_.source;
    for (size_t at = Find(source, kModules); at != std::string_view::npos;
         at = Find(source, kModules, at + 1)) {
      std::string_view key = source.substr(at + kModules.size());
      if (!key.starts_with('[')) continue;
      key = key.substr(1, std::min<size_t>(key.find(']'), 200) - 1);
      const bool is_literal = key.starts_with('\'') || key.starts_with('"');
      if (is_literal && Contains(key, held_.module)) return true;
    }
    return false;
  }

  const ImportClosure::Member& member_;
  facts::Module& module_;
  const HeldName& held_;
  const Imports imports_;
  uint32_t line_ = 0;
};

}  // namespace

uint32_t FindMeddling(const ImportClosure::Member& member, const HeldName& held) {
  return FileReader(member, held).FirstLine();
}

}  // namespace dxpy::resolve
