#include "index/block.h"

#include <limits>
#include <unordered_map>
#include <vector>

#include "base/error.h"

namespace dxpy::index {
namespace {

constexpr uint64_t kMost = std::numeric_limits<uint32_t>::max();

uint32_t Checked(uint64_t value) {
  if (value > kMost) throw Error("index: the facts of one file exceed 4 GiB");
  return static_cast<uint32_t>(value);
}

/// The strings of a block, each once.
class StringArea {
 public:
  /// @param text  must outlive the area.
  TextRef Add(std::string_view text) {
    if (text.empty()) return {};
    const auto [known, is_new] = known_.try_emplace(text);
    if (is_new) {
      known->second = {Checked(bytes_.size()), Checked(text.size())};
      bytes_ += text;
      Checked(bytes_.size());
    }
    return known->second;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::unordered_map<std::string_view, TextRef> known_;
  std::string bytes_;
};

template <typename Record>
void Append(std::string& bytes, const Record& record) {
  bytes.append(reinterpret_cast<const char*>(&record), sizeof record);
}

/// Records of the kinds that a block has, before they are put together.
struct Parts {
  StringArea strings;
  std::vector<TextRef> texts;
  std::string records;

  void Add(const IndexedSymbol& symbol) {
    Append(records, SymbolRecord{symbol.block_hash, strings.Add(symbol.name),
                                 static_cast<uint32_t>(symbol.kind), symbol.first_line,
                                 symbol.last_line, 0});
  }
  void Add(const IndexedImport& import) {
    const uint32_t begin = AddTexts(import.names);
    Append(records, ImportRecord{strings.Add(import.module), import.level, import.line, begin,
                                 Checked(texts.size())});
  }
  void Add(const IndexedTest& test) {
    const uint32_t begin = AddTexts(test.marks);
    Append(records, TestRecord{strings.Add(test.id), test.line, begin, Checked(texts.size())});
  }

