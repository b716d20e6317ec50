#include "base/packed.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace dxpy {
namespace {

constexpr size_t kMostNamedBytes = size_t{1} << 28;
constexpr size_t kFewTexts = 16;  // they are looked through

void AddNumber(std::string& bytes, uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
  bytes += static_cast<char>(number);
}

}  // namespace

void PackedWriter::Number(uint64_t number) { AddNumber(body_, number); }

void PackedWriter::Text(std::string_view text) {
  const size_t number = NumberOf(text);
  if (number == named_.size()) {
    named_.push_back(text);
    AddNumber(texts_, text.size());
    texts_ += text;
  }
  Number(number);
}

// As many as there are: it has none yet.
size_t PackedWriter::NumberOf(std::string_view text) {
  if (named_.size() < kFewTexts)
    return static_cast<size_t>(std::ranges::find(named_, text) - named_.begin());
  for (size_t i = numbers_.size(); i < named_.size(); ++i) numbers_.emplace(named_[i], i);
  const auto known = numbers_.find(text);
  return known != numbers_.end() ? known->second : named_.size();
}

void PackedWriter::Bytes(const std::array<uint8_t, 16>& bytes) {
  body_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void PackedWriter::Double(double number) {
  auto bits = std::bit_cast<uint64_t>(number);
  for (int i = 0; i < 8; ++i, bits >>= 8) body_ += static_cast<char>(bits);
}

std::string PackedWriter::Finish(uint8_t version) const {
  std::string bytes(1, static_cast<char>(version));
  bytes.reserve(texts_.size() + body_.size() + 8);
  AddNumber(bytes, named_.size());
  return bytes.append(texts_).append(body_);
}

void PackedReader::Begin(std::string_view bytes, uint8_t version) {
  rest_ = bytes;
  texts_.clear();
  named_bytes_ = 0;
  is_ok_ = true;
  if (Bytes(1) != std::string_view(reinterpret_cast<const char*>(&version), 1)) return Fail();
  const size_t count = Count();
  texts_.reserve(count);
  for (size_t i = 0; i < count && is_ok_; ++i) texts_.push_back(Bytes(Count()));
}

void PackedReader::Fail() {
  is_ok_ = false;
  rest_ = {};
  texts_.clear();
}

uint64_t PackedReader::Number(uint64_t most) {
  uint64_t number = 0;
  for (size_t i = 0; i < rest_.size() && i < 10; ++i) {
    const auto byte = static_cast<uint8_t>(rest_[i]);
    number |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if ((byte & 0x80) != 0) continue;
    // The tenth byte has room for one bit; a last byte of 0 would be a needless one.
    if ((i == 9 && byte > 1) || (i > 0 && byte == 0) || number > most) break;
    rest_.remove_prefix(i + 1);
    return number;
  }
  Fail();
  return 0;
}

std::string_view PackedReader::Text() {
  const uint64_t number = Number();
  if (number < texts_.size()) named_bytes_ += texts_[number].size();
  if (number < texts_.size() && named_bytes_ <= kMostNamedBytes) return texts_[number];
  Fail();
  return {};
}

std::string_view PackedReader::Bytes(size_t count) {
  if (count > rest_.size()) {
    Fail();
    return {};
  }
  const std::string_view bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return bytes;
}

std::array<uint8_t, 16> PackedReader::Bytes16() {
  std::array<uint8_t, 16> bytes{};
  std::ranges::copy(Bytes(bytes.size()), bytes.begin());
  return bytes;
}

double PackedReader::Double() {
  uint64_t bits = 0;
  for (size_t i = 0; const char byte : Bytes(8))
    bits |= uint64_t{static_cast<uint8_t>(byte)} << (8 * i++);
  return std::bit_cast<double>(bits);
}

}  // namespace dxpy
