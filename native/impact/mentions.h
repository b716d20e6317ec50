#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "impact/lexemes.h"
#include "impact/parts.h"

namespace dxpy::impact {

/// Gathers what the tokens of one part mention.
class Mentions {
 public:
  /// @param words  must outlive this.
  explicit Mentions(WordTable& words) : words_(&words) {}

  /// Tokens that stand in no bracket which is open at their end. May be called several times.
  /// @param bits  what all these mentions have besides.
  void Add(Lexemes lexemes, uint8_t bits = 0);
  /// One name more.
  void AddName(std::string_view name, uint8_t bits);
  /// All names in a dotted one, as it is written.
  void AddNames(std::string_view dotted, uint8_t bits);

  /// By name, each once.
  [[nodiscard]] std::vector<PartMention> Take();
  /// PartFlag bits that follow from the words.
  [[nodiscard]] uint32_t Flags() const;
  /// All WordBits of any word so far, in strings too.
  [[nodiscard]] uint16_t seen() const { return seen_; }

 private:
  friend class MentionReader;

  WordTable* words_;
  std::vector<uint64_t> found_;  ///< number << 8 | bits
  uint16_t seen_ = 0;
  bool reads_names_ = false;
};

}  // namespace dxpy::impact
