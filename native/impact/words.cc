#include "impact/words.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "base/hash.h"
#include "facts/touched_names.h"

namespace dxpy::impact {
namespace {

using Group = std::pair<uint16_t, std::vector<std::string_view>>;

std::unordered_map<std::string_view, uint16_t> MakeKnownWords() {
  const std::array<Group, 10> groups = {{
      {kKeyword,
       {"False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
        "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
        "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
        "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"}},
      {kFirstParameter, {"self", "cls"}},
      {kReaderWord, {"globals",        "vars",
                     "__dict__",       "dir",
                     "eval",           "exec",
                     "getmembers",     "getmembers_static",
                     "getattr_static", "__subclasses__",
                     "attrgetter",     "methodcaller",
                     "__getattr__",    "__getattribute__",
                     "modules",        "__import__",
                     "__builtins__",   "builtins",
                     "f_globals",      "f_locals",
                     "__globals__",    "pickle",
                     "Unpickler",      "resolve_name",
                     "locate"}},
      {kBuiltinWord, {"globals", "vars", "dir"}},
      {kLiteralWord, {"getattr", "hasattr", "setattr", "delattr"}},
      {kDocsWord, {"__doc__", "getdoc", "cleandoc", "pydoc", "doctest", "docopt"}},
      // What inspect and linecache, whom traceback asks, say of lines is seen when they are called.
      {kLinesWord,
       {"co_firstlineno", "co_lines", "co_positions", "co_lnotab", "co_linetable", "tracemalloc"}},
      {kFramesWord, {"f_lineno", "tb_lineno", "lineno", "walk_stack", "walk_tb"}},
      {kConditionWord,
       {"if", "elif", "else", "try", "except", "or", "and", "in", "not", "is", "while", "for",
        "match", "assert", "setdefault", "get", "hasattr", "getattr", "__missing__"}},
      {kStoreWord,
       {"global",     "nonlocal",   "setattr",    "delattr",     "__setattr__", "__setitem__",
        "setitem",    "appendleft", "extendleft", "move_to_end", "set",         "put",
        "put_nowait", "store",      "save",       "cache",       "lru_cache",   "cached_property",
        "register",   "push",       "write",      "__dict__",    "exec",        "globals",
        "vars"}},
  }};
  std::unordered_map<std::string_view, uint16_t> known;
  for (const auto& [bits, words] : groups)
    for (const std::string_view word : words) known[word] |= bits;
  return known;
}

uint16_t KnownBits(std::string_view word) {
  static const auto kKnown = MakeKnownWords();
  const auto found = kKnown.find(word);
  uint16_t bits = found == kKnown.end() ? 0 : found->second;
  if (facts::IsMutator(word)) bits |= kStoreWord;
  return bits;
}

struct Range {
  uint32_t first;
  uint32_t last;
};

// Letters that NFKC leaves alone, next to each other too: most of what people write.
constexpr std::array<Range, 15> kStable = {{{0xC0, 0xD6},
                                            {0xD8, 0xF6},
                                            {0xF8, 0x131},
                                            {0x134, 0x13E},
                                            {0x141, 0x148},
                                            {0x14A, 0x17E},
                                            {0x391, 0x3A9},
                                            {0x3AC, 0x3CE},
                                            {0x400, 0x45F},
                                            {0x5D0, 0x5EA},
                                            {0x3041, 0x3094},
                                            {0x30A1, 0x30FA},
                                            {0x4E00, 0x9FA5},
                                            {0xAC00, 0xD7A3},
                                            {0, 0x7F}}};

// The character at the beginning of `text`, of which it is taken; UINT32_MAX: none is there.
uint32_t TakeCharacter(std::string_view& text) {
  const auto first = static_cast<uint8_t>(text[0]);
  const size_t length = first < 0x80   ? 1
                        : first < 0xC2 ? 0
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                                       : 0;
  if (length == 0 || length > text.size()) return UINT32_MAX;
  uint32_t character = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xC0) != 0x80) return UINT32_MAX;
    character = character << 6 | (next & 0x3F);
  }
  text.remove_prefix(length);
  return character;
}

bool IsStable(std::string_view word) {
  while (!word.empty()) {
    const uint32_t character = TakeCharacter(word);
    if (std::none_of(kStable.begin(), kStable.end(), [character](const Range& range) {
          return character >= range.first && character <= range.last;
        }))
      return false;
  }
  return true;
}

bool IsAscii(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return (c & 0x80) == 0; });
}

}  // namespace

WordTable::WordTable(bool is_utf8) : is_utf8_(is_utf8), slots_(256) {}

uint32_t WordTable::Number(std::string_view word) {
  const uint64_t hash = Hash64(word);
  const size_t mask = slots_.size() - 1;
  for (size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    if (slots_[slot] == 0) {
      words_.push_back({word, hash, KnownBits(word)});
      if (!IsAscii(word) && !(is_utf8_ && IsStable(word))) words_.back().bits |= kOddWord;
      const auto number = static_cast<uint32_t>(words_.size());
      slots_[slot] = number;
      if (words_.size() * 2 > slots_.size()) Grow();
      return number - 1;
    }
    const Word& known = words_[slots_[slot] - 1];
    if (known.hash == hash && known.text == word) return slots_[slot] - 1;
  }
}

void WordTable::Grow() {
  slots_.assign(slots_.size() * 2, 0);
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < words_.size(); ++i) {
    size_t slot = words_[i].hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<uint32_t>(i + 1);
  }
}

}  // namespace dxpy::impact
