#include "index/write_aside.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "index/test_support.h"

namespace dxpy::index {
namespace {

std::string Problem(const std::string& path) {
  const WriteResult written = WriteAside(path, Draft().Finish());
  CHECK(written.mapping.has_value() == written.problem.empty());
  CHECK_FALSE(written.is_busy);
  return written.problem;
}

/// Runs `child` in a process of its own. @returns its id.
template <typename Child>
pid_t Fork(Child child) {
  const pid_t pid = fork();
  if (pid == 0) {
    child();
    _exit(0);
  }
  return pid;
}

bool EndsWell(pid_t pid) {
  int status = 0;
  return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_CASE("what is written is what is opened") {
  const testing::TempFolder folder;
  const Draft draft = Draft().Add("a", Sample("a")).Add("b", Sample("b"));
  WriteResult written = WriteAside(folder.At("i"), draft.Finish());
  REQUIRE(written.mapping);
  const Index here = *Index::OpenMapping(std::move(*written.mapping), 7, "i").index;
  CHECK(Contents(here) == Contents(draft.Open()));
  CHECK(Contents(Index::Open(folder.At("i"), 7)) == Contents(draft.Open()));
  CHECK(folder.Names() == "i");
}

TEST_CASE("more blocks than one call may write are written") {
  const testing::TempFolder folder;
  Draft draft;
  for (int i = 0; i < 3000; ++i) draft.Add(std::to_string(i), Sample("s"));
  REQUIRE(WriteAside(folder.At("i"), draft.Finish()).mapping);
  CHECK(Contents(Index::Open(folder.At("i"), 7)) == Contents(draft.Open()));
}

TEST_CASE("a reader keeps the index that it opened") {
  const testing::TempFolder folder;
  REQUIRE(WriteAside(folder.At("i"), Draft().Add("a", Sample("old")).Finish()).mapping);
  const OpenedIndex old = Index::Open(folder.At("i"), 7);
  REQUIRE(WriteAside(folder.At("i"), Draft().Add("b", Sample("new")).Finish()).mapping);
  CHECK(Contents(old) == "a " + Line(Sample("old")) + "\n");
  CHECK(Contents(Index::Open(folder.At("i"), 7)) == "b " + Line(Sample("new")) + "\n");
}

TEST_CASE("what a killed writer left is used up") {
  const testing::TempFolder folder;
  folder.Write("i.new", std::string(100'000, 'x'));
  CHECK(Problem(folder.At("i")).empty());
  CHECK(folder.Names() == "i");
  CHECK(Contents(Index::Open(folder.At("i"), 7)).empty());
}

TEST_CASE("a writer gives up while another writes") {
  const testing::TempFolder folder;
  const UniqueFd other(open(folder.At("i.new").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(flock(other.get(), LOCK_EX) == 0);
  CHECK(WriteAside(folder.At("i"), Draft().Finish()).is_busy);
  CHECK(folder.Names() == "i.new");
  flock(other.get(), LOCK_UN);
  CHECK(Problem(folder.At("i")).empty());
}

TEST_CASE("where nothing can be written it says why and leaves nothing") {
  const testing::TempFolder folder;
  CHECK(Problem(folder.At("gone/i")) == folder.At("gone/i.new") + ": No such file or directory");
  std::filesystem::create_directory(folder.At("i"));
  CHECK(Problem(folder.At("i")) == folder.At("i.new") + ": Is a directory");
  CHECK(folder.Names() == "i");
  std::filesystem::create_directory(folder.At("j.new"));
  CHECK(Problem(folder.At("j")) == folder.At("j.new") + ": Is a directory");
  std::filesystem::create_symlink(folder.At("elsewhere"), folder.At("k.new"));
  CHECK(Problem(folder.At("k")) == folder.At("k.new") + ": Too many levels of symbolic links");
  CHECK(folder.Names() == "i j.new k.new");
}

TEST_CASE("a directory without permission is told") {
  const testing::TempFolder folder;
  if (geteuid() == 0) return;  // to whom nothing is forbidden
  REQUIRE(chmod(folder.path().c_str(), 0500) == 0);
  CHECK(Problem(folder.At("i")) == folder.At("i.new") + ": Permission denied");
  chmod(folder.path().c_str(), 0700);
}

Draft Large() {
  IndexedFile file;
  file.blob = std::string(3 << 20, 'x');
  return Draft().Add("a", file);
}

TEST_CASE("a limit that is reached while writing leaves the old index") {
  const testing::TempFolder folder;
  REQUIRE(Problem(folder.At("i")).empty());
  const pid_t pid = Fork([&] {
    signal(SIGXFSZ, SIG_IGN);  // as Python does
    const rlimit limit{1 << 20, 1 << 20};
    setrlimit(RLIMIT_FSIZE, &limit);
    const std::string problem = WriteAside(folder.At("i"), Large().Finish()).problem;
    _exit(problem == folder.At("i.new") + ": File too large" ? 0 : 1);
  });
  CHECK(EndsWell(pid));
  CHECK(folder.Names() == "i");
  CHECK(Contents(Index::Open(folder.At("i"), 7)).empty());
}

TEST_CASE("a full disk leaves the old index") {
  const testing::TempFolder folder;
  if (mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0) return;  // not allowed
  CHECK(Problem(folder.At("i")).empty());
  CHECK(WriteAside(folder.At("i"), Large().Finish()).problem ==
        folder.At("i.new") + ": No space left on device");
  CHECK(folder.Names() == "i");
  CHECK(Contents(Index::Open(folder.At("i"), 7)).empty());
  umount(folder.path().c_str());
}

/// Index number `n`: its one file says which it is, in a megabyte.
Draft Numbered(int n) {
  IndexedFile file;
  file.reason = std::to_string(n);
  file.blob = std::string(1 << 20, static_cast<char>('a' + n % 26));
  return Draft().Add("number", file);
}

/// That the index at `path` is one of Numbered(). @returns its number; -1: it is not.
int Number(const std::string& path) {
  const OpenedIndex opened = Index::Open(path, 7);
  if (!opened.index || opened.index->file_count() != 1) return -1;
  const auto facts = opened.index->Facts(0);
  if (!facts) return -1;
  const int number = std::stoi(std::string(facts->reason()));
  return facts->Copy() == Numbered(number).Open().Facts(0)->Copy() ? number : -1;
}

TEST_CASE("a writer that is killed leaves an index that is whole") {
  const testing::TempFolder folder;
  REQUIRE(WriteAside(folder.At("i"), Numbered(0).Finish()).mapping);
  for (int round = 1; round <= 60; ++round) {
    const Image image = Numbered(round).Finish();
    const pid_t pid = Fork([&] {
      for (;;) WriteAside(folder.At("i"), image);
    });
    usleep(static_cast<useconds_t>(round * 37 % 2000));
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    CAPTURE(round);
    REQUIRE(Number(folder.At("i")) >= 0);
  }
  CHECK(WriteAside(folder.At("i"), Numbered(99).Finish()).mapping);
  CHECK(folder.Names() == "i");
  CHECK(Number(folder.At("i")) == 99);
}

TEST_CASE("writers and readers at once see whole indexes only") {
  const testing::TempFolder folder;
  REQUIRE(WriteAside(folder.At("i"), Numbered(0).Finish()).mapping);
  std::vector<pid_t> processes;
  for (int writer = 1; writer <= 3; ++writer) {
    processes.push_back(Fork([&] {
      int written = 0;
      for (int i = 0; i < 100; ++i) {
        const WriteResult result = WriteAside(folder.At("i"), Numbered(writer).Finish());
        if (!result.problem.empty()) _exit(1);
        written += result.mapping ? 1 : 0;
      }
      if (written == 0) _exit(1);
    }));
  }
  for (int reader = 0; reader < 2; ++reader) {
    processes.push_back(Fork([&] {
      for (int i = 0; i < 100; ++i)
        if (Number(folder.At("i")) < 0) _exit(1);
    }));
  }
  for (const pid_t pid : processes) CHECK(EndsWell(pid));
  CHECK(folder.Names() == "i");
}

}  // namespace
}  // namespace dxpy::index
