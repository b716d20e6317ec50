#include "facts/encoded_facts.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"

namespace dxpy::facts {
namespace {

// Bits of a test's and of a fixture's flags.
constexpr uint32_t kParametrized = 1;
constexpr uint32_t kCaseMarks = 2;
constexpr uint32_t kAutouse = 1;
constexpr uint32_t kParams = 2;

// A text may be named by many places, each of which has a copy when it is read.
constexpr size_t kMostCopiedBytes = size_t{1} << 28;

void AddNumber(std::string& bytes, uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
  bytes += static_cast<char>(number);
}

/// Writes the body; texts are kept apart, each once, and named by their number.
class Writer {
 public:
  void Number(uint64_t number) { AddNumber(body_, number); }

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
    std::string bytes(1, static_cast<char>(kFactsVersion));
    bytes.reserve(texts_.size() + body_.size() + 8);
    AddNumber(bytes, numbers_.size());
    return bytes.append(texts_).append(body_);
  }

 private:
  std::unordered_map<std::string_view, size_t> numbers_;
  std::string texts_;
  std::string body_;
};

void Write(const TestFacts& test, Writer& writer) {
  writer.Text(test.name);
  writer.Number(test.line);
  writer.Number((test.is_parametrized ? kParametrized : 0) |
                (test.has_case_marks ? kCaseMarks : 0));
  writer.Texts(test.ids);
  writer.Texts(test.fixtures);
  writer.Texts(test.indirect);
  writer.Number(test.marks.size());
  for (const MarkFacts& mark : test.marks) {
    writer.Text(mark.name);
    writer.Text(mark.text);
  }
}

void Write(const ClassName& each, Writer& writer) {
  writer.Text(each.name);
  writer.Number(each.is_test_case ? 1 : 0);
}

void Write(const FixtureFacts& fixture, Writer& writer) {
  writer.Text(fixture.name);
  writer.Text(fixture.owner);
  writer.Text(fixture.scope);
  writer.Number(fixture.line);
  writer.Number((fixture.is_autouse ? kAutouse : 0) | (fixture.has_params ? kParams : 0));
  writer.Texts(fixture.fixtures);
}

void Write(const ImportedName& imported, Writer& writer) {
  writer.Text(imported.name);
  writer.Text(imported.module);
  writer.Text(imported.origin);
  writer.Number(imported.line);
}

void Write(const HookFacts& hook, Writer& writer) {
  writer.Text(hook.name);
  writer.Number(hook.line);
  writer.Number(hook.is_quiet ? 1 : 0);
}

void Write(const Reason& reason, Writer& writer) {
  writer.Number(static_cast<uint64_t>(reason.kind));
  writer.Text(reason.detail);
  writer.Number(reason.line);
}

template <typename Item>
void WriteList(const std::vector<Item>& items, Writer& writer) {
  writer.Number(items.size());
  for (const Item& item : items) Write(item, writer);
}

/// Reads from left to right. The first thing that is wrong is kept, and all that
/// follows is empty.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  /// @param most  what it may be at most.
  uint32_t Number(const char* what, uint64_t most = UINT32_MAX) {
    uint64_t number = 0;
    for (int shift = 0; shift <= 28; shift += 7) {
      if (rest_.empty()) return Fail(what, "is cut off");
      const auto byte = static_cast<uint8_t>(rest_[0]);
      rest_.remove_prefix(1);
      number |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) != 0) continue;
      if (number <= most) return static_cast<uint32_t>(number);
      return Fail(what, std::to_string(number) + " is more than " + std::to_string(most));
    }
    return Fail(what, "has more than 32 bits");
  }

  /// A number of things that take a byte each, or more.
  uint32_t Count(const char* what) {
    const uint32_t count = Number(what);
    if (count <= rest_.size()) return count;
    return Fail(what, std::to_string(count) + " is more than " + std::to_string(rest_.size()));
  }

  void ReadTexts() {
    const uint32_t count = Count("number of texts");
    texts_.reserve(count);
    for (uint32_t i = 0; i < count && problem_.empty(); ++i) {
      const uint32_t size = Count("text");
      texts_.push_back(rest_.substr(0, size));
      rest_.remove_prefix(std::min<size_t>(size, rest_.size()));
    }
  }

  std::string_view Text(const char* what) {
    if (texts_.empty()) {
      Fail(what, "is no text of none");
      return {};
    }
    const uint32_t number = Number(what, texts_.size() - 1);
    if (!problem_.empty()) return {};
    copied_bytes_ += texts_[number].size();
    if (copied_bytes_ > kMostCopiedBytes) Fail(what, "too much text");
    return texts_[number];
  }

  std::vector<std::string> Texts(const char* what) {
    std::vector<std::string> texts;
    const uint32_t count = Count(what);
    texts.reserve(count);
    for (uint32_t i = 0; i < count && problem_.empty(); ++i) texts.emplace_back(Text(what));
    return texts;
  }

  void Skip(const char* what) {
    const uint32_t count = Count(what);
    for (uint32_t i = 0; i < count && problem_.empty(); ++i) Text(what);
  }

  template <typename Item, typename ReadOne>
  void List(const char* what, std::vector<Item>& items, const ReadOne& read_one) {
    const uint32_t count = Count(what);
    items.reserve(count);
    for (uint32_t i = 0; i < count && problem_.empty(); ++i) items.push_back(read_one(*this));
  }

  [[nodiscard]] bool ok() const { return problem_.empty(); }

  std::string Finish() {
    if (!rest_.empty()) Fail("end", std::to_string(rest_.size()) + " bytes too many");
    return std::move(problem_);
  }

 private:
  uint32_t Fail(const char* what, const std::string& why) {
    if (problem_.empty()) problem_ = std::string("facts: ") + what + ": " + why;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  std::vector<std::string_view> texts_;
  size_t copied_bytes_ = 0;
  std::string problem_;
};

