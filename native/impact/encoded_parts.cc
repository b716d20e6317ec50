#include <algorithm>
#include <unordered_map>
#include <utility>

#include "impact/parts.h"

namespace dxpy::impact {
namespace {

/// Of what ReadParts() tells and of the form below: to be raised when either changes.
constexpr uint8_t kPartsVersion = 3;

// A text may be named by many places, each of which has a copy when it is read.
constexpr size_t kMostCopiedBytes = size_t{1} << 26;

constexpr uint32_t kAllFlags = 2 * kReadsFrames - 1;
constexpr uint32_t kAllBits = 2 * kHead - 1;

void AddNumber(std::string& bytes, uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
  bytes += static_cast<char>(number);
}

/// Writes the body; texts are kept apart, each once, and named by their number.
class Writer {
 public:
  void Number(uint64_t number) { AddNumber(body_, number); }

  void Hash(uint64_t hash) {
    for (int i = 0; i < 8; ++i, hash >>= 8) body_ += static_cast<char>(hash);
  }

  void Text(std::string_view text) {
    const auto [known, is_new] = numbers_.try_emplace(text, numbers_.size());
    if (is_new) {
      AddNumber(texts_, text.size());
      texts_ += text;
    }
    Number(known->second);
  }

  void Texts(const std::vector<std::string>& texts) {
    Number(texts.size());
    for (const std::string& text : texts) Text(text);
  }

  [[nodiscard]] std::string Finish() const {
    std::string bytes(1, static_cast<char>(kPartsVersion));
    bytes.reserve(texts_.size() + body_.size() + 8);
    AddNumber(bytes, numbers_.size());
    return bytes.append(texts_).append(body_);
  }

 private:
  std::unordered_map<std::string_view, size_t> numbers_;
  std::string texts_;
  std::string body_;
};

void Write(const Part& part, Writer& writer) {
  writer.Number(static_cast<uint64_t>(part.kind));
  writer.Number(part.flags);
  writer.Number(part.first_line);
  writer.Number(part.last_line);
  writer.Text(part.name);
  writer.Texts(part.binds);
  writer.Number(part.bind_hashes.size());
  for (const uint64_t hash : part.bind_hashes) writer.Hash(hash);
  writer.Number(part.mentions.size());
  for (const PartMention& mention : part.mentions) {
    writer.Text(mention.name);
    writer.Number(mention.bits);
  }
  for (const uint64_t hash : {part.head_hash, part.body_hash, part.doc_hash, part.layout_hash})
    writer.Hash(hash);
}

/// Reads from left to right. Once something is wrong, all that follows is empty.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  uint32_t Number(uint64_t most = UINT32_MAX) {
    uint64_t number = 0;
    for (int shift = 0; shift <= 28; shift += 7) {
      if (rest_.empty()) return Fail();
      const auto byte = static_cast<uint8_t>(rest_[0]);
      rest_.remove_prefix(1);
      number |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return number <= most ? static_cast<uint32_t>(number) : Fail();
    }
    return Fail();
  }

  /// A number of things that take `bytes_each` or more.
  uint32_t Count(size_t bytes_each = 1) {
    const uint32_t count = Number();
    return count <= rest_.size() / bytes_each ? count : Fail();
  }

  uint64_t Hash() {
    if (rest_.size() < 8) return Fail();
    uint64_t hash = 0;
    for (int i = 7; i >= 0; --i)
      hash = hash << 8 | static_cast<uint8_t>(rest_[static_cast<size_t>(i)]);
    rest_.remove_prefix(8);
    return hash;
  }

  void ReadTexts() {
    const uint32_t count = Count();
    texts_.reserve(count);
    for (uint32_t i = 0; i < count && ok_; ++i) {
      const uint32_t size = Count();
      texts_.push_back(rest_.substr(0, size));
      rest_.remove_prefix(size);
    }
  }

  std::string Text() {
    const uint32_t number = Number();
    if (number >= texts_.size()) Fail();
    if (!ok_) return {};
    copied_bytes_ += texts_[number].size();
    if (copied_bytes_ > kMostCopiedBytes) Fail();
    return ok_ ? std::string(texts_[number]) : std::string();
  }

  /// @param bytes_each  that an item takes at least.
  template <typename Item, typename ReadOne>
  void List(std::vector<Item>& items, size_t bytes_each, const ReadOne& read_one) {
    const uint32_t count = Count(bytes_each);
    items.reserve(count);
    for (uint32_t i = 0; i < count && ok_; ++i) items.push_back(read_one(*this));
  }

  uint32_t Fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  std::vector<std::string_view> texts_;
  size_t copied_bytes_ = 0;
  bool ok_ = true;
};

std::string ReadText(Reader& reader) { return reader.Text(); }

PartMention ReadMention(Reader& reader) {
  PartMention mention;
  mention.name = reader.Text();
  mention.bits = static_cast<uint8_t>(reader.Number(kAllBits));
  return mention;
}

Part ReadPart(Reader& reader) {
  Part part;
  part.kind = static_cast<PartKind>(reader.Number(static_cast<uint64_t>(PartKind::kEffect)));
  part.flags = reader.Number(kAllFlags);
  part.first_line = reader.Number();
  part.last_line = reader.Number();
  part.name = reader.Text();
  reader.List(part.binds, 1, ReadText);
  reader.List(part.bind_hashes, 8, [](Reader& each) { return each.Hash(); });
  // Compare() takes one for each name but the first.
  const size_t most_hashes = part.binds.empty() ? 0 : part.binds.size() - 1;
  if (part.bind_hashes.size() != (part.kind == PartKind::kClass ? most_hashes : 0)) reader.Fail();
  if (part.kind == PartKind::kClass && part.binds.empty()) reader.Fail();
  reader.List(part.mentions, 2, ReadMention);
  part.head_hash = reader.Hash();
  part.body_hash = reader.Hash();
  part.doc_hash = reader.Hash();
  part.layout_hash = reader.Hash();
  return part;
}

PartImport ReadImport(Reader& reader) {
  PartImport import;
  import.module = reader.Text();
  import.level = reader.Number();
  reader.List(import.names, 1, ReadText);
  return import;
}

}  // namespace

std::string EncodeParts(const FileParts& file) {
  Writer writer;
  writer.Number(file.is_opaque ? 1 : 0);
  writer.Number(file.parts.size());
  for (const Part& part : file.parts) Write(part, writer);
  writer.Number(file.imports.size());
  for (const PartImport& import : file.imports) {
    writer.Text(import.module);
    writer.Number(import.level);
    writer.Texts(import.names);
  }
  return writer.Finish();
}

std::optional<FileParts> DecodeParts(std::string_view bytes) {
  if (bytes.empty() || static_cast<uint8_t>(bytes[0]) != kPartsVersion) return std::nullopt;
  Reader reader(bytes.substr(1));
  reader.ReadTexts();
  FileParts file;
  file.is_opaque = reader.Number(1) != 0;
  // At least a byte for each number and count, and four hashes.
  reader.List(file.parts, 8 + 4 * 8, ReadPart);
  reader.List(file.imports, 3, ReadImport);
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return file;
}

}  // namespace dxpy::impact
