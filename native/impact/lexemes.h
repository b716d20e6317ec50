#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "facts/tokens.h"
#include "impact/words.h"
#include "syntax/source_reader.h"

namespace dxpy::impact {

/// A token with its place: what counts of layout.
struct Lexeme {
  facts::TokenKind kind = facts::TokenKind::kEnd;
  bool starts_line = false;  ///< the first one of a logical line, but for the first of all
  uint16_t bits = 0;         ///< of kName: WordBits
  uint32_t word = 0;         ///< of kName: its number
  uint32_t line = 0;         ///< where it begins
  uint32_t column = 0;       ///< its indentation, where it starts a line
  std::string_view text;

  /// Whether it is this operator, of one character.
  [[nodiscard]] bool Is(char op) const {
    return kind == facts::TokenKind::kOperator && text.size() == 1 && text[0] == op;
  }
  [[nodiscard]] bool Is(std::string_view op) const {
    return kind == facts::TokenKind::kOperator && text == op;
  }
  [[nodiscard]] bool IsWord(std::string_view expected) const {
    return kind == facts::TokenKind::kName && text == expected;
  }
  [[nodiscard]] bool IsName() const {
    return kind == facts::TokenKind::kName && (bits & kKeyword) == 0;
  }
  [[nodiscard]] bool IsKeyword() const { return (bits & kKeyword) != 0; }
  [[nodiscard]] bool Opens() const { return Is('(') || Is('[') || Is('{'); }
  [[nodiscard]] bool Closes() const { return Is(')') || Is(']') || Is('}'); }
};

using Lexemes = std::span<const Lexeme>;

/// Newlines in `text`, as CPython counts them. A CR at its end counts.
[[nodiscard]] uint32_t CountNewlines(std::string_view text);

/// Cuts excerpts of one source into lexemes.
class Lexer {
 public:
  /// @param source  without a byte order mark; must outlive this, as `words` must.
  Lexer(std::string_view source, WordTable& words) : reader_(source), words_(words) {}

  /// What part of an excerpt is read.
  enum class Extent : uint8_t {
    kAll,
    kHeader,  ///< of a definition: to the colon before its body
  };

  /// Adds the lexemes of `text`, which begins on `line` and is a part of the source. Bytes
  /// that are no token are one kError, up to the end.
  void Read(std::string_view text, uint32_t line, Extent extent, std::vector<Lexeme>& lexemes);

 private:
  struct Gap {
    uint32_t lines = 0;
    const char* line_begin = nullptr;  ///< after the last newline that is not joined
  };

  Gap ReadGap(const char* p, const char* end) const;

  syntax::SourceReader reader_;
  WordTable& words_;
};

/// The place of the colon that ends the header which begins at `begin`; size() where none does.
[[nodiscard]] size_t FindHeaderColon(Lexemes lexemes, size_t begin);

}  // namespace dxpy::impact