void ReadMarks(Reader& reader, bool whole, std::vector<MarkFacts>& marks) {
  reader.List("marks", marks, [whole](Reader& each) {
    MarkFacts mark;
    mark.name = each.Text("mark");
    const std::string_view text = each.Text("text of a mark");
    if (whole) mark.text = text;
    return mark;
  });
}

// `whole`: with what a listing needs.
TestFacts ReadTest(Reader& reader, bool whole) {
  TestFacts test;
  const std::string_view name = reader.Text("test");
  if (whole) test.name = name;
  test.line = reader.Number("line of a test");
  const uint32_t flags = reader.Number("flags of a test", kParametrized | kCaseMarks);
  test.is_parametrized = (flags & kParametrized) != 0;
  test.has_case_marks = (flags & kCaseMarks) != 0;
  if (whole) {
    test.ids = reader.Texts("ids");
  } else {
    reader.Skip("ids");
  }
  test.fixtures = reader.Texts("fixtures of a test");
  test.indirect = reader.Texts("indirect names");
  ReadMarks(reader, whole, test.marks);
  return test;
}

void ReadView(Reader& reader, TestView& test) {
  test.name = reader.Text("test");
  test.line = reader.Number("line of a test");
  test.is_parametrized =
      (reader.Number("flags of a test", kParametrized | kCaseMarks) & kParametrized) != 0;
  test.ids.clear();
  const uint32_t count = reader.Count("ids");
  for (uint32_t i = 0; i < count && reader.ok(); ++i) test.ids.push_back(reader.Text("ids"));
  reader.Skip("fixtures of a test");
  reader.Skip("indirect names");
  test.marks.clear();
  const uint32_t marks = reader.Count("marks");
  for (uint32_t i = 0; i < marks && reader.ok(); ++i) {
    const std::string_view name = reader.Text("mark");
    test.marks.emplace_back(name, reader.Text("text of a mark"));
  }
}

// The tests that say something of the file.
void ReadConditions(Reader& reader, std::vector<TestFacts>& tests) {
  const uint32_t count = reader.Count("tests");
  for (uint32_t i = 0; i < count && reader.ok(); ++i) {
    TestFacts test = ReadTest(reader, false);
    if (tests.empty() || !test.fixtures.empty() || !test.indirect.empty() || !test.marks.empty())
      tests.push_back(std::move(test));
  }
}

// `whole`: with their names.
void ReadClasses(Reader& reader, bool whole, std::vector<ClassName>& classes) {
  const uint32_t count = reader.Count("classes");
  for (uint32_t i = 0; i < count && reader.ok(); ++i) {
    const std::string_view name = reader.Text("class");
    const bool is_test_case = reader.Number("flags of a class", 1) != 0;
    if (whole) classes.push_back({std::string(name), is_test_case});
  }
}

