#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace dxpy::impact {

/// What is known of a word by its spelling, one bit each.
enum WordBits : uint16_t {
  kKeyword = 1,         ///< no name, but of the language
  kFirstParameter = 2,  ///< `self` and `cls`: too common to be worth a mention
  kReaderWord = 4,      ///< reads names that nobody can read off
  kLiteralWord = 8,     ///< the same, unless its second argument is a literal: getattr
  kDocsWord = 16,       ///< has to do with docstrings
  kLinesWord = 32,      ///< has to do with line numbers of any code
  kConditionWord = 64,  ///< of code that does something only at times
  kStoreWord = 128,     ///< stores something that may outlive a call
  kOddWord = 256,       ///< Python may know this name by another spelling (NFKC)
  kFramesWord = 512,    ///< has to do with line numbers of code that runs
  kBuiltinWord = 1024,  ///< with kReaderWord: only where it is not somebody's variable or attribute
};

/// The words of one file, numbered from 0 up in the order of their first use.
class WordTable {
 public:
  /// @param is_utf8  of the source. Else no letter beyond ASCII is taken for what it seems.
  explicit WordTable(bool is_utf8);

  /// @param word  must outlive the table.
  uint32_t Number(std::string_view word);
  [[nodiscard]] std::string_view text(uint32_t number) const { return words_[number].text; }
  [[nodiscard]] uint16_t bits(uint32_t number) const { return words_[number].bits; }

 private:
  struct Word {
    std::string_view text;
    uint64_t hash = 0;
    uint16_t bits = 0;
  };

  void Grow();

  bool is_utf8_;
  std::vector<Word> words_;
  std::vector<uint32_t> slots_;  ///< numbers, from 1 up; 0: free. Open addressing.
};

}  // namespace dxpy::impact
