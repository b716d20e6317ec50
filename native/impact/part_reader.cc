#include "impact/part_reader.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "facts/statement_bindings.h"
#include "impact/harmless.h"
#include "syntax/encoding.h"
#include "syntax/outline_queries.h"
#include "syntax/source_bytes.h"

namespace dxpy::impact {

using syntax::BlockId;
using syntax::Definition;
using syntax::kNoDefinition;

namespace {

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return lower;
}

// The same bytes are other texts in another encoding.
uint64_t SeedOf(const std::string& encoding) {
  return encoding.empty() || encoding.starts_with("utf") ? 0 : Hash64(encoding);
}

bool IsUtf8(const std::string& encoding) { return SeedOf(encoding) == 0; }

// Enough of a statement to know it by.
std::string FirstWords(std::string_view text) {
  constexpr size_t kMostBytes = 40;
  const char* const end = syntax::FindLineEnd(text.data(), text.data() + text.size());
  text = text.substr(0, static_cast<size_t>(end - text.data()));
  if (text.size() <= kMostBytes) return std::string(text);
  size_t size = kMostBytes;
  while (size > 0 && (text[size] & 0xC0) == 0x80) --size;
  return std::string(text.substr(0, size)) + "...";
}

// `if TYPE_CHECKING`, from whatever module.
bool ChecksTypes(Lexemes header) {
  return header.size() >= 2 && header[0].IsWord("if") && header.back().IsWord("TYPE_CHECKING") &&
         ChainLength(header.subspan(1)) == header.size() - 1;
}

}  // namespace

PartReader::PartReader(std::string_view source, const syntax::Outline& outline)
    : source_(source),
      outline_(outline),
      words_(IsUtf8(LowerCase(syntax::DeclaredEncoding(source)))),
      lexer_(source, words_),
      origins_(outline),
      seed_(SeedOf(LowerCase(syntax::DeclaredEncoding(source)))),
      block_hashes_(outline.blocks.size()),
      for_typing_(outline.blocks.size()),
      classes_(outline.definitions.size()) {}

std::vector<Part> PartReader::Read() {
  CollectItems();
  for (Item& item : items_) {
    LexPlain(item);
    BindNames(item);
  }
  for (const Item& item : items_)
    if (item.kind == ItemKind::kBlock) HashBlock(item);
  parts_.reserve(items_.size());
  for (const Item& item : items_) AddItem(item);
  FinishClasses();
  return std::move(parts_);
}

void PartReader::CollectItems() {
  for (uint32_t i = 0; i < outline_.definitions.size(); ++i) {
    const Definition& definition = outline_.definitions[i];
    if ((definition.within & syntax::kInFunction) == 0)
      items_.push_back({ItemKind::kDefinition,
                        i,
                        definition.decorator_line,
                        definition.text.data(),
                        definition.enclosing,
                        definition.block,
                        0,
                        0,
                        false,
                        {}});
  }
  for (uint32_t i = 0; i < outline_.statements.size(); ++i) {
    const syntax::Statement& statement = outline_.statements[i];
    items_.push_back({ItemKind::kStatement,
                      i,
                      statement.line,
                      statement.text.data(),
                      statement.enclosing,
                      statement.block,
                      0,
                      0,
                      false,
                      {}});
  }
  for (uint32_t i = 0; i < outline_.blocks.size(); ++i) {
    const syntax::Block& block = outline_.blocks[i];
    items_.push_back({ItemKind::kBlock,
                      i,
                      block.line,
                      block.header.data(),
                      block.enclosing,
                      block.outer,
                      0,
                      0,
                      false,
                      {}});
  }
  AddImportItems();
  std::sort(items_.begin(), items_.end(),
            [](const Item& a, const Item& b) { return a.place < b.place; });
  bool module_has_items = false;
  std::vector<bool> class_has_items(outline_.definitions.size());
  for (Item& item : items_) {
    if (item.enclosing == kNoDefinition) {
      item.is_first = !std::exchange(module_has_items, true);
    } else {
      item.is_first = !class_has_items[item.enclosing];
      class_has_items[item.enclosing] = true;
    }
  }
}

