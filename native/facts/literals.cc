#include "facts/literals.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace dxpy::facts {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Reads what stands between a literal's quotes.
class TextReader {
 public:
  TextReader(std::string_view body, bool raw, bool is_bytes)
      : body_(body), raw_(raw), is_bytes_(is_bytes) {}

  std::optional<std::string> Read() {
    while (at_ < body_.size()) {
      const char c = body_[at_++];
      if (c == '\r') {
        if (at_ < body_.size() && body_[at_] == '\n') ++at_;
        value_ += '\n';
      } else if (c == '\\' && !raw_ && at_ < body_.size()) {
        if (!Escape()) return std::nullopt;
      } else {
        if (is_bytes_ && (c & 0x80) != 0) return std::nullopt;
        value_ += c;
      }
    }
    return value_;
  }

 private:
  bool Escape() {
    const char c = body_[at_++];
    constexpr std::string_view kLetters = "abfnrtv\\'\"";
    constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\'\"";
    if (const size_t i = kLetters.find(c); i != std::string_view::npos) {
      value_ += kMeanings[i];
      return true;
    }
    if (c == '\n') return true;
    if (c == '\r') {
      if (at_ < body_.size() && body_[at_] == '\n') ++at_;
      return true;
    }
    if (c >= '0' && c <= '7') return Octal();
    if (c == 'x') return Hex(2);
    if (!is_bytes_ && c == 'u') return Hex(4);
    if (!is_bytes_ && c == 'U') return Hex(8);
    if (!is_bytes_ && c == 'N') return false;
    // No escape: the backslash stays.
    value_ += '\\';
    --at_;
    return !is_bytes_ || (c & 0x80) == 0;
  }

  bool Octal() {
    uint32_t code = 0;
    --at_;
    for (int i = 0; i < 3 && at_ < body_.size() && body_[at_] >= '0' && body_[at_] <= '7'; ++i)
      code = code * 8 + static_cast<uint32_t>(body_[at_++] - '0');
    return Add(is_bytes_ ? code & 0xFF : code);
  }

  bool Hex(size_t digits) {
    if (body_.size() - at_ < digits) return false;
    uint32_t code = 0;
    for (size_t i = 0; i < digits; ++i) {
      const int digit = HexDigit(body_[at_++]);
      if (digit < 0) return false;
      code = code * 16 + static_cast<uint32_t>(digit);
    }
    return Add(code);
  }

  bool Add(uint32_t code) {
    if (code > 0x10FFFF) return false;
    if (is_bytes_) {
      value_ += static_cast<char>(code);
    } else {
      AppendUtf8(code, value_);
    }
    return true;
  }

  std::string_view body_;
  bool raw_;
  bool is_bytes_;
  size_t at_ = 0;
  std::string value_;
};

std::optional<std::string> BasedInteger(std::string_view digits, int base) {
  uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc() || rest != end) return std::nullopt;
  return std::to_string(value);
}

// Digits, of which CPython does not print more than this many.
constexpr size_t kMaxDigits = 4000;

std::optional<std::string> DecimalInteger(std::string_view digits) {
  if (digits.size() > kMaxDigits || !std::all_of(digits.begin(), digits.end(), IsDigit))
    return std::nullopt;
  const size_t first = digits.find_first_not_of('0');
  if (first == std::string_view::npos) return "0";
  if (first > 0) return std::nullopt;  // 012 is not valid
  return std::string(digits);
}

// An underscore must stand between digits, or after the base.
bool HasGoodUnderscores(std::string_view literal) {
  for (size_t i = 0; i < literal.size(); ++i) {
    if (literal[i] != '_') continue;
    if (i == 0 || i + 1 == literal.size()) return false;
    const bool after_base = i == 2 && literal[0] == '0' &&
                            std::string_view("xXoObB").find(literal[1]) != std::string_view::npos;
    if (!after_base && HexDigit(literal[i - 1]) < 0) return false;
    if (HexDigit(literal[i + 1]) < 0) return false;
  }
  return true;
}

