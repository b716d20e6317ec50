#include "impact/trace.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"

namespace dxpy::impact {
namespace {

/// Writes down what it is told, a line each.
class Listing : public TraceVisitor {
 public:
  void OnContext(uint32_t context, ContextKind kind, std::string_view name) override {
    Line("context", context, static_cast<int>(kind), name);
  }
  void OnCode(uint32_t code, std::string_view path, uint32_t line, std::string_view name) override {
    Line("code", code, path, line, name);
  }
  void OnRan(uint32_t context, uint32_t code) override { Line("ran", context, code); }
  void OnModule(std::string_view name, std::string_view path, int64_t size_bytes,
                int64_t mtime_ns) override {
    Line("module", name, path, size_bytes, mtime_ns);
  }
  void OnAsked(uint32_t context, std::string_view module, bool found) override {
    Line("asked", context, module, static_cast<int>(found));
  }
  void OnPath(uint32_t context, PathUse use, std::string_view path) override {
    Line("path", context, static_cast<int>(use), path);
  }
  void OnFlag(uint32_t context, uint32_t flags, std::string_view reason) override {
    Line("flag", context, flags, reason);
  }
  void OnUses(uint32_t context, uint32_t other) override { Line("uses", context, other); }
  void OnChild(uint32_t context, const StartedChild& child) override {
    Line("child", context, child.token, child.pid, child.command);
  }
  void OnFolder(std::string_view path) override { Line("folder", path); }
  void OnFork(uint32_t context, std::string_view token, const TraceReader& reader) override {
    Line("fork", context, token);
    branches.push_back(reader.Branch());
  }
  void OnEnd(uint32_t context, uint32_t outcome, double seconds) override {
    Line("end", context, outcome, seconds);
  }

  std::string text;
  std::vector<TraceReader> branches;

