#include "facts/parameter_ids.h"

#include <array>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>

#include "facts/literals.h"

namespace dxpy::facts {
namespace {

constexpr size_t kMaxCases = 1'000'000;

void AppendHex(uint32_t code, size_t digits, std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = digits; i-- > 0;) text += kDigits[code >> (4 * i) & 15];
}

// What both kinds have in common. @returns whether it was one of these.
bool AppendPlain(uint32_t code, std::string& text) {
  if (code == '\t') {
    text += "\\t";
  } else if (code == '\n') {
    text += "\\n";
  } else if (code == '\r') {
    text += "\\r";
  } else if (code >= 0x20 && code < 0x7F) {
    text += static_cast<char>(code);
  } else if (code < 0x100) {
    text += "\\x";
    AppendHex(code, 2, text);
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string EscapeText(std::string_view utf8) {
  std::string text;
  for (size_t at = 0; at < utf8.size();) {
    const char32_t code = NextCodePoint(utf8, at);
    if (code == '\\') {
      text += "\\\\";
    } else if (!AppendPlain(code, text)) {
      text += code < 0x10000 ? "\\u" : "\\U";
      AppendHex(code, code < 0x10000 ? 4 : 8, text);
    }
  }
  return text;
}

std::string EscapeBytes(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) AppendPlain(static_cast<unsigned char>(c), text);
  return text;
}

size_t CountCharacters(std::string_view utf8) {
  size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

std::vector<std::string> MakeUnique(std::vector<std::string> ids) {
  std::unordered_map<std::string, size_t> counts;
  for (const std::string& id : ids) ++counts[id];
  if (counts.size() == ids.size()) return ids;
  // A new id must be none of those that are in the list at that moment.
  std::unordered_multiset<std::string> taken(ids.begin(), ids.end());
  std::unordered_map<std::string, size_t> next;
  for (std::string& id : ids) {
    if (counts[id] < 2) continue;
    const std::string stem = !id.empty() && id.back() >= '0' && id.back() <= '9' ? id + "_" : id;
    size_t& number = next[id];
    while (taken.contains(stem + std::to_string(number))) ++number;
    taken.erase(taken.find(id));
    id = stem + std::to_string(number++);
    taken.insert(id);
  }
  return ids;
}

std::optional<std::vector<std::string>> Combine(
    const std::vector<std::vector<std::string>>& lists) {
  std::vector<std::string> combined = {""};
  bool first = true;
  for (const std::vector<std::string>& list : lists) {
    if (list.size() * combined.size() > kMaxCases) return std::nullopt;
    std::vector<std::string> longer;
    longer.reserve(list.size() * combined.size());
    for (const std::string& id : combined)
      for (const std::string& more : list) longer.push_back(first ? more : id + "-" + more);
    combined = std::move(longer);
    first = false;
  }
  return combined;
}

}  // namespace dxpy::facts
