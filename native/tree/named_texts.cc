#include "tree/named_texts.h"

#include <algorithm>
#include <string>

#include "syntax/source_bytes.h"

namespace dxpy::tree {
namespace {

using syntax::IsNamePart;

constexpr std::string_view kSuffix = ".py";

bool IsInToken(char c) { return IsNamePart(c) || c == '.' || c == '/' || c == '-'; }

// Whether a text may be a name, or several with commas between, and no prose.
bool IsPlain(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_space = text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r';
    if (is_space && (i == 0 || (text[i - 1] != ',' && text[i - 1] != ' '))) return false;
  }
  return true;
}

std::vector<std::string> Split(std::string_view token, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= token.size();) {
    const size_t end = std::min(token.find(separator, begin), token.size());
    if (end > begin) parts.emplace_back(token.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// Whether a token ends with the name of a source, and nothing of that name is left open.
bool AddFile(std::string_view token, bool is_open, std::vector<NamedText>& texts) {
  std::string_view name = token.substr(0, token.size() - kSuffix.size());
  const size_t slash = name.rfind('/');
  if (slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
    is_open = false;
  }
  if (name.empty() || is_open) return false;
  texts.push_back({{std::string(name)}, false, true});
  // "shop.py" may be meant as it is written, or be the module `py` of `shop`: no such thing.
  return true;
}

void AddDotted(std::string_view token, bool is_plain, std::vector<NamedText>& texts) {
  if (token.find('/') != std::string_view::npos || token.find('-') != std::string_view::npos)
    return;
  const bool is_relative = token.starts_with('.');
  std::vector<std::string> path = Split(token, '.');
  const bool is_dotted = path.size() > 1 || is_relative;
  if (path.empty() || (!is_plain && !is_dotted)) return;
  texts.push_back({std::move(path), is_relative, false});
}

}  // namespace

bool AddNamedTexts(const TextPiece& piece, std::vector<NamedText>& texts) {
  const std::string_view text = piece.content;
  const bool is_plain = IsPlain(text);
  bool has_pattern = false;
  for (size_t i = 0; i < text.size();) {
    if (!IsInToken(text[i])) {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < text.size() && IsInToken(text[i])) ++i;
    const std::string_view token = text.substr(begin, i - begin);
    if (token.ends_with(kSuffix)) {
      constexpr std::string_view kBefore = " \t\n\r'\"(,:=";
      const bool is_open =
          begin == 0 ? !piece.begins : kBefore.find(text[begin - 1]) == std::string_view::npos;
      has_pattern |= !AddFile(token, is_open, texts);
    } else {
      AddDotted(token, is_plain, texts);
    }
  }
  return has_pattern;
}

std::vector<NamedText> ReadTexts(std::string_view setting) {
  std::vector<NamedText> texts;
  for (size_t begin = 0; begin < setting.size();) {
    const size_t end = std::min(setting.find_first_of(" \t\r\n", begin), setting.size());
    AddNamedTexts({setting.substr(begin, end - begin)}, texts);
    begin = end + 1;
  }
  return texts;
}

}  // namespace dxpy::tree
