#include "discovery/glob.h"

#include <algorithm>

#include "discovery/fs_text.h"

namespace dxpy::discovery {
namespace {

using Chunks = std::vector<std::u32string>;

// Splits the inside of brackets at those hyphens that make a range: from the
// last character of one chunk to the first of the next. A hyphen within a chunk
// stands for itself. The steps are those of fnmatch.translate(), since its
// answers for things like `[a-c-e]` follow from them and from nothing else.
Chunks SplitAtRanges(std::u32string_view inside) {
  Chunks chunks;
  size_t begin = 0;
  size_t hyphen = inside.find(U'-', inside.starts_with(U'!') ? 2 : 1);
  while (hyphen != std::u32string_view::npos) {
    chunks.emplace_back(inside.substr(begin, hyphen - begin));
    begin = hyphen + 1;
    hyphen = inside.find(U'-', hyphen + 3);
  }
  if (begin < inside.size()) {
    chunks.emplace_back(inside.substr(begin));
  } else {
    chunks.back() += U'-';
  }
  return chunks;
}

// Takes out ranges that run backwards, both ends included.
void DropEmptyRanges(Chunks& chunks) {
  for (size_t k = chunks.size() - 1; k > 0; --k) {
    if (chunks[k - 1].back() <= chunks[k].front()) continue;
    chunks[k - 1].pop_back();
    chunks[k - 1] += chunks[k].substr(1);
    chunks.erase(chunks.begin() + static_cast<std::ptrdiff_t>(k));
  }
}

// Where the bracket opened just before `at` closes; npos if it does not. A ']'
// that comes first, or right after '!', belongs to the set.
size_t FindClosingBracket(std::u32string_view pattern, size_t at) {
  if (at < pattern.size() && pattern[at] == U'!') ++at;
  if (at < pattern.size() && pattern[at] == U']') ++at;
  return pattern.find(U']', at);
}

char32_t CharAt(std::string_view text, size_t at) { return static_cast<unsigned char>(text[at]); }
char32_t CharAt(const std::u32string& text, size_t at) { return text[at]; }

bool NeedsWholePath(std::string_view pattern) {
  return pattern.find('/') != std::string_view::npos;
}

std::string Anchored(std::string_view pattern) {
  const bool below_any = NeedsWholePath(pattern) && !pattern.starts_with('/');
  return (below_any ? "*/" : "") + std::string(pattern);
}

}  // namespace

Glob::Glob(std::string_view pattern) {
  const std::u32string text = FsDecode(pattern);
  size_t at = 0;
  while (at < text.size()) {
    const char32_t c = text[at++];
    if (c == U'*') {
      tokens_.push_back({Token::Kind::kStar, 0});
    } else if (c == U'?') {
      tokens_.push_back({Token::Kind::kAny, 0});
    } else if (c == U'[') {
      at = AddBracket(text, at);
    } else {
      tokens_.push_back({Token::Kind::kChar, c});
    }
  }
}

// Adds the set that opens just before `at`; returns where the pattern goes on.
size_t Glob::AddBracket(std::u32string_view pattern, size_t at) {
  const size_t end = FindClosingBracket(pattern, at);
  if (end == std::u32string_view::npos) {
    tokens_.push_back({Token::Kind::kChar, U'['});
    return at;
  }
  tokens_.push_back({Token::Kind::kSet, static_cast<char32_t>(sets_.size())});
  sets_.push_back(MakeSet(pattern.substr(at, end - at)));
  return end + 1;
}

Glob::CharSet Glob::MakeSet(std::u32string_view inside) {
  Chunks chunks = SplitAtRanges(inside);
  DropEmptyRanges(chunks);
  CharSet set;
  // Only now, because what is first now may not have been first in the pattern.
  set.negated = chunks.front().starts_with(U'!');
  if (set.negated) chunks.front().erase(0, 1);
  const std::u32string* before = nullptr;
  for (const std::u32string& chunk : chunks) {
    for (const char32_t c : chunk) set.ranges.emplace_back(c, c);
    if (before != nullptr && before->empty()) {
      set.ranges.emplace_back(U'-', U'-');  // no character for a range to begin at
    } else if (before != nullptr) {
      set.ranges.emplace_back(before->back(), chunk.front());
    }
    before = &chunk;
  }
  return set;
}

bool Glob::CharSet::Contains(char32_t c) const {
  const bool listed = std::ranges::any_of(
      ranges, [c](const auto& range) { return range.first <= c && c <= range.second; });
  return listed != negated;
}

bool Glob::MatchesOne(const Token& token, char32_t c) const {
  if (token.kind == Token::Kind::kChar) return token.value == c;
  return token.kind == Token::Kind::kAny || sets_[token.value].Contains(c);
}

// Walks text and pattern together. On a mismatch only the latest star is given
// one more character: an earlier star could gain nothing by taking more.
template <typename Text>
bool Glob::MatchesTokens(const Text& text) const {
  constexpr size_t kNone = static_cast<size_t>(-1);
  size_t at = 0;
  size_t token = 0;
  size_t star = kNone;
  size_t star_end = 0;
  while (at < text.size()) {
    if (token < tokens_.size() && tokens_[token].kind == Token::Kind::kStar) {
      star = token++;
      star_end = at;
    } else if (token < tokens_.size() && MatchesOne(tokens_[token], CharAt(text, at))) {
      ++token;
      ++at;
    } else if (star != kNone) {
      token = star + 1;
      at = ++star_end;
    } else {
      return false;
    }
  }
  while (token < tokens_.size() && tokens_[token].kind == Token::Kind::kStar) ++token;
  return token == tokens_.size();
}

bool Glob::Matches(std::string_view text) const {
  return IsAscii(text) ? MatchesTokens(text) : MatchesTokens(FsDecode(text));
}

PathGlob::PathGlob(std::string_view pattern)
    : whole_path_(NeedsWholePath(pattern)), glob_(Anchored(pattern)) {}

bool PathGlob::Matches(std::string_view path, std::string_view name) const {
  return glob_.Matches(whole_path_ ? path : name);
}

bool AnyMatches(const std::vector<PathGlob>& globs, std::string_view path, std::string_view name) {
  return std::ranges::any_of(globs, [&](const PathGlob& glob) { return glob.Matches(path, name); });
}

}  // namespace dxpy::discovery
