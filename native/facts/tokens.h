#pragma once

#include <cstdint>
#include <string_view>

namespace dxpy::facts {

enum class TokenKind : uint8_t { kEnd, kName, kNumber, kString, kOperator, kError };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;

  [[nodiscard]] bool Is(std::string_view expected) const {
    // Most tokens differ in the first byte; comparing whole ones is a call.
    return text.size() == expected.size() && !text.empty() && text[0] == expected[0] &&
           (expected.size() == 1 || text == expected) &&
           (kind == TokenKind::kName || kind == TokenKind::kOperator);
  }
};

/// Cuts an excerpt into Python's tokens. An excerpt is a part of one logical
/// line, so newlines and comments are mere layout. It never reads beyond the
/// excerpt; bytes that begin no token give kError, and then kEnd for ever.
class TokenReader {
 public:
  /// @param text  must outlive the reader; tokens point into it.
  explicit TokenReader(std::string_view text);

  [[nodiscard]] const Token& token() const { return token_; }
  void Advance();

 private:
  const char* SkipLayout(const char* p) const;
  Token Read(const char* p) const;
  Token ReadNumber(const char* p) const;
  Token ReadString(const char* begin, const char* quote) const;

  const char* begin_;
  const char* end_;
  const char* next_;
  Token token_;
};

}  // namespace dxpy::facts