FixtureFacts ReadFixture(Reader& reader) {
  FixtureFacts fixture;
  fixture.name = reader.Text("fixture");
  fixture.owner = reader.Text("class of a fixture");
  fixture.scope = reader.Text("scope");
  fixture.line = reader.Number("line of a fixture");
  const uint32_t flags = reader.Number("flags of a fixture", kAutouse | kParams);
  fixture.is_autouse = (flags & kAutouse) != 0;
  fixture.has_params = (flags & kParams) != 0;
  fixture.fixtures = reader.Texts("fixtures of a fixture");
  return fixture;
}

ImportedName ReadImported(Reader& reader) {
  ImportedName imported;
  imported.name = reader.Text("imported name");
  imported.module = reader.Text("module");
  imported.origin = reader.Text("name in a module");
  imported.line = reader.Number("line of an import");
  return imported;
}

HookFacts ReadHook(Reader& reader) {
  HookFacts hook;
  hook.name = reader.Text("hook");
  hook.line = reader.Number("line of a hook");
  hook.is_quiet = reader.Number("flags of a hook", 1) != 0;
  return hook;
}

Reason ReadReason(Reader& reader) {
  Reason reason;
  reason.kind =
      static_cast<ReasonKind>(reader.Number("reason", static_cast<uint64_t>(ReasonKind::kName)));
  reason.detail = reader.Text("detail of a reason");
  reason.line = reader.Number("line of a reason");
  return reason;
}

// What is wrong with the version; empty: nothing.
std::string VersionProblem(std::string_view bytes) {
  if (bytes.empty()) return "facts: no bytes";
  const auto version = static_cast<uint8_t>(bytes[0]);
  if (version == kFactsVersion) return {};
  return "facts: version " + std::to_string(version) + " is not " + std::to_string(kFactsVersion);
}

DecodedFacts Decode(std::string_view bytes, bool whole) {
  std::string problem = VersionProblem(bytes);
  if (!problem.empty()) return {std::nullopt, std::move(problem)};
  Reader reader(bytes.substr(1));
  FileFacts facts;
  reader.ReadTexts();
  if (whole) {
    reader.List("tests", facts.tests, [](Reader& each) { return ReadTest(each, true); });
  } else {
    ReadConditions(reader, facts.tests);
  }
  ReadClasses(reader, whole, facts.classes);
  reader.List("fixtures", facts.fixtures, ReadFixture);
  reader.List("imports", facts.imported, ReadImported);
  reader.List("hooks", facts.hooks, ReadHook);
  reader.List("reasons", facts.reasons, ReadReason);
  problem = reader.Finish();
  if (!problem.empty()) return {std::nullopt, std::move(problem)};
  return {std::move(facts), {}};
}

}  // namespace

uint64_t RulesHash(const Rules& rules, std::string_view build) {
  std::string text(1, static_cast<char>(kFactsVersion));
  const auto add = [&text](std::string_view item) {
    AddNumber(text, item.size());
    text += item;
  };
  for (const auto* list : {&rules.python_classes.patterns(), &rules.python_functions.patterns(),
                           &rules.plain_imports}) {
    AddNumber(text, list->size());
    for (const std::string& item : *list) add(item);
  }
  add(std::to_string(rules.python_version.first) + "." +
      std::to_string(rules.python_version.second));
  add(build);
  return Hash64(text);
}

std::string EncodeFacts(const FileFacts& facts) {
  Writer writer;
  WriteList(facts.tests, writer);
  WriteList(facts.classes, writer);
  WriteList(facts.fixtures, writer);
  WriteList(facts.imported, writer);
  WriteList(facts.hooks, writer);
  WriteList(facts.reasons, writer);
  return writer.Finish();
}

DecodedFacts DecodeFacts(std::string_view bytes) { return Decode(bytes, true); }

DecodedFacts DecodeConditions(std::string_view bytes) { return Decode(bytes, false); }

void VisitTests(std::string_view bytes, const std::function<void(const TestView&)>& visit) {
  if (!VersionProblem(bytes).empty()) return;
  Reader reader(bytes.substr(1));
  reader.ReadTexts();
  const uint32_t count = reader.Count("tests");
  TestView test;
  for (uint32_t i = 0; i < count; ++i) {
    ReadView(reader, test);
    if (!reader.ok()) return;
    visit(test);
  }
}

}  // namespace dxpy::facts
