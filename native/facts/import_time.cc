#include "facts/import_time.h"

#include <algorithm>
#include <array>

#include "facts/decorators.h"
#include "facts/tokens.h"

namespace dxpy::facts {
namespace {

// Calls that can write into a namespace, or that let others do so.
constexpr auto kWritingFunctions = std::to_array<std::string_view>(
    {"delattr", "eval", "exec", "globals", "locals", "setattr", "vars"});
constexpr auto kWritingAttributes =
    std::to_array<std::string_view>({"__dict__", "__setattr__", "_getframe", "currentframe"});
constexpr auto kOtherWords = std::to_array<std::string_view>(
    {"SkipTest", "TestCase", "__import__", "__test__", "allow_module_level", "fixture", "global",
     "import_module", "importorskip", "modules"});

// By first letter, a bit for each length that one of these words has.
constexpr std::array<uint32_t, 32> MakeShapes() {
  std::array<uint32_t, 32> shapes{};
  const auto add = [&](std::string_view word) {
    shapes[static_cast<size_t>(word[0] & 31)] |= 1U << word.size();
  };
  for (const std::string_view word : kWritingFunctions) add(word);
  for (const std::string_view word : kWritingAttributes) add(word);
  for (const std::string_view word : kOtherWords) add(word);
  return shapes;
}
constexpr std::array<uint32_t, 32> kShapes = MakeShapes();

bool MayMatter(std::string_view word) {
  return word.size() < 32 && (kShapes[static_cast<size_t>(word[0] & 31)] >> word.size() & 1) != 0;
}

template <typename Words>
bool IsOneOf(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool Contains(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

// `name: Type[Other]`: what stands there is given to nobody.
bool IsBareAnnotation(std::string_view statement) {
  TokenReader reader(statement);
  if (reader.token().kind != TokenKind::kName) return false;
  reader.Advance();
  if (!reader.token().Is(":")) return false;
  for (reader.Advance(); reader.token().kind != TokenKind::kEnd; reader.Advance())
    if (reader.token().Is("=") || reader.token().Is("(") || reader.token().Is("lambda"))
      return false;
  return true;
}

}  // namespace

ImportTime::ImportTime(const syntax::Outline& outline, const ModuleNames& names,
                       Decorations& decorations)
    : outline_(outline),
      names_(names),
      decorations_(decorations),
      reached_(outline.definitions.size()) {
  for (DefinitionId id = 0; id < outline.definitions.size(); ++id)
    if ((outline.definitions[id].within & syntax::kInFunction) == 0)
      definitions_[outline.definitions[id].name].push_back(id);
  ReadModule();
  ReadReached();
}

void ImportTime::ReadModule() {
  for (size_t i = 0; i < outline_.statements.size(); ++i) {
    const syntax::Statement& statement = outline_.statements[i];
    if (names_.TruthOf(statement.block) != Truth::kNever)
      Read({statement.text, statement.line, false, true, names_.BoundBy(i),
            IsBareAnnotation(statement.text)});
  }
  for (const syntax::Block& block : outline_.blocks)
    if (names_.TruthOf(block.outer) != Truth::kNever)
      Read({block.header, block.line, false, true, {}});
  for (DefinitionId id = 0; id < outline_.definitions.size(); ++id)
    if ((outline_.definitions[id].within & syntax::kInFunction) == 0) ReadDefinition(id);
}

void ImportTime::ReadDefinition(DefinitionId id) {
  const syntax::Definition& definition = outline_.definitions[id];
  if (names_.TruthOf(definition) == Truth::kNever) return;
  for (uint32_t i = definition.decorators_begin; i < definition.decorators_end; ++i) {
    const syntax::Decorator& decorator = outline_.decorators[i];
    Read({decorator.text, decorator.line, true, false, {}});
    if (decorations_.Get(i).kind == DecoratorKind::kUnknown) Reach(id);
  }
  if (Contains(definition.parameters, "="))
    Read({definition.parameters, definition.first_line, false, false, {}});
  if (Contains(definition.bases, "=") || Contains(definition.bases, "("))
    Read({definition.bases, definition.first_line, false, false, {}});
  if (definition.name == "__init_subclass__" || definition.name == "__set_name__") Reach(id);
}

void ImportTime::Reach(DefinitionId id) {
  if (reached_[id]) return;
  reached_[id] = true;
  const syntax::Definition& definition = outline_.definitions[id];
  if (definition.kind != syntax::DefinitionKind::kClass) {
    to_read_.push_back(id);
    return;
  }
  for (DefinitionId other = id + 1; other < outline_.definitions.size(); ++other)
    if (outline_.definitions[other].enclosing == id) Reach(other);
}

void ImportTime::ReadReached() {
  while (!to_read_.empty()) {
    const DefinitionId id = to_read_.back();
    to_read_.pop_back();
    const syntax::Definition& definition = outline_.definitions[id];
    const char* const begin = definition.name.data() + definition.name.size();
    const char* const end = definition.text.data() + definition.text.size();
    Read({{begin, static_cast<size_t>(end - begin)}, definition.first_line, false, false, {}});
    CheckFactory(id);
  }
}

void ImportTime::Read(const Excerpt& excerpt) {
  Token before;
  TokenReader reader(excerpt.text);
  for (; reader.token().kind != TokenKind::kEnd; reader.Advance()) {
    const Token& token = reader.token();
    if (token.kind == TokenKind::kError) return Note(ReasonKind::kSyntax, "a token", excerpt.line);
    if (token.kind == TokenKind::kName) {
      const bool is_attribute = before.Is(".");
      CheckWord(token.text, is_attribute, excerpt);
      if (!is_attribute) ReadName(token.text, excerpt);
    } else if (!excerpt.is_statement && token.Is(":=")) {
      // Of a header that nobody reads for bindings; in a function it is harmless.
      Note(ReasonKind::kNamespace, ":=", excerpt.line);
    }
    before = token;
  }
}

void ImportTime::ReadName(std::string_view name, const Excerpt& excerpt) {
  if (excerpt.is_annotation) return;
  const auto found = definitions_.find(name);
  if (found != definitions_.end()) {
    for (const DefinitionId id : found->second) Reach(id);
  } else if (!names_.scope(kNoDefinition).by_name.contains(name)) {
    return;
  }
  if (name != excerpt.bound) mentions_[name].push_back({excerpt.line, excerpt.in_decorator});
}

void ImportTime::CheckWord(std::string_view word, bool is_attribute, const Excerpt& excerpt) {
  if (!MayMatter(word)) return;
  if (is_attribute ? IsOneOf(kWritingAttributes, word) : IsOneOf(kWritingFunctions, word))
    return Note(ReasonKind::kNamespace, word, excerpt.line);
  if (word == "modules" && Contains(excerpt.text, "__name__"))
    return Note(ReasonKind::kNamespace, "sys.modules", excerpt.line);
  if ((word == "import_module" || word == "__import__") && Contains(excerpt.text, "__name__"))
    return Note(ReasonKind::kNamespace, word, excerpt.line);
  // A class made by a call, or somebody who looks for all of them.
  if (word == "TestCase") return Note(ReasonKind::kClassFeature, word, excerpt.line);
  if (word == "global") return Note(ReasonKind::kNamespace, word, excerpt.line);
  if (word == "__test__" && excerpt.bound != word)
    return Note(ReasonKind::kTestAttribute, word, excerpt.line);
  if (word == "fixture" && !excerpt.in_decorator)
    return Note(ReasonKind::kFixture, "not by a decorator", excerpt.line);
  if (word == "importorskip" || word == "allow_module_level" || word == "SkipTest")
    return Note(ReasonKind::kModuleSkip, word, excerpt.line);
}

// A class that a function makes may be a test wherever the module keeps it.
void ImportTime::CheckFactory(DefinitionId id) {
  for (DefinitionId other = id + 1; other < outline_.definitions.size(); ++other) {
    const syntax::Definition& definition = outline_.definitions[other];
    if (definition.enclosing == id && !definition.bases.empty())
      Note(ReasonKind::kClassFeature, "made by a function", definition.first_line);
  }
}

void ImportTime::Note(ReasonKind kind, std::string_view detail, uint32_t line) {
  reasons_.push_back({kind, std::string(detail), line});
}

bool ImportTime::Mentions(std::string_view name, bool in_decorators, uint32_t* line) const {
  const auto found = mentions_.find(name);
  if (found == mentions_.end()) return false;
  for (const Mention& mention : found->second) {
    if (mention.in_decorator && !in_decorators) continue;
    *line = mention.line;
    return true;
  }
  return false;
}

}  // namespace dxpy::facts
