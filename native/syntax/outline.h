#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace dxpy::syntax {

/// Index into Outline::definitions.
using DefinitionId = uint32_t;
inline constexpr DefinitionId kNoDefinition = UINT32_MAX;

/// Index into Outline::blocks.
using BlockId = uint32_t;
inline constexpr BlockId kNoBlock = UINT32_MAX;

/// The kinds of blocks that a line stands in, one bit each; 0 at top level.
/// An `else` counts as the statement that it belongs to.
enum BlockBits : uint8_t {
  kInFunction = 1,
  kInClass = 2,
  kInIf = 4,
  kInTry = 8,
  kInWith = 16,
  kInLoop = 32,
  kInMatch = 64,
};
using Blocks = uint8_t;
inline constexpr Blocks kInDefinition = kInFunction | kInClass;

enum class DefinitionKind : uint8_t { kFunction, kAsyncFunction, kClass };

/// A function or a class. Lines count from 1.
struct Definition {
  std::string_view name;
  std::string_view text;        ///< from the first decorator or keyword to the last token
  std::string_view bases;       ///< what stands between a class's parentheses; empty where none do
  std::string_view parameters;  ///< the same of a function
  DefinitionKind kind = DefinitionKind::kFunction;
  bool is_method = false;       ///< `enclosing` is a class
  bool is_conditional = false;  ///< a block of another kind lies between it and `enclosing`
  Blocks within = 0;            ///< all blocks up to the module
  DefinitionId enclosing = kNoDefinition;  ///< the innermost one around it; always a lower id
  BlockId block = kNoBlock;                ///< the innermost one around it, up to `enclosing`
  uint32_t first_line = 0;                 ///< of `def`, `async` or `class`
  uint32_t last_line = 0;
  uint32_t decorator_line = 0;    ///< of the first decorator; `first_line` where it has none
  uint32_t column = 0;            ///< in bytes
  uint32_t decorators_begin = 0;  ///< its range in Outline::decorators
  uint32_t decorators_end = 0;
};

struct Decorator {
  std::string_view text;  ///< without the '@'; may span lines
  uint32_t line = 0;
  DefinitionId definition = kNoDefinition;
};

enum class ImportKind : uint8_t {
  kModules,  ///< import a.b as c, d
  kNames,    ///< from a.b import c as d, e
  kStar,     ///< from a.b import *
};

/// A name as it is written: `a . b` is possible, PlainName makes it `a.b`.
struct ImportedName {
  std::string_view name;
  std::string_view alias;  ///< empty where there is none
};

/// One import statement.
struct Import {
  ImportKind kind = ImportKind::kModules;
  std::string_view module;   ///< of `from`, without the leading dots; see PlainName
  uint32_t level = 0;        ///< number of leading dots
  uint32_t names_begin = 0;  ///< its range in Outline::names
  uint32_t names_end = 0;
  uint32_t first_line = 0;
  uint32_t last_line = 0;
  Blocks within = 0;                       ///< all blocks up to the module
  DefinitionId enclosing = kNoDefinition;  ///< the innermost one around it
  BlockId block = kNoBlock;                ///< the innermost one around it, up to `enclosing`
};

/// A part of a compound statement that is in no function: an `if`, `elif` or
/// `else` with its body, a `with`, a `case`, and so on.
struct Block {
  std::string_view header;  ///< from its keyword to before its colon
  Blocks kind = 0;          ///< one bit; an `else` has that of its statement
  uint32_t line = 0;
  DefinitionId enclosing = kNoDefinition;  ///< the innermost class around it
  BlockId outer = kNoBlock;                ///< the block around it, up to `enclosing`
  BlockId previous = kNoBlock;             ///< the part of the same statement before it
};

/// A simple statement that is in no function and no import.
struct Statement {
  std::string_view text;
  uint32_t line = 0;
  DefinitionId enclosing = kNoDefinition;  ///< the innermost class around it
  BlockId block = kNoBlock;                ///< the innermost one around it, up to `enclosing`
};

/// Why a reader stopped.
enum class Problem : uint8_t {
  kNone,
  kString,       ///< a string literal does not end
  kBracket,      ///< brackets do not match
  kIndentation,  ///< a block is missing, or a line fits no block
  kHeader,       ///< the head of a block, a decorator or an import is not one
  kBackslash,    ///< a backslash that does not end its line
  kNesting,      ///< f-strings in f-strings, deeper than CPython goes
  kEncoding,     ///< an encoding in which an ASCII byte may not mean itself
  kNulByte,
  kGrammar,  ///< tree-sitter found a syntax error, or could not parse at all
};

/// The facts of one source file, in source order. Every string_view points into
/// the bytes that were read, which must outlive the outline.
///
/// A reader says what it sees in valid Python (3.10 to 3.14); it does not judge.
/// With a problem the outline holds what stands before `problem_line`.
struct Outline {
  std::vector<Definition> definitions;
  std::vector<Decorator> decorators;
  std::vector<Import> imports;
  std::vector<ImportedName> names;
  std::vector<Block> blocks;
  std::vector<Statement> statements;
  Problem problem = Problem::kNone;
  uint32_t problem_line = 0;
};

/// Reads a file in one pass over its bytes, without a syntax tree. Bytes may be
/// anything: it never fails but by Outline::problem. Thread-safe.
[[nodiscard]] Outline ScanOutline(std::string_view source);

}  // namespace dxpy::syntax
