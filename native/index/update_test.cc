#include "index/update.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <stdexcept>
#include <string>

#include "base/error.h"
#include "index/update_test_support.h"

namespace dxpy::index {
namespace {

TEST_CASE("only what has changed is parsed") {
  Project project;
  project.Write("a", "1\n2\n");
  project.Write("b", "3\n");
  CHECK(project.Did() == "parsed a b; fresh 0, hashed 0; written");
  CHECK(project.Did() == "parsed; fresh 2, hashed 0");
  project.Write("b", "3\n4\n");
  CHECK(project.Did() == "parsed b; fresh 1, hashed 0; written");
  CHECK(project.Did() == "parsed; fresh 2, hashed 0");
  project.Write("c", "");
  CHECK(project.Did() == "parsed c; fresh 2, hashed 0; written");
  std::filesystem::remove(project.At("a"));
  CHECK(project.Did() == "parsed; fresh 2, hashed 0");
}

TEST_CASE("no file at all is an index too") {
  Project project;
  CHECK(project.Did() == "parsed; fresh 0, hashed 0; written");
  CHECK(project.Did() == "parsed; fresh 0, hashed 0");
}

TEST_CASE("a file that was touched is hashed, and then fresh") {
  Project project;
  project.Write("a", std::string(1000, 'x'));
  CHECK(project.Did() == "parsed a; fresh 0, hashed 0; written");
  project.SetMtime("a", 5 * kSecond);
  CHECK(project.Did() == "parsed; fresh 0, hashed 1; written");
  CHECK(project.Did() == "parsed; fresh 1, hashed 0");
}

TEST_CASE("a small file that was touched is not worth writing a large index") {
  Project project;
  project.Write("a", "1");
  project.Write("b", std::string(10'000, 'x'));
  project.Did();
  project.SetMtime("a", 5 * kSecond);
  CHECK(project.Did() == "parsed; fresh 1, hashed 1");
  CHECK(project.Did() == "parsed; fresh 1, hashed 1");
}

TEST_CASE("another content of equal size and time is seen") {
  Project project;
  project.Write("a", "1\n");
  project.SetMtime("a", 5 * kSecond);
  project.Did();
  CHECK(project.Did() == "parsed; fresh 1, hashed 0");
  usleep(20'000);  // two ticks of the file system's clock; the tests' own is far ahead
  project.Write("a", "2\n");
  project.SetMtime("a", 5 * kSecond);
  CHECK(project.Did() == "parsed a; fresh 0, hashed 0; written");
}

TEST_CASE("another file of equal size and time is seen") {
  Project project;
  project.Write("a", "1\n");
  project.SetMtime("a", 5 * kSecond);
  project.folder().Write("other", "2\n");
  project.Did();
  std::filesystem::rename(project.folder().At("other"), project.At("a"));
  project.SetMtime("a", 5 * kSecond);
  CHECK(project.Did() == "parsed a; fresh 0, hashed 0; written");
}

TEST_CASE("edits within one tick of the clock are seen") {
  Project project;
  project.later_ns = 0;
  for (int i = 0; i < 100; ++i) {
    project.Write("a", std::to_string(i % 10) + "\n");
    project.Update();
    CHECK(project.is_right());
  }
  // Young as it is, it is not trusted by its stat.
  CHECK(project.Did() == "parsed; fresh 0, hashed 1");
}

TEST_CASE("a file of the future is hashed each time") {
  Project project;
  project.Write("a", "1\n");
  project.SetMtime("a", 4'000'000'000 * kSecond);
  CHECK(project.Did() == "parsed a; fresh 0, hashed 0; written");
  CHECK(project.Did() == "parsed; fresh 0, hashed 1");
  CHECK(project.Did() == "parsed; fresh 0, hashed 1");
}

TEST_CASE("a clock that was set back makes all files hashed") {
  Project project;
  project.later_ns = -1000 * kSecond;
  project.Write("a", "1\n");
  CHECK(project.Did() == "parsed a; fresh 0, hashed 0; written");
  CHECK(project.Did() == "parsed; fresh 0, hashed 1");
  project.later_ns = 10 * kSecond;
  project.Write("b", "2\n");
  CHECK(project.Did() == "parsed b; fresh 0, hashed 1; written");
  CHECK(project.Did() == "parsed; fresh 2, hashed 0");
}

TEST_CASE("what a run does not ask for is kept while it is there") {
  Project project;
  for (const char* name : {"a", "b", "c"}) project.Write(name, name);
  project.Did();
  std::filesystem::remove(project.At("c"));
  project.Write("a", "changed");
  CHECK(project.Did({"a"}) == "parsed a; fresh 0, hashed 0, kept 1; written");
  CHECK(project.Did() == "parsed; fresh 2, hashed 0");
}

TEST_CASE("a young file that is only kept does not grow old by that") {
  Project project;
  project.later_ns = 0;
  project.Write("a", "1");
  project.Write("b", "1");
  project.Did();
  project.later_ns = 10 * kSecond;
  project.Write("b", "22");
  CHECK(project.Did({"b"}) == "parsed b; fresh 0, hashed 0, kept 1; written");
  CHECK(project.Did({"a"}) == "parsed; fresh 0, hashed 1");
}

TEST_CASE("a file that is gone or no file is in no index") {
  Project project;
  project.Write("a", "1");
  std::filesystem::create_directory(project.At("directory"));
  CHECK(project.Did({"gone", "a", "directory"}) == "parsed a; fresh 0, hashed 0; written");
}

// A file of /proc says that it has no bytes, so what was read is not what it was.
TEST_CASE("a file that changes while it is read is not trusted") {
  Project project;
  const std::vector<SourceFile> files = {{"/proc/version", {}}};
  const UpdateResult result = Update({project.index_path(), 7, "", 0}, files,
                                     [](auto&, auto source) { return ParseLines(source); });
  REQUIRE(result.stats.parsed == 1);
  CHECK(result.index.record(0).read_ns == kNeverTrusted);
  CHECK(result.index.record(0).stat.size_bytes > 0);
}

TEST_CASE("a file that is named twice is one") {
  Project project;
  project.Write("a", "1");
  const UpdateResult result = project.Update({"a", "a"});
  CHECK(result.stats.seen == 1);
  CHECK(result.stats.parsed == 1);
  CHECK(result.files == std::vector<FileId>{0, 0});
}

TEST_CASE("paths are kept from the root") {
  Project project;
  project.Write("a", "1");
  const auto parse = [](auto&, auto source) { return ParseLines(source); };
  const auto path = [&](const std::string& root) {
    std::filesystem::remove(project.index_path());
    const std::vector<SourceFile> files = {{project.At("a"), {}}};
    return std::string(*Update({project.index_path(), 7, root, 0}, files, parse).index.Path(0));
  };
  CHECK(path(project.tree()) == "a");
  CHECK(path(project.tree() + "/") == "a");
  CHECK(path(project.folder().path()) == "tree/a");
  CHECK(path("") == project.At("a"));
  CHECK(path(project.tree().substr(0, project.tree().size() - 1)) == project.At("a"));
}

TEST_CASE("other rules make all files parsed") {
  Project project;
  project.Write("a", "1");
  project.Did();
  const std::vector<SourceFile> files = {{project.At("a"), {}}};
  const UpdateResult result = Update({project.index_path(), 8, project.tree(), 0}, files,
                                     [](auto&, auto source) { return ParseLines(source); });
  CHECK(result.stats.parsed == 1);
  CHECK(result.problems == std::vector{project.index_path() + ": made under other rules"});
  CHECK(project.Did() == "parsed a; fresh 0, hashed 0; written; i: made under other rules");
}

/// Changes the byte `from_end` bytes before the end of the index.
void Damage(const Project& project, std::streamoff from_end) {
  std::fstream file(project.index_path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-from_end, std::ios::end);
  file.put('!');
}

TEST_CASE("damage costs the file that it hit, and is told and mended") {
  Project project;
  for (const char* name : {"a", "b", "c"}) project.Write(name, "12345678");
  const UpdateResult first = project.Update();
  const std::string last(*first.index.Path(first.index.file_count() - 1));
  Damage(project, 4);
  std::string did = "parsed LAST; fresh 2, hashed 0; written; i: damaged: facts of 'LAST'";
  for (size_t at; (at = did.find("LAST")) != std::string::npos;) did.replace(at, 4, last);
  CHECK(project.Did() == did);
  CHECK(project.Did() == "parsed; fresh 3, hashed 0");
}

TEST_CASE("a damaged index is told and made anew") {
  Project project;
  project.Write("a", "1");
  project.Did();
  std::filesystem::resize_file(project.index_path(), 100);
  const std::string did = project.Did();
  CHECK(did.starts_with("parsed a; fresh 0, hashed 0; written; i: damaged: 100 bytes are not"));
  CHECK(project.Did() == "parsed; fresh 1, hashed 0");
}

TEST_CASE("an index that cannot be written is there all the same") {
  Project project;
  project.Write("a", "1");
  std::filesystem::create_directory(project.index_path() + ".new");
  CHECK(project.Did() == "parsed a; fresh 0, hashed 0; i.new: Is a directory");
  CHECK(project.Did() == "parsed a; fresh 0, hashed 0; i.new: Is a directory");
}

TEST_CASE("what a parser throws ends the update, and nothing is written") {
  const Project project;
  std::vector<SourceFile> files;
  for (int i = 0; i < 50; ++i) {
    project.Write(std::to_string(i), "1");
    files.push_back({project.At(std::to_string(i)), {}});
  }
  CHECK_THROWS_WITH_AS(Update({project.index_path(), 7, project.tree(), 0}, files,
                              [](auto&, auto) -> IndexedFile { throw Error("no"); }),
                       "no", Error);
  CHECK(project.folder().Names() == "tree");
}

/// One edit of a random kind, as programs make them.
void Edit(Project& project, std::mt19937& random) {
  const std::string name(1, static_cast<char>('a' + random() % 6));
  const std::string other(1, static_cast<char>('a' + random() % 6));
  const bool exists = std::filesystem::exists(project.At(name));
  switch (random() % 7) {
    case 0:
      if (exists) std::filesystem::remove(project.At(name));
      return;
    case 1:
      if (exists) std::filesystem::rename(project.At(name), project.At(other));
      return;
    case 2:
      return project.SetMtime(name, static_cast<int64_t>(random() % 3 + 1) * kSecond);
    case 3:  // as "cp -p" from a place where it was edited
      project.Write(name, std::to_string(random() % 10));
      return project.SetMtime(name, kSecond);
    case 4:
      return project.Write(name, std::string(random() % 3, 'x'));
    case 5:
      if (std::filesystem::exists(project.index_path()) && random() % 4 == 0)
        Damage(project, static_cast<std::streamoff>(random() % 100 + 1));
      return;
    default:
      return project.Write(name, std::to_string(random() % 10) + "\n");
  }
}

// The clock is the true one, so every file is young. Aged by the test's clock,
// edits within a tick would rightly go unseen.
TEST_CASE("after any edits the index says what reading everything says") {
  std::mt19937 random(1);  // NOLINT: the same every time
  for (int sequence = 0; sequence < 40; ++sequence) {
    Project project;
    project.later_ns = 0;
    for (int step = 0; step < 15; ++step) {
      for (uint32_t i = 0; i < random() % 4; ++i) Edit(project, random);
      std::vector<std::string> names = project.Names();
      if (!names.empty() && random() % 3 == 0) names.resize(random() % names.size());
      names.emplace_back("gone");
      project.Update(names);
      CAPTURE(sequence);
      CAPTURE(step);
      REQUIRE(project.is_right());
    }
  }
}

// As above, but the files are old: their stat decides. Each edit waits for the next tick.
TEST_CASE("after any edits an index of old files says the same") {
  std::mt19937 random(2);  // NOLINT: the same every time
  Project project;
  size_t fresh = 0;
  for (int step = 0; step < 60; ++step) {
    usleep(11'000);
    Edit(project, random);
    fresh += project.Update().stats.fresh;
    CAPTURE(step);
    REQUIRE(project.is_right());
  }
  CHECK(fresh > 60);
}

}  // namespace
}  // namespace dxpy::index