std::optional<std::string> FloatLiteral(const std::string& digits) {
  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value);
  if (rest != end) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::nullopt;
  return FloatText(value);
}

size_t SequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

}  // namespace

std::optional<TextLiteral> ReadText(std::string_view literal) {
  TextLiteral text;
  bool raw = false;
  size_t quote = 0;
  for (; quote < literal.size() && literal[quote] != '"' && literal[quote] != '\''; ++quote) {
    const char letter = static_cast<char>(literal[quote] | 0x20);
    if (letter == 'f' || letter == 't') return std::nullopt;
    text.is_bytes |= letter == 'b';
    raw |= letter == 'r';
  }
  literal.remove_prefix(quote);
  if (literal.size() < 2) return std::nullopt;
  const bool triple = literal.size() >= 6 && literal[1] == literal[0] && literal[2] == literal[0];
  const size_t width = triple ? 3 : 1;
  const std::string_view body = literal.substr(width, literal.size() - 2 * width);
  std::optional<std::string> value = TextReader(body, raw, text.is_bytes).Read();
  if (!value) return std::nullopt;
  text.value = std::move(*value);
  return text;
}

std::optional<std::string> NumberText(std::string_view literal) {
  if (literal.empty() || !HasGoodUnderscores(literal)) return std::nullopt;
  std::string digits(literal);
  std::erase(digits, '_');
  if (digits.size() > 2 && digits[0] == '0') {
    const char base = static_cast<char>(digits[1] | 0x20);
    if (base == 'x') return BasedInteger(std::string_view(digits).substr(2), 16);
    if (base == 'o') return BasedInteger(std::string_view(digits).substr(2), 8);
    if (base == 'b') return BasedInteger(std::string_view(digits).substr(2), 2);
  }
  if (digits.find_first_of(".eE") == std::string::npos) return DecimalInteger(digits);
  // from_chars wants a digit before the point; Python does not.
  if (digits[0] == '.') digits.insert(0, 1, '0');
  return FloatLiteral(digits);
}

std::string FloatText(double value) {
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  if (std::isnan(value)) return "nan";
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::scientific);
  std::string shortest(buffer.data(), end);
  const size_t mark = shortest.find('e');
  const int exponent = std::stoi(shortest.substr(mark + 1));
  if (exponent < -4 || exponent >= 16) return shortest;  // two digits of exponent in both
  const bool negative = shortest[0] == '-';
  std::string digits = shortest.substr(negative ? 1 : 0, mark - (negative ? 1 : 0));
  std::erase(digits, '.');
  if (exponent < 0) {
    digits.insert(0, static_cast<size_t>(-exponent), '0');
    digits.insert(1, ".");
  } else {
    const auto point = static_cast<size_t>(exponent) + 1;
    if (digits.size() < point + 1) digits.append(point + 1 - digits.size(), '0');
    digits.insert(point, ".");
  }
  return negative ? "-" + digits : digits;
}

void AppendUtf8(char32_t code_point, std::string& text) {
  const auto byte = [&](uint32_t bits) { text += static_cast<char>(bits); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    byte(0xE0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  } else {
    byte(0xF0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3F));
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  }
}

char32_t NextCodePoint(std::string_view text, size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  size_t length = SequenceLength(lead);
  if (length == 0 || text.size() - at < length) length = 1;
  constexpr std::array<unsigned char, 5> kLeadBits = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code_point = length == 1 ? lead : lead & kLeadBits[length];
  for (size_t i = 1; i < length; ++i)
    code_point = code_point << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3F);
  at += length;
  return code_point;
}

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const size_t length = SequenceLength(lead);
    if (length == 0 || text.size() - at < length) return false;
    for (size_t i = 1; i < length; ++i)
      if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return false;
    size_t next = at;
    const char32_t code_point = NextCodePoint(text, next);
    const bool overlong =
        (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
    if (overlong || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000))
      return false;
    at = next;
  }
  return true;
}

}  // namespace dxpy::facts
