#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "impact/lexemes.h"

namespace dxpy::impact {

/// A hash over tokens and what stands between them. A token ends in a NUL, which no source
/// has; a mark is a NUL where a token would begin, and a byte. So no two sequences are alike.
class Digest {
 public:
  void Token(std::string_view text) {
    bytes_ += text;
    bytes_ += '\0';
  }
  void Mark(char kind) {
    bytes_ += '\0';
    bytes_ += kind;
  }
  void Number(uint64_t number) {
    Mark('#');
    char raw[sizeof number];
    for (char& byte : raw) {
      byte = static_cast<char>(number);
      number >>= 8;
    }
    bytes_.append(raw, sizeof raw);
  }
  /// With a mark where a logical line begins; indentation does not count.
  void Tokens(Lexemes lexemes) {
    for (const Lexeme& lexeme : lexemes) {
      if (lexeme.starts_line) Mark('N');
      Token(lexeme.text);
    }
  }

  /// Never 0, which is kept for what is not there.
  [[nodiscard]] uint64_t Finish(uint64_t seed) const {
    const uint64_t hash = Hash64(bytes_, seed);
    return hash == 0 ? 1 : hash;
  }
  void Clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};

/// A hash over the lines of lexemes, counted from a first one.
class LayoutDigest {
 public:
  explicit LayoutDigest(uint32_t first_line) : first_line_(first_line), last_line_(first_line) {}

  void Tokens(Lexemes lexemes) {
    for (const Lexeme& lexeme : lexemes) {
      ++tokens_;
      if (lexeme.line == last_line_) continue;
      last_line_ = lexeme.line;
      Mix(tokens_);
      Mix(lexeme.line - first_line_);
    }
  }
  void Line(uint32_t line) { Mix(line - first_line_); }

  [[nodiscard]] uint64_t Finish() const { return hash_; }

 private:
  void Mix(uint64_t number) {
    hash_ = (hash_ ^ number) * 0x9E37'79B1'85EB'CA87;
    hash_ ^= hash_ >> 29;
  }

  uint32_t first_line_;
  uint32_t last_line_;
  uint64_t tokens_ = 0;
  uint64_t hash_ = 1;
};

}  // namespace dxpy::impact