void PartReader::AddImportItems() {
  // Of `from . import *` only the line is known.
  const char* line_begin = source_.data();
  const char* const end = line_begin + source_.size();
  uint32_t line = 1;
  for (uint32_t i = 0; i < outline_.imports.size(); ++i) {
    const syntax::Import& import = outline_.imports[i];
    if ((import.within & syntax::kInFunction) != 0) continue;
    const char* place = nullptr;
    if (!import.module.empty()) {
      place = import.module.data();
    } else if (import.names_begin < import.names_end) {
      place = outline_.names[import.names_begin].name.data();
    } else {
      for (; line < import.first_line && line_begin < end; ++line) {
        const char* const line_end = syntax::FindLineEnd(line_begin, end);
        const bool crlf = end - line_end >= 2 && line_end[0] == '\r' && line_end[1] == '\n';
        line_begin = line_end == end ? end : line_end + (crlf ? 2 : 1);
      }
      place = line_begin;
    }
    items_.push_back({ItemKind::kImport,
                      i,
                      import.first_line,
                      place,
                      import.enclosing,
                      import.block,
                      0,
                      0,
                      false,
                      {}});
  }
}

void PartReader::LexPlain(Item& item) {
  if (item.kind != ItemKind::kStatement && item.kind != ItemKind::kBlock) return;
  item.begin = lexemes_.size();
  lexer_.Read(TextOf(item), item.line, Lexer::Extent::kAll, lexemes_);
  item.end = lexemes_.size();
  if (item.kind == ItemKind::kStatement) item.shape = ReadStatement(LexemesOf(item));
}

std::string_view PartReader::TextOf(const Item& item) const {
  return item.kind == ItemKind::kBlock ? outline_.blocks[item.index].header
                                       : outline_.statements[item.index].text;
}

// Tells origins_ what is no import.
void PartReader::BindNames(const Item& item) {
  switch (item.kind) {
    case ItemKind::kDefinition:
      return origins_.Bind(outline_.definitions[item.index].name);
    case ItemKind::kStatement: {
      for (const Lexeme& name : item.shape.binds) origins_.Bind(name.text);
      const Lexemes lexemes = LexemesOf(item);
      typing_is_false_ |= lexemes.size() == 3 && lexemes[0].IsWord("TYPE_CHECKING") &&
                          lexemes[1].Is('=') && lexemes[2].IsWord("False");
      return;
    }
    case ItemKind::kBlock:
      for (const auto& effect : facts::FindNameEffects(TextOf(item))) origins_.Bind(effect.name);
      return;
    case ItemKind::kImport:
      return;
  }
}

void PartReader::HashBlock(const Item& item) {
  const syntax::Block& block = outline_.blocks[item.index];
  const Lexemes header = LexemesOf(item);
  Digest digest;
  digest.Number(Context(block.outer));
  digest.Number(Context(block.previous));
  digest.Tokens(header);
  block_hashes_[item.index] = digest.Finish(seed_);
  for_typing_[item.index] =
      IsForTyping(block.outer) ||
      (ChecksTypes(header) &&
       (typing_is_false_ ? origins_.IsBoundOnce("TYPE_CHECKING")
                         : origins_.Of(header.subspan(1)).starts_with("typing")));
}

void PartReader::AddItem(const Item& item) {
  if (item.kind == ItemKind::kDefinition) return AddDefinition(item);
  if (item.enclosing != kNoDefinition) return AddToClass(item, *classes_[item.enclosing]);
  if (item.kind == ItemKind::kImport) return AddImport(item);
  item.kind == ItemKind::kBlock ? AddBlock(item) : AddStatement(item);
}

namespace {

Part MakePart(PartKind kind, uint32_t flags, uint32_t first_line, uint32_t last_line) {
  Part part;
  part.kind = kind;
  part.flags = flags;
  part.first_line = first_line;
  part.last_line = last_line;
  return part;
}

}  // namespace

void PartReader::AddStatement(const Item& item) {
  const StatementShape& shape = item.shape;
  if (shape.kind == StatementShape::Kind::kNothing) {
    if (shape.is_string && item.is_first && item.block == syntax::kNoBlock) AddDocstring(item);
    return;
  }
  const Lexemes lexemes = LexemesOf(item);
  const bool binds = shape.kind == StatementShape::Kind::kBinds;
  Part part = MakePart(binds ? PartKind::kStatement : PartKind::kEffect, binds ? 0U : kActs,
                       item.line, item.line + CountNewlines(TextOf(item)));
  std::unordered_set<uint32_t> bound;
  for (const Lexeme& name : shape.binds) {
    if ((name.bits & kOddWord) != 0) part.flags |= kActs;
    if (bound.insert(name.word).second) part.binds.emplace_back(name.text);
  }
  const bool lists_names = !part.binds.empty() && part.binds[0] == "__all__";
  if ((shape.may_mutate && !lists_names) || CallsUnknown(lexemes, origins_)) part.flags |= kActs;
  if (!binds || shape.binds.size() + shape.annotates.size() == 0) {
    part.name = FirstWords(TextOf(item));
  } else {
    part.name = shape.binds.empty() ? shape.annotates[0].text : shape.binds[0].text;
  }
  Mentions mentions(words_);
  mentions.Add(lexemes);
  part.flags |= mentions.Flags();
  part.mentions = mentions.Take();
  Digest digest;
  digest.Number(Context(item.block));
  digest.Tokens(lexemes);
  part.head_hash = digest.Finish(seed_);
  LayoutDigest layout(item.line);
  layout.Tokens(lexemes);
  part.layout_hash = layout.Finish();
  parts_.push_back(std::move(part));
}