 private:
  uint32_t AddTexts(const std::vector<std::string>& added) {
    const uint32_t begin = Checked(texts.size());
    for (const std::string& text : added) texts.push_back(strings.Add(text));
    return begin;
  }
};

}  // namespace

std::string EncodeBlock(const IndexedFile& file) {
  Parts parts;
  for (const IndexedSymbol& symbol : file.symbols) parts.Add(symbol);
  for (const IndexedImport& import : file.imports) parts.Add(import);
  for (const IndexedTest& test : file.tests) parts.Add(test);
  BlockHeader header;
  header.symbol_count = Checked(file.symbols.size());
  header.import_count = Checked(file.imports.size());
  header.test_count = Checked(file.tests.size());
  header.text_count = Checked(parts.texts.size());
  header.flags = file.exact ? kExact : 0;
  header.reason = parts.strings.Add(file.reason);
  header.blob = parts.strings.Add(file.blob);
  header.string_bytes = Checked(parts.strings.bytes().size());

  std::string block;
  block.reserve(Checked(Aligned(sizeof header + parts.records.size() +
                                parts.texts.size() * sizeof(TextRef) + header.string_bytes)));
  Append(block, header);
  block += parts.records;
  for (const TextRef& text : parts.texts) Append(block, text);
  block += parts.strings.bytes();
  block.resize(Aligned(block.size()), '\0');
  return block;
}

std::optional<BlockView> BlockView::Open(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(BlockHeader)) return std::nullopt;
  BlockView view;
  view.bytes_ = bytes;
  const BlockHeader& header = view.header_ = Load<BlockHeader>(bytes);
  // Five counts of 32 bits, times at most 32: far from the end of 64 bits.
  const uint64_t symbols = uint64_t{header.symbol_count} * sizeof(SymbolRecord);
  const uint64_t imports = uint64_t{header.import_count} * sizeof(ImportRecord);
  const uint64_t tests = uint64_t{header.test_count} * sizeof(TestRecord);
  const uint64_t texts = uint64_t{header.text_count} * sizeof(TextRef);
  const uint64_t end = sizeof header + symbols + imports + tests + texts + header.string_bytes;
  if (Aligned(end) != bytes.size()) return std::nullopt;
  std::span<const std::byte> rest = bytes.subspan(sizeof header);
  const auto take = [&rest](uint64_t size) {
    const auto taken = rest.first(size);
    rest = rest.subspan(size);
    return taken;
  };
  view.symbols_ = take(symbols);
  view.imports_ = take(imports);
  view.tests_ = take(tests);
  view.texts_ = take(texts);
  view.strings_ = {reinterpret_cast<const char*>(rest.data()), header.string_bytes};
  if (!view.IsSound()) return std::nullopt;
  return view;
}

bool BlockView::IsSound() const {
  if (!Holds(header_.reason) || !Holds(header_.blob)) return false;
  for (auto rest = symbols_; !rest.empty(); rest = rest.subspan(sizeof(SymbolRecord))) {
    const auto symbol = Load<SymbolRecord>(rest);
    if (!Holds(symbol.name) || symbol.kind < static_cast<uint32_t>(SymbolKind::kFunction) ||
        symbol.kind > static_cast<uint32_t>(SymbolKind::kVariable))
      return false;
  }
  for (auto rest = imports_; !rest.empty(); rest = rest.subspan(sizeof(ImportRecord))) {
    const auto import = Load<ImportRecord>(rest);
    if (!Holds(import.module) || !HoldsTexts(import.names_begin, import.names_end)) return false;
  }
  for (auto rest = tests_; !rest.empty(); rest = rest.subspan(sizeof(TestRecord))) {
    const auto test = Load<TestRecord>(rest);
    if (!Holds(test.id) || !HoldsTexts(test.marks_begin, test.marks_end)) return false;
  }
  for (auto rest = texts_; !rest.empty(); rest = rest.subspan(sizeof(TextRef)))
    if (!Holds(Load<TextRef>(rest))) return false;
  return true;
}

bool BlockView::Holds(TextRef ref) const {
  return uint64_t{ref.offset} + ref.bytes <= strings_.size();
}

bool BlockView::HoldsTexts(uint32_t begin, uint32_t end) const {
  return begin <= end && end <= header_.text_count;
}

TextList BlockView::Texts(uint32_t begin, uint32_t end) const {
  return {texts_.subspan(begin * sizeof(TextRef), (end - begin) * sizeof(TextRef)), strings_};
}

TestView BlockView::test(size_t i) const {
  const auto test = Load<TestRecord>(tests_.subspan(i * sizeof(TestRecord)));
  return {Text(test.id), test.line, Texts(test.marks_begin, test.marks_end)};
}

ImportView BlockView::import(size_t i) const {
  const auto import = Load<ImportRecord>(imports_.subspan(i * sizeof(ImportRecord)));
  return {Text(import.module), import.level, import.line,
          Texts(import.names_begin, import.names_end)};
}

SymbolView BlockView::symbol(size_t i) const {
  const auto symbol = Load<SymbolRecord>(symbols_.subspan(i * sizeof(SymbolRecord)));
  return {Text(symbol.name), static_cast<SymbolKind>(symbol.kind), symbol.first_line,
          symbol.last_line, symbol.block_hash};
}

namespace {

std::vector<std::string> Strings(const TextList& texts) {
  std::vector<std::string> strings;
  strings.reserve(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) strings.emplace_back(texts[i]);
  return strings;
}

}  // namespace

IndexedFile BlockView::Copy() const {
  IndexedFile file{exact(), std::string(reason()), {}, {}, {}, std::string(blob())};
  for (size_t i = 0; i < test_count(); ++i) {
    const TestView view = test(i);
    file.tests.push_back({std::string(view.id), view.line, Strings(view.marks)});
  }
  for (size_t i = 0; i < import_count(); ++i) {
    const ImportView view = import(i);
    file.imports.push_back({std::string(view.module), view.level, view.line, Strings(view.names)});
  }
  for (size_t i = 0; i < symbol_count(); ++i) {
    const SymbolView view = symbol(i);
    file.symbols.push_back(
        {std::string(view.name), view.kind, view.first_line, view.last_line, view.block_hash});
  }
  return file;
}

}  // namespace dxpy::index