 private:
  template <typename... Values>
  void Line(Values... values) {
    (Add(values), ...);
    text.back() = '\n';
  }
  void Add(std::string_view value) { text.append(value).append(" "); }
  void Add(const char* value) { text.append(value).append(" "); }
  template <typename Number>
  void Add(Number value) {
    text.append(std::to_string(value)).append(" ");
  }
};

std::string List(std::string_view bytes) {
  TraceReader reader;
  Listing listing;
  reader.Read(bytes, listing);
  return listing.text;
}

// What is wrong with the bytes; empty: nothing.
std::string Problem(std::string_view bytes) {
  try {
    List(bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

// Some of everything, in two messages.
std::pair<std::string, std::string> Sample() {
  TraceWriter writer;
  const uint32_t module = writer.AddContext(ContextKind::kModule, "/a.py");
  const uint32_t code = writer.AddCode("/a.py", 1, "<module>");
  writer.Ran(module, code);
  writer.Module("a", "/a.py", 12, 1'700'000'000'123'456'789);
  const std::string first = writer.Take();
  const uint32_t test = writer.AddContext(ContextKind::kTest, "a.py::test");
  const uint32_t function = writer.AddCode("/a.py", 300, "test");
  writer.Ran(module, function);
  writer.Ran(test, function);
  writer.Ran(test, code);
  writer.Module("b", "", -1, -1);
  writer.Asked(test, "b", false);
  writer.Asked(test, "a", true);
  writer.Path(test, PathUse::kListed, "/d");
  writer.Flag(test, kStartedProcess | kIncomplete, "why");
  writer.Uses(test, module);
  writer.Child(test, {"token", 1234, UINT64_MAX});
  writer.Folder("/d");
  writer.Fork(test, "fork");
  writer.End(test, 1, 0.25);
  return {first, writer.Take()};
}

TEST_CASE("what was written is read, over several messages") {
  const auto [first, second] = Sample();
  TraceReader reader;
  Listing listing;
  reader.Read(first, listing);
  reader.Read(second, listing);
  CHECK(listing.text == R"(context 0 1 /a.py
code 0 /a.py 1 <module>
ran 0 0
module a /a.py 12 1700000000123456789
context 1 4 a.py::test
code 1 /a.py 300 test
ran 0 1
ran 1 1
ran 1 0
module b  -1 -1
asked 1 b 0
asked 1 a 1
path 1 1 /d
flag 1 9 why
uses 1 0
child 1 token 1234 18446744073709551615
folder /d
fork 1 fork
end 1 1 0.250000
)");
  CHECK(listing.text == List(first + second));
}

TEST_CASE("a stream is gone on with at two ends") {
  TraceWriter writer;
  writer.AddContext(ContextKind::kTest, "t");
  writer.AddCode("/a.py", 3, "f");
  writer.Ran(0, 0);
  writer.Fork(0, "fork");
  const std::string common = writer.Take();
  TraceWriter other = writer;
  TraceReader reader;
  Listing listing;
  reader.Read(common, listing);
  REQUIRE(listing.branches.size() == 1);

  writer.AddCode("/b.py", 4, "g");
  writer.Ran(0, 1);
  reader.Read(writer.Take(), listing);
  CHECK(listing.text.ends_with("code 1 /b.py 4 g\nran 0 1\n"));

  std::string handed_out;
  other.HandOut([&](std::string_view record) { handed_out += record; });
  other.AddCode("/a.py", 5, "h");
  other.Ran(0, 1);
  other.Path(0, PathUse::kRead, "/c");
  CHECK(other.Take().empty());
  Listing of_other;
  listing.branches[0].Read(handed_out, of_other);
  CHECK(of_other.text == "code 1 /a.py 5 h\nran 0 1\npath 0 0 /c\n");
}

TEST_CASE("a text is written once") {
  TraceWriter writer;
  writer.AddContext(ContextKind::kSession, "name");
  const std::string first = writer.Take();
  writer.AddContext(ContextKind::kSession, "name");
  CHECK(first.size() == 8);
  CHECK(writer.Take().size() == 3);
  CHECK(writer.Take().empty());
}

TEST_CASE("numbers of all sizes come back") {
  for (const int64_t number :
       {int64_t{0}, int64_t{-1}, int64_t{63}, int64_t{64}, std::numeric_limits<int64_t>::max(),
        std::numeric_limits<int64_t>::min()}) {
    TraceWriter writer;
    writer.Module("", "", number, -number / 2);
    CHECK(List(writer.Take()) ==
          "module   " + std::to_string(number) + " " + std::to_string(-number / 2) + "\n");
  }
}

TEST_CASE("seconds come back, whatever a test made of the clock") {
  TraceWriter writer;
  writer.AddContext(ContextKind::kTest, "t");
  writer.End(0, 0, -INFINITY);
  CHECK(List(writer.Take()) == "context 0 4 t\nend 0 0 -inf\n");
}

TEST_CASE("a stream cut short says what is missing") {
  const auto [first, second] = Sample();
  const std::string bytes = first + second;
  size_t whole = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    const std::string problem = Problem(std::string_view(bytes).substr(0, size));
    if (problem.empty()) ++whole;
    CHECK((problem.empty() || problem.starts_with("trace: before byte ")));
  }
  CHECK(whole == 19);  // between records
}

TEST_CASE("a flipped bit gives another stream or a problem, and nothing worse") {
  const auto [first, second] = Sample();
  const std::string bytes = first + second;
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const std::string problem = Problem(damaged);
    CHECK((problem.empty() || problem.starts_with("trace: before byte ")));
  }
}

TEST_CASE("what is wrong is named") {
  using namespace std::string_literals;
  CHECK(Problem("\0"s) == "trace: before byte 1: kind of a record: 0 is none");
  CHECK(Problem("\x0E") == "trace: before byte 1: kind of a record: 14 is more than 13");
  CHECK(Problem("\x01\x07") == "trace: before byte 2: context: kind: 7 is more than 6");
  CHECK(Problem("\x01\x04") == "trace: before byte 2: context: name: is cut off");
  CHECK(Problem("\x01\x04\x01") == "trace: before byte 3: context: name: 1 is more than 0");
  CHECK(Problem("\x01\x04\0\x02x"s) ==
        "trace: before byte 4: context: name: its 2 bytes are more than the 1 left");
  CHECK(Problem("\x03\x01") == "trace: before byte 1: ran: context: there is none yet");
  CHECK(Problem("\x04\x01") ==
        "trace: before byte 1: ran too: context: no record before it has one");
  CHECK(Problem("\x01\x04\0\0\x03\0\0"s) == "trace: before byte 6: ran: code: there is none yet");
  CHECK(Problem("\x01\x04\0\0\x0A\0\x02"s) ==
        "trace: before byte 7: end: outcome: 2 is more than 1");
  CHECK(Problem("\x01\x04\0\0\x0A\0\0\0"s) == "trace: before byte 7: end: seconds: are cut off");
  CHECK(Problem("\x05\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"s) ==
        "trace: before byte 14: module: size: has more than 64 bits");
  CHECK(Problem("\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01") ==
        "trace: before byte 11: context: kind: has more than 64 bits");
}

TEST_CASE("a problem in a later message is counted from the stream's beginning") {
  TraceReader reader;
  Listing listing;
  reader.Read(std::string_view("\x01\x04\0\0", 4), listing);
  CHECK_THROWS_WITH_AS(reader.Read("\x0E", listing),
                       "trace: before byte 5: kind of a record: 14 is more than 13", Error);
}

}  // namespace
}  // namespace dxpy::impact