void PartReader::AddDocstring(const Item& item) {
  Part part = MakePart(PartKind::kStatement, 0, item.line, item.line + CountNewlines(TextOf(item)));
  part.name = "__doc__";
  part.binds = {part.name};
  Digest digest;
  digest.Tokens(LexemesOf(item));
  part.doc_hash = digest.Finish(seed_);
  parts_.push_back(std::move(part));
}

void PartReader::AddBlock(const Item& item) {
  const Lexemes header = LexemesOf(item);
  // Of typing alone: nothing is executed.
  const bool is_quiet = for_typing_[item.index];
  Part part = MakePart(is_quiet ? PartKind::kStatement : PartKind::kEffect, is_quiet ? 0U : kActs,
                       item.line, item.line + CountNewlines(TextOf(item)));
  part.name = FirstWords(TextOf(item));
  for (const auto& effect : facts::FindNameEffects(TextOf(item)))
    if (effect.effect != facts::Effect::kDeletes) part.binds.emplace_back(effect.name);
  Mentions mentions(words_);
  mentions.Add(header);
  part.flags |= mentions.Flags();
  part.mentions = mentions.Take();
  part.head_hash = block_hashes_[item.index];
  LayoutDigest layout(item.line);
  layout.Tokens(header);
  part.layout_hash = layout.Finish();
  parts_.push_back(std::move(part));
}

bool PartReader::ImportActs(const Item& item, std::string_view module) const {
  const syntax::Import& import = outline_.imports[item.index];
  if (IsForTyping(item.block)) return false;
  return import.level > 0 || module == "__future__" || !IsStandardModule(module);
}

void PartReader::AddImport(const Item& item) {
  const syntax::Import& import = outline_.imports[item.index];
  for (uint32_t name = import.names_begin; name < import.names_end; ++name)
    AddImportedName(item, import, name);
  if (import.kind == syntax::ImportKind::kStar) AddImportedName(item, import, import.names_end);
}

// `name`: in Outline::names; names_end for a star.
void PartReader::AddImportedName(const Item& item, const syntax::Import& import, uint32_t name) {
  const bool star = name == import.names_end;
  const auto [written, alias] = star ? syntax::ImportedName{"*", {}} : outline_.names[name];
  const std::string plain = syntax::PlainName(written);
  const bool named = import.kind != syntax::ImportKind::kModules;
  const std::string module = named ? syntax::PlainName(import.module) : plain;
  Part part = MakePart(PartKind::kImport, star || ImportActs(item, module) ? kActs : 0U,
                       import.first_line, import.last_line);
  part.name = alias.empty() ? plain.substr(0, plain.find('.')) : std::string(alias);
  part.binds = {part.name};
  if (IsOdd(alias.empty() ? written : alias)) part.flags |= kActs;
  Mentions mentions(words_);
  if (star) {
    mentions.AddName("__all__", kPlain);
  } else if (named) {
    mentions.AddName(written, kPlain | kValue);
  } else if (!alias.empty()) {
    // `import a.b as c` looks `b` up in `a`.
    mentions.AddNames(written, kAttribute);
  }
  part.flags |= mentions.Flags();
  part.mentions = mentions.Take();
  Digest digest;
  digest.Number(Context(item.block));
  digest.Number(import.level);
  digest.Number(named ? 1 : 0);
  for (const std::string_view text : {std::string_view(module), std::string_view(plain), alias})
    digest.Token(text);
  part.head_hash = digest.Finish(seed_);
  part.layout_hash = 1;
  parts_.push_back(std::move(part));
}

}  // namespace dxpy::impact
