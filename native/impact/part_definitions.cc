// The part reader's functions and classes.

#include <algorithm>
#include <utility>

#include "facts/statement_bindings.h"
#include "impact/harmless.h"
#include "impact/part_reader.h"
#include "syntax/outline_queries.h"

namespace dxpy::impact {

using syntax::Definition;
using syntax::DefinitionId;
using syntax::DefinitionKind;
using syntax::kNoDefinition;

namespace {

/// A body's lines, with marks where blocks begin and end. Widths do not count.
class BodyDigest {
 public:
  explicit BodyDigest(Digest& digest) : digest_(digest) {}

  void Tokens(Lexemes lexemes) {
    for (const Lexeme& lexeme : lexemes) {
      if (lexeme.starts_line) StartLine(lexeme.column);
      digest_.Token(lexeme.text);
    }
  }

 private:
  void StartLine(uint32_t column) {
    if (columns_.empty() || column > columns_.back()) {
      columns_.push_back(column);
      digest_.Mark('I');
    } else {
      for (; columns_.size() > 1 && column < columns_.back(); columns_.pop_back())
        digest_.Mark('D');
    }
    digest_.Mark('N');
  }

  Digest& digest_;
  std::vector<uint32_t> columns_;
};

// What `:=` binds in the scope around a definition.
std::vector<Lexeme> NamesInHead(Lexemes head) {
  std::vector<Lexeme> names;
  for (size_t i = 1; i < head.size(); ++i)
    if (head[i].Is(":=") && head[i - 1].IsName()) names.push_back(head[i - 1]);
  return names;
}

constexpr uint32_t kFlagsOfClass = kReadsNames | kReadsDocs | kReadsLines | kReadsFrames;

}  // namespace

std::string PartReader::QualifiedName(const Definition& definition) const {
  std::string name(definition.name);
  for (DefinitionId id = definition.enclosing; id != kNoDefinition;
       id = outline_.definitions[id].enclosing)
    name.insert(0, std::string(outline_.definitions[id].name) + '.');
  return name;
}

void PartReader::AddDefinition(const Item& item) {
  const Definition& definition = outline_.definitions[item.index];
  if (item.enclosing != kNoDefinition) {
    // Which names a class has, and in which order, is the class's.
    OpenClass& open = *classes_[item.enclosing];
    open.watches_subclasses |= definition.name == "__init_subclass__";
    Digest& digest = open.digest;
    digest.Mark(definition.kind == DefinitionKind::kClass ? 'C' : 'F');
    digest.Number(Context(item.block));
    digest.Token(definition.name);
  }
  definition.kind == DefinitionKind::kClass ? AddClass(item, definition)
                                            : AddFunction(item, definition);
}

void PartReader::AddFunction(const Item& item, const Definition& definition) {
  function_.clear();
  lexer_.Read(definition.text, definition.decorator_line, Lexer::Extent::kAll, function_);
  const Lexemes lexemes(function_);
  const Head head = ReadHead(lexemes);
  const Decorations decorations = ReadDecorations(head, definition.name, origins_);
  Part part;
  part.kind = PartKind::kFunction;
  part.flags = decorations.flags;
  part.first_line = definition.decorator_line;
  part.last_line = definition.last_line;
  part.name = QualifiedName(definition);
  part.binds.emplace_back(definition.name);
  for (const std::string_view name : decorations.fixture_names)
    if (name != definition.name) part.binds.emplace_back(name);
  for (const Lexeme& name : NamesInHead(lexemes.first(head.size)))
    part.binds.emplace_back(name.text);
  if (definition.name.starts_with("pytest_")) part.flags |= kHook;
  if (CallsUnknown(head.rest, origins_) || IsOdd(definition.name)) part.flags |= kActs;
  FinishFunction(part, head, lexemes, Context(item.block));
  Mentions mentions(words_);
  mentions.Add(lexemes.first(head.size), kHead);
  const Lexemes body = lexemes.subspan(head.size);
  const DocPlace doc = FindDocstring(body);
  mentions.Add(body.subspan(doc.end));
  // Whoever runs a method depends on what its class is.
  for (DefinitionId id = item.enclosing; id != kNoDefinition;
       id = outline_.definitions[id].enclosing)
    mentions.AddName(outline_.definitions[id].name, kPlain);
  part.flags |= mentions.Flags();
  const uint16_t seen = mentions.seen();
  if ((seen & kConditionWord) != 0) part.flags |= kBranches;
  if ((seen & kStoreWord) != 0 || StoresSomething(body)) part.flags |= kStores;
  part.mentions = mentions.Take();
  parts_.push_back(std::move(part));
}

void PartReader::FinishFunction(Part& part, const Head& head, Lexemes lexemes, uint64_t context) {
  Digest digest;
  digest.Number(context);
  digest.Tokens(lexemes.first(head.size));
  part.head_hash = digest.Finish(seed_);
  digest.Clear();
  const Lexemes body = lexemes.subspan(head.size);
  const DocPlace doc = FindDocstring(body);
  if (doc.end > 0) {
    digest.Tokens(body.first(doc.end));
    part.doc_hash = digest.Finish(seed_);
    digest.Clear();
  }
  BodyDigest(digest).Tokens(body.subspan(doc.end));
  part.body_hash = digest.Finish(seed_);
  LayoutDigest layout(part.first_line);
  layout.Tokens(lexemes);
  part.layout_hash = layout.Finish();
}

void PartReader::AddClass(const Item& item, const Definition& definition) {
  auto open = std::make_unique<OpenClass>(words_, definition.decorator_line);
  function_.clear();
  lexer_.Read(definition.text, definition.decorator_line, Lexer::Extent::kHeader, function_);
  const Lexemes lexemes(function_);
  const Head head = ReadHead(lexemes);
  const Decorations decorations = ReadDecorations(head, definition.name, origins_);
  Part part;
  part.kind = PartKind::kClass;
  part.first_line = definition.decorator_line;
  part.last_line = definition.last_line;
  part.name = QualifiedName(definition);
  part.binds.emplace_back(definition.name);
  if ((decorations.flags & kActs) != 0 || CallsUnknown(head.rest, origins_) ||
      !HasHarmlessBases(head.rest) || IsOdd(definition.name))
    part.flags |= kActs;
  open->part = parts_.size();
  open->digest.Number(Context(item.block));
  open->digest.Tokens(lexemes);
  open->mentions.Add(lexemes);
  open->layout.Tokens(lexemes);
  if (item.enclosing == kNoDefinition) module_classes_[definition.name] = open.get();
  classes_[item.index] = std::move(open);
  parts_.push_back(std::move(part));
  for (const Lexeme& name : NamesInHead(lexemes)) BindInClass(*classes_[item.index], name.text, 1);
}

// `rest`: what stands behind the name.
bool PartReader::HasHarmlessBases(Lexemes rest) const {
  size_t at = 0;
  int depth = 0;
  if (!rest.empty() && rest[0].Is('[')) {  // type parameters are no bases
    do {
      depth += rest[at].Opens() ? 1 : rest[at].Closes() ? -1 : 0;
    } while (++at < rest.size() && depth > 0);
  }
  size_t begin = at + 1;
  for (; at < rest.size(); ++at) {
    const bool ends = rest[at].Closes() && --depth == 0;
    if (rest[at].Opens()) ++depth;
    if (!ends && !(depth == 1 && rest[at].Is(','))) continue;
    if (at > begin && !IsHarmlessBaseAt(rest.subspan(begin, at - begin))) return false;
    begin = at + 1;
    if (ends) return true;
  }
  return true;
}

bool PartReader::IsHarmlessBaseAt(Lexemes base) const {
  if (base.size() > 2 && base[0].IsWord("metaclass") && base[1].Is('=')) base = base.subspan(2);
  const size_t length = ChainLength(base);
  if (length == 0) return false;
  const Lexemes rest = base.subspan(length);
  if (!rest.empty() && !(rest.front().Is('[') && rest.back().Is(']'))) return false;
  if (length == 1 && IsHarmlessClass(base[0].text)) return true;
  return IsHarmlessBase(origins_.Of(base.first(length)));
}

// One of this file, at module level, that nothing else can be meant by.
bool PartReader::IsHarmlessClass(std::string_view name) const {
  const auto found = module_classes_.find(name);
  return found != module_classes_.end() && origins_.IsBoundOnce(name) &&
         !found->second->watches_subclasses && (parts_[found->second->part].flags & kActs) == 0;
}

void PartReader::BindInClass(OpenClass& open, std::string_view name, uint64_t hash) {
  Part& part = parts_[open.part];
  open.watches_subclasses |= name == "__init_subclass__";
  const auto [known, is_new] = open.bound.try_emplace(name, part.bind_hashes.size());
  if (is_new) {
    part.binds.emplace_back(name);
    part.bind_hashes.push_back(hash);
  } else {
    uint64_t& bound = part.bind_hashes[known->second];
    bound = bound * 31 + hash;
  }
}

void PartReader::AddToClass(const Item& item, OpenClass& open) {
  if (item.kind == ItemKind::kImport) return AddImportToClass(item, open);
  Part& part = parts_[open.part];
  const Lexemes lexemes = LexemesOf(item);
  const StatementShape& shape = item.shape;
  open.layout.Tokens(lexemes);
  if (item.kind == ItemKind::kStatement && shape.kind == StatementShape::Kind::kNothing) {
    if (!shape.is_string || !item.is_first || item.block != syntax::kNoBlock) return;
    Digest digest;
    digest.Tokens(lexemes);
    part.doc_hash = digest.Finish(seed_);
    return;
  }
  Digest digest;
  digest.Number(Context(item.block));
  digest.Tokens(lexemes);
  const uint64_t hash = digest.Finish(seed_);
  open.digest.Mark(item.kind == ItemKind::kBlock ? 'B' : 'S');
  open.digest.Number(hash);
  open.mentions.Add(lexemes);
  if (CallsUnknown(lexemes, origins_)) part.flags |= kActs;
  if (item.kind == ItemKind::kBlock) {
    if (!lexemes.empty() && lexemes[0].IsWord("with")) part.flags |= kActs;
    for (const auto& effect : facts::FindNameEffects(TextOf(item)))
      BindInClass(open, effect.name, hash);
    return;
  }
  if (shape.kind == StatementShape::Kind::kDoes || shape.may_mutate) part.flags |= kActs;
  for (const auto* names : {&shape.binds, &shape.annotates})
    for (const Lexeme& name : *names) BindInClass(open, name.text, hash);
}

void PartReader::AddImportToClass(const Item& item, OpenClass& open) {
  const syntax::Import& import = outline_.imports[item.index];
  Part& part = parts_[open.part];
  const bool named = import.kind != syntax::ImportKind::kModules;
  const std::string module = syntax::PlainName(import.module);
  open.digest.Mark('M');
  open.digest.Number(Context(item.block));
  open.digest.Number(import.level);
  open.digest.Token(module);
  open.layout.Line(import.first_line);
  if (named && ImportActs(item, module)) part.flags |= kActs;
  for (uint32_t i = import.names_begin; i < import.names_end; ++i) {
    const auto& [written, alias] = outline_.names[i];
    const std::string plain = syntax::PlainName(written);
    if (!named && ImportActs(item, plain)) part.flags |= kActs;
    open.digest.Token(plain);
    open.digest.Token(alias);
    const std::string_view first = written.substr(0, plain.find('.'));
    if (named) open.mentions.AddName(written, kPlain | kValue);
    BindInClass(open, alias.empty() ? first : alias, Hash64(module + ':' + plain, import.level));
  }
}

void PartReader::FinishClasses() {
  for (std::unique_ptr<OpenClass>& open : classes_) {
    if (open == nullptr) continue;
    Part& part = parts_[open->part];
    part.flags |= open->mentions.Flags() & kFlagsOfClass;
    part.mentions = open->mentions.Take();
    part.head_hash = open->digest.Finish(seed_);
    part.layout_hash = open->layout.Finish();
  }
}

}  // namespace dxpy::impact
