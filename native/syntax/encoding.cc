#include "syntax/encoding.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "syntax/source_bytes.h"

namespace dxpy::syntax {
namespace {

// Beginnings of names, '_' read as '-', of encodings where ASCII bytes mean
// themselves. The EUC family builds its other characters from high bytes alone;
// Shift JIS, Big5, GBK and UTF-7 do not.
constexpr std::array<std::string_view, 20> kSafe = {
    "utf-8",     "utf8",  "ascii", "us-ascii",    "latin",   "iso-8859", "iso8859",
    "iso-latin", "l1",    "cp125", "windows-125", "koi8",    "euc",      "gb2312",
    "mac",       "cp437", "cp85",  "cp86",        "tis-620", "u8"};

bool IsSafe(std::string_view encoding) {
  std::string name(encoding);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    if (c == '_') return '-';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return std::any_of(kSafe.begin(), kSafe.end(),
                     [&](std::string_view safe) { return name.starts_with(safe); });
}

// The name in a comment that matches "coding[:=]\s*([-\w.]+)", as PEP 263 has it.
std::string_view EncodingIn(std::string_view comment) {
  for (size_t at = comment.find("coding"); at != std::string_view::npos;
       at = comment.find("coding", at + 1)) {
    std::string_view rest = comment.substr(at + 6);
    if (rest.empty() || (rest[0] != ':' && rest[0] != '=')) continue;
    rest.remove_prefix(1);
    while (!rest.empty() && IsBlank(rest[0])) rest.remove_prefix(1);
    const auto end = std::find_if(rest.begin(), rest.end(),
                                  [](char c) { return !IsNamePart(c) && c != '-' && c != '.'; });
    if (end != rest.begin()) return rest.substr(0, static_cast<size_t>(end - rest.begin()));
  }
  return {};
}

}  // namespace

std::string_view DeclaredEncoding(std::string_view source) {
  const char* p = source.data();
  const char* const end = p + source.size();
  for (int line = 0; line < 2 && p < end; ++line) {
    const char* const line_end = FindLineEnd(p, end);
    p = std::find_if_not(p, line_end, IsBlank);
    if (p < line_end && *p != '#') return {};  // the second line only counts after a comment
    const std::string_view encoding = EncodingIn({p, static_cast<size_t>(line_end - p)});
    if (!encoding.empty()) return encoding;
    const bool crlf = end - line_end >= 2 && line_end[0] == '\r' && line_end[1] == '\n';
    p = line_end == end ? end : line_end + (crlf ? 2 : 1);
  }
  return {};
}

Unreadable FindUnreadable(std::string_view source) {
  if (source.empty()) return {};
  if (const void* nul = std::memchr(source.data(), 0, source.size()))
    return {Problem::kNulByte, static_cast<const char*>(nul)};
  const std::string_view encoding = DeclaredEncoding(source);
  if (!encoding.empty() && !IsSafe(encoding)) return {Problem::kEncoding, encoding.data()};
  return {};
}

std::string_view WithoutBom(std::string_view source) {
  if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);
  return source;
}

}  // namespace dxpy::syntax
