#include "dispatch/output_pipe.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "dispatch/test_support.h"

namespace dxpy::dispatch {
namespace {

/// A pipe with both ends.
struct Bench {
  UniqueFd writer;
  OutputPipe pipe;

  static Bench Make() {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    return {UniqueFd(ends[1]), OutputPipe(0, 1, UniqueFd(ends[0]))};
  }
  void Write(std::string_view text) const {
    REQUIRE(write(writer.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
};

TEST_CASE("only whole lines are returned, and the rest with its end") {
  Bench bench = Bench::Make();
  CHECK(bench.pipe.ReadLines().empty());
  bench.Write("one\ntwo\nthr");
  CHECK(bench.pipe.ReadLines() == "one\ntwo\n");
  CHECK(bench.pipe.ReadLines().empty());
  bench.Write("ee\nfour");
  CHECK(bench.pipe.ReadLines() == "three\n");
  CHECK(bench.pipe.ReadAll() == "four\n");
  CHECK(bench.pipe.ReadAll().empty());
}

TEST_CASE("what was written is there after its writer has gone") {
  Bench bench = Bench::Make();
  bench.Write("last");
  bench.writer = UniqueFd();
  CHECK(bench.pipe.ReadAll() == "last\n");
  CHECK(bench.pipe.fd() == -1);
  CHECK(bench.pipe.ReadAll().empty());
}

TEST_CASE("a line that does not end is cut") {
  Bench bench = Bench::Make();
  const std::string half(OutputPipe::kLongestLine / 2, 'x');
  bench.Write(half);
  CHECK(bench.pipe.ReadLines().empty());
  bench.Write(half);
  CHECK(bench.pipe.ReadLines() == half + half + '\n');
}

/// A run of one worker that writes.
struct Written {
  Run run{Plain(), 1};
  UniqueFd writer;

  Written() {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    writer = UniqueFd(ends[1]);
    run.dispatcher.FollowOutput(0, 1, UniqueFd(ends[0]));
  }
  void Write(std::string_view text) const {
    REQUIRE(write(writer.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
};

TEST_CASE("a line is heard as soon as it is whole") {
  Written one;
  one.Write("on its way, then\nthe next");
  CHECK(one.run.Hear() == "0 output.1 'on its way, then\n'");
}

TEST_CASE("a test's output comes before its end, an unfinished line too") {
  Written one;
  one.run.Add({{"a"}});
  REQUIRE(one.run[0].Ask() == "run a");
  REQUIRE(one.run[0].Begin() == "begun");
  one.run[0].Collect({{"a.py::a", "a.py", 1, "a"}});
  (void)one.run.Heard();
  one.Write("unfinished");
  CHECK(one.run[0].RunItems() == "0");
  CHECK(one.run.Heard() == "0 output.1 'unfinished\n'; 0 item a.0");
}

TEST_CASE("what a worker has written is heard before its death") {
  Written one;
  one.Write("last words");
  one.run[0].Kill();
  CHECK(one.run.Hear() == "0 output.1 'last words\n'; 0 lost");
}

TEST_CASE("who writes more than is taken waits, and all of it arrives") {
  Written one;
  constexpr size_t kLines = 200'000;
  std::thread writer([&one] {
    const std::string line(63, 'x');
    for (size_t i = 0; i < kLines; ++i) one.Write(line + '\n');
    one.writer = UniqueFd();
  });
  size_t bytes = 0;
  while (bytes < kLines * 64) {
    pollfd readable{one.run.dispatcher.EventFd(), POLLIN, 0};
    REQUIRE(poll(&readable, 1, -1) == 1);
    for (const Event& event : one.run.dispatcher.TakeEvents()) bytes += event.payload.size();
  }
  writer.join();
  CHECK(bytes == kLines * 64);
}

}  // namespace
}  // namespace dxpy::dispatch
