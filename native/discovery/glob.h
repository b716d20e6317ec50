#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dxpy::discovery {

/// One pattern of Python's fnmatch, made once and matched often: `*` (also
/// across '/'), `?`, `[seq]`, `[!seq]`; case counts, and nothing can be quoted.
///
/// What counts as one character is what CPython calls one: see FsDecode().
/// Malformed brackets mean what fnmatch.translate() makes of them, down to its
/// oddities (`[b-a!x]` is "not x", because the empty range is taken out first).
/// Immutable, so any number of threads may match.
class Glob {
 public:
  explicit Glob(std::string_view pattern);

  /// Whether all of `text`, not a part of it, matches.
  [[nodiscard]] bool Matches(std::string_view text) const;

 private:
  struct CharSet {
    bool negated = false;
    std::vector<std::pair<char32_t, char32_t>> ranges;  ///< both ends belong to the range
    [[nodiscard]] bool Contains(char32_t c) const;
  };
  struct Token {
    enum class Kind : uint8_t { kChar, kAny, kStar, kSet };
    Kind kind = Kind::kChar;
    char32_t value = 0;  ///< kChar: the character; kSet: index into sets_
  };

  static CharSet MakeSet(std::u32string_view inside);
  size_t AddBracket(std::u32string_view pattern, size_t at);
  template <typename Text>
  [[nodiscard]] bool MatchesTokens(const Text& text) const;
  [[nodiscard]] bool MatchesOne(const Token& token, char32_t c) const;

  std::vector<Token> tokens_;
  std::vector<CharSet> sets_;
};

/// pytest's fnmatch_ex(): a pattern without a '/' is matched against the name
/// alone, one with a '/' against the whole path, and there a relative pattern
/// may begin below any directory.
class PathGlob {
 public:
  explicit PathGlob(std::string_view pattern);

  /// @param path  absolute; `name` is its last component.
  [[nodiscard]] bool Matches(std::string_view path, std::string_view name) const;

 private:
  bool whole_path_;
  Glob glob_;
};

/// Whether any of `globs` matches.
bool AnyMatches(const std::vector<PathGlob>& globs, std::string_view path, std::string_view name);

}  // namespace dxpy::discovery
