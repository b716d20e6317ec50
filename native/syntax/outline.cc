#include "syntax/outline.h"

#include <optional>
#include <utility>

#include "syntax/block_stack.h"
#include "syntax/encoding.h"
#include "syntax/import_reader.h"
#include "syntax/keyword.h"
#include "syntax/line_counter.h"
#include "syntax/source_reader.h"

namespace dxpy::syntax {
namespace {

std::string_view Span(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

/// Reads a file logical line by logical line. Of most lines it only finds the
/// end; blocks are told by indentation, and by the colon that ends a header.
///
/// A header whose line ends in that colon leaves its block pending: the next
/// logical line opens it.
class OutlineScanner {
 public:
  explicit OutlineScanner(std::string_view source) : reader_(source), lines_(source) {}

  Outline Scan() {
    const char* p = reader_.begin();
    while ((p = SkipToStatement(p)) < reader_.end() && EnterBlock(p))
      p = reader_.SkipToNextLine(ReadLogicalLine(p));
    // A file may not end after a header or a decorator.
    if (pending_ || DecoratorsWait()) reader_.Fail(Problem::kIndentation, last_end_);
    while (blocks_.depth() > 1) CloseBlock();
    return Finish();
  }

 private:
  struct PendingBlock {
    Blocks kind = 0;
    DefinitionId definition = kNoDefinition;
    bool holds_cases = false;
    BlockId block = kNoBlock;
  };

  Outline Finish() {
    if (reader_.failed()) {
      outline_.problem = reader_.problem();
      outline_.problem_line = lines_.LineOf(reader_.problem_place());
    }
    return std::move(outline_);
  }

  // Over blank lines and comments to the next token, measuring its indentation.
  const char* SkipToStatement(const char* line) {
    for (;;) {
      const char* const p = ReadIndentation(line, reader_, indentation_);
      if (p == reader_.end() || !(IsNewline(*p) || *p == '#')) return p;
      line = reader_.SkipToNextLine(p);
    }
  }

  // Opens the block that the last header announced, or closes those that end here.
  bool EnterBlock(const char* p) {
    if (pending_) {
      if (!blocks_.CanOpen(indentation_)) return reader_.Fail(Problem::kIndentation, p) == nullptr;
      Open(*pending_, indentation_);
      pending_.reset();
      return true;
    }
    while (blocks_.EndsTop(indentation_)) CloseBlock();
    return blocks_.Fits(indentation_) || reader_.Fail(Problem::kIndentation, p) == nullptr;
  }

  void Open(const PendingBlock& block, Indentation indentation) {
    blocks_.Push(block.kind, block.definition, indentation);
    blocks_.top().holds_cases = block.holds_cases;
    blocks_.top().block = block.block;
  }

  void CloseBlock() {
    const DefinitionId id = blocks_.Pop();
    if (id == kNoDefinition) return;
    Definition& definition = outline_.definitions[id];
    const char* const end = reader_.TokenEnd(last_end_);
    // A body that could not be read leaves the header's own end.
    if (end <= definition.name.data()) return;
    definition.last_line = lines_.LineOf(end - 1);
    definition.text = Span(definition.text.data(), end);
  }

  const char* EndAt(const char* end) {
    if (!reader_.failed()) last_end_ = end;
    return end;
  }

  // @returns where the line ends: at a newline or a comment.
  const char* ReadLogicalLine(const char* p) {
    if (*p == '@') return EndAt(ReadDecorator(p));
    const char* after = p;
    const Keyword keyword = KeywordAt(p, reader_.end(), &after);
    if (DecoratorsWait() && keyword != Keyword::kDef && keyword != Keyword::kClass &&
        keyword != Keyword::kAsync)
      return reader_.Fail(Problem::kHeader, p);
    return EndAt(ReadStatement(keyword, p, after));
  }

  const char* ReadStatement(Keyword keyword, const char* p, const char* after) {
    BlockFrame& block = blocks_.top();
    switch (keyword) {
      case Keyword::kDef:
        return ReadDefinition(DefinitionKind::kFunction, p, after);
      case Keyword::kClass:
        return ReadDefinition(DefinitionKind::kClass, p, after);
      case Keyword::kAsync:
        return ReadAsync(p, after);
      case Keyword::kIf:
        return ReadBlock(kInIf, p, *p == 'e');
      case Keyword::kLoop:
        return ReadBlock(kInLoop, p);
      case Keyword::kTry:
        return ReadBlock(kInTry, p, *p == 'e');
      case Keyword::kFinally:
        return ReadBlock(kInTry, p, true);
      case Keyword::kWith:
        return ReadBlock(kInWith, p);
      case Keyword::kElse:
        return ReadBlock(block.last_header, p, true);
      case Keyword::kMatch:
        return ReadMatch(p);
      case Keyword::kCase:
        return block.holds_cases ? ReadBlock(kInMatch, p) : ReadSimpleStatements(p);
      default:
        return ReadSimpleStatements(p);
    }
  }

  // Statements between semicolons, to the end of the logical line.
  const char* ReadSimpleStatements(const char* p) {
    for (;;) {
      const char* after = p;
      const Keyword keyword = KeywordAt(p, reader_.end(), &after);
      const char* const begin = p;
      const bool is_import = keyword == Keyword::kImport || keyword == Keyword::kFrom;
      if (is_import) p = ReadImport(keyword, after);
      p = reader_.SkipStatement(p);
      if (!is_import) AddStatement(begin, p);
      if (!reader_.At(p, ';')) return p;
      p = reader_.SkipBlanks(p + 1);
    }
  }

  [[nodiscard]] bool InFunction() { return (blocks_.top().within & kInFunction) != 0; }

  void AddStatement(const char* begin, const char* end) {
    if (InFunction() || reader_.failed()) return;
    const char* const text_end = reader_.TokenEnd(end);
    if (text_end <= begin) return;
    const BlockFrame& block = blocks_.top();
    outline_.statements.push_back(
        {Span(begin, text_end), lines_.LineOf(begin), block.definition, block.block});
  }

  const char* ReadImport(Keyword keyword, const char* after) {
    const uint32_t first_line = lines_.LineOf(after);
    ImportParts parts = keyword == Keyword::kImport
                            ? ReadImportModules(after, reader_, outline_.names)
                            : ReadImportFrom(after, reader_, outline_.names);
    if (reader_.failed()) return reader_.end();
    parts.import.first_line = first_line;
    parts.import.last_line = lines_.LineOf(parts.end);
    parts.import.within = blocks_.top().within;
    parts.import.enclosing = blocks_.top().definition;
    parts.import.block = blocks_.top().block;
    outline_.imports.push_back(parts.import);
    return parts.end;
  }

  // `goes_on`: the statement began with an earlier block.
  const char* ReadBlock(Blocks kind, const char* p, bool goes_on = false) {
    BlockFrame& around = blocks_.top();
    around.last_header = kind;
    if (InFunction()) return ReadHeader({kind, kNoDefinition, false, kNoBlock}, p);
    around.last_block = AddBlock(kind, p, goes_on ? around.last_block : kNoBlock);
    return ReadHeader({kind, kNoDefinition, false, around.last_block}, p);
  }

  BlockId AddBlock(Blocks kind, const char* p, BlockId previous) {
    const BlockFrame& around = blocks_.top();
    outline_.blocks.push_back(
        {Span(p, p), kind, lines_.LineOf(p), around.definition, around.block, previous});
    return static_cast<BlockId>(outline_.blocks.size() - 1);
  }

  void EndHeader(BlockId block, const char* colon) {
    if (block == kNoBlock) return;
    std::string_view& header = outline_.blocks[block].header;
    header = Span(header.data(), reader_.TokenEnd(colon));
  }

  // `match` is only a keyword where a block follows; nothing else ends in a colon.
  const char* ReadMatch(const char* p) {
    const char* const end = reader_.SkipStatement(p);
    if (reader_.failed() || !EndsInColon(end)) return ReadSimpleStatements(p);
    pending_ = PendingBlock{kInMatch, kNoDefinition, true, kNoBlock};
    if (InFunction()) return end;
    pending_->block = AddBlock(kInMatch, p, kNoBlock);
    EndHeader(pending_->block, reader_.TokenEnd(end) - 1);
    return end;
  }

  const char* ReadAsync(const char* p, const char* after) {
    const char* const word = reader_.SkipBlanks(after);
    const Keyword keyword = KeywordAt(word, reader_.end(), &after);
    if (keyword == Keyword::kDef) return ReadDefinition(DefinitionKind::kAsyncFunction, p, after);
    if (keyword == Keyword::kWith) return ReadBlock(kInWith, p);
    if (keyword == Keyword::kLoop) return ReadBlock(kInLoop, p);
    return reader_.Fail(Problem::kHeader, p);
  }

  // `p` is at the first keyword, `after` behind the last one.
  const char* ReadDefinition(DefinitionKind kind, const char* p, const char* after) {
    const BlockFrame& block = blocks_.top();
    Definition definition;
    const char* const name = reader_.SkipBlanks(after);
    const char* rest = reader_.SkipName(name);
    if (rest == name) return reader_.Fail(Problem::kHeader, p);
    definition.name = Span(name, rest);
    definition.kind = kind;
    definition.is_method = (block.within & kInDefinition) != 0 &&
                           outline_.definitions[block.definition].kind == DefinitionKind::kClass;
    definition.is_conditional = block.since != 0;
    definition.within = block.within;
    definition.enclosing = block.definition;
    definition.block = block.block;
    definition.first_line = definition.last_line = lines_.LineOf(p);
    definition.column = ColumnOf(p);
    definition.text = Span(p, rest);
    TakeDecorators(definition);
    (kind == DefinitionKind::kClass ? definition.bases : definition.parameters) =
        ReadBetweenParentheses(rest);
    outline_.definitions.push_back(definition);
    const auto id = static_cast<DefinitionId>(outline_.definitions.size() - 1);
    return ReadHeader(
        {kind == DefinitionKind::kClass ? kInClass : kInFunction, id, false, kNoBlock}, p);
  }

  std::string_view ReadBetweenParentheses(const char* p) {
    p = reader_.SkipBlanks(p);
    if (reader_.At(p, '[')) p = reader_.SkipBlanks(reader_.SkipBrackets(p));  // PEP 695
    if (!reader_.At(p, '(')) return {};
    const char* const end = reader_.SkipBrackets(p);
    return reader_.failed() ? std::string_view{} : Span(p + 1, end - 1);
  }

  // Finds the header's end. Its body is pending, or stands on the same line.
  const char* ReadHeader(PendingBlock block, const char* p) {
    const char* const end = reader_.SkipStatement(p);
    if (reader_.failed()) return end;
    if (EndsInColon(end)) {
      pending_ = block;
      EndHeader(block.block, reader_.TokenEnd(end) - 1);
      return end;
    }
    const char* const colon = reader_.SkipToBlockColon(p);
    if (reader_.failed()) return colon;
    EndHeader(block.block, colon);
    Open(block, blocks_.top().indentation);
    const char* const body_end = EndAt(ReadSimpleStatements(reader_.SkipBlanks(colon + 1)));
    CloseBlock();
    return body_end;
  }

  bool EndsInColon(const char* end) const {
    return !reader_.At(end, ';') && reader_.TokenEnd(end)[-1] == ':';
  }

  const char* ReadDecorator(const char* p) {
    const char* const text = reader_.SkipBlanks(p + 1);
    const char* const end = reader_.SkipStatement(text);
    const char* const text_end = reader_.TokenEnd(end);
    if (text_end <= text || reader_.At(end, ';')) return reader_.Fail(Problem::kHeader, p);
    if (reader_.failed()) return end;
    const auto definition = static_cast<DefinitionId>(outline_.definitions.size());
    if (!DecoratorsWait()) first_decorator_ = p;
    outline_.decorators.push_back({Span(text, text_end), lines_.LineOf(text), definition});
    return end;
  }

  [[nodiscard]] bool DecoratorsWait() const {
    return decorators_taken_ < outline_.decorators.size();
  }

  void TakeDecorators(Definition& definition) {
    definition.decorator_line = definition.first_line;
    definition.decorators_begin = decorators_taken_;
    if (DecoratorsWait()) {
      definition.decorator_line = outline_.decorators[decorators_taken_].line;
      definition.text = Span(first_decorator_, definition.name.data());
    }
    decorators_taken_ = static_cast<uint32_t>(outline_.decorators.size());
    definition.decorators_end = decorators_taken_;
  }

  [[nodiscard]] uint32_t ColumnOf(const char* p) const {
    const char* line = p;
    while (line > reader_.begin() && !IsNewline(line[-1])) --line;
    return static_cast<uint32_t>(p - line);
  }

  SourceReader reader_;
  LineCounter lines_;
  BlockStack blocks_;
  Outline outline_;
  Indentation indentation_;              ///< of the line that is being read
  std::optional<PendingBlock> pending_;  ///< announced by the last header
  const char* last_end_ = nullptr;       ///< where the last line that was understood ended
  const char* first_decorator_ = nullptr;
  uint32_t decorators_taken_ = 0;  ///< decorators whose definition has been read
};

}  // namespace

Outline ScanOutline(std::string_view source) {
  source = WithoutBom(source);
  if (const Unreadable bytes = FindUnreadable(source); bytes.problem != Problem::kNone) {
    Outline outline;
    outline.problem = bytes.problem;
    outline.problem_line = LineCounter(source).LineOf(bytes.place);
    return outline;
  }
  return OutlineScanner(source).Scan();
}

}  // namespace dxpy::syntax
