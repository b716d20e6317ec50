#include "impact/child_traces.h"

#include <doctest/doctest.h>

#include <string>

#include "impact/child_memory.h"

namespace dxpy::impact {
namespace {

const StartedChild kChild{"one", 1234, HashCommand(std::string_view("python\0a.py\0", 12))};

std::string Found(const std::string& bytes, const StartedChild& child) {
  const ChildTraces traces(bytes);
  const ChildTraces::Trace* const found = traces.Find(child);
  return found != nullptr ? std::string(found->bytes) : "nothing";
}

TEST_CASE("a process that began and ended has left its trace") {
  const ChildMemory memory;
  CHECK(memory.file.Begin(kChild));
  CHECK(Found(memory.Read(), kChild) == "nothing");
  CHECK(memory.file.Complete(kChild, "what it did"));
  CHECK(Found(memory.Read(), kChild) == "what it did");
}

TEST_CASE("another process, program or start is not taken for it") {
  const ChildMemory memory;
  CHECK((memory.file.Begin(kChild) && memory.file.Complete(kChild, "what it did")));
  CHECK(Found(memory.Read(), {"two", kChild.pid, kChild.command}) == "nothing");
  CHECK(Found(memory.Read(), {"one", 1235, kChild.command}) == "nothing");
  CHECK(Found(memory.Read(), {"one", kChild.pid, kChild.command + 1}) == "nothing");
}

TEST_CASE("a process that was replaced by its own program is not known") {
  const ChildMemory memory;
  CHECK((memory.file.Begin(kChild) && memory.file.Begin(kChild)));
  CHECK(memory.file.Complete(kChild, "what it did at last"));
  CHECK(Found(memory.Read(), kChild) == "nothing");
}

TEST_CASE("a part that was cut short costs itself alone") {
  const ChildMemory memory;
  CHECK((memory.file.Begin(kChild) && memory.file.Complete(kChild, "what it did")));
  const std::string bytes = memory.Read();
  for (size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    const std::string cut = bytes.substr(0, size);
    CHECK(Found(cut, kChild) == "nothing");
    CHECK(Found(cut.substr(0, size % 40) + bytes, kChild) == "what it did");
  }
}

TEST_CASE("a flipped bit is no trace") {
  const ChildMemory memory;
  CHECK((memory.file.Begin(kChild) && memory.file.Complete(kChild, "what it did")));
  const std::string bytes = memory.Read();
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    CHECK(Found(damaged, kChild) == "nothing");
  }
}

TEST_CASE("only the file that an address means is written to") {
  const ChildMemory memory;
  ChildFile other = memory.file;
  ++other.inode;
  CHECK(!other.Begin(kChild));
  other = memory.file;
  other.fd = 0;
  CHECK(!other.Begin(kChild));
  CHECK(memory.Read().empty());
}

TEST_CASE("an address is three numbers") {
  ChildFile file;
  CHECK(ChildFile::Parse("12.3.456", file));
  CHECK(file.pid == 12);
  CHECK(file.fd == 3);
  CHECK(file.inode == 456);
  for (const char* const text : {"", "12", "12.3", "12.3.x", "12.3.4.5", "1;2;3", "-1.2.3"})
    CHECK(!ChildFile::Parse(text, file));
}

}  // namespace
}  // namespace dxpy::impact
