#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "store/test_support.h"

namespace dxpy::store {
namespace {

constexpr int kWriters = 4;
constexpr int kRounds = 60;
constexpr int kOfARound = 5;

std::string Key(int writer, int round, int i) {
  return std::to_string(writer) + "/" + std::to_string(round) + "/" + std::to_string(i);
}

std::string Value(const std::string& key) {
  std::string value;
  while (value.size() < 50 + key.size() * 37 % 400) value += key;
  return value;
}

/// Appends what `writer` has to. @returns whether all of it went well.
bool Write(Store& store, int writer) {
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Store::Entry> entries;
    for (int i = 0; i < kOfARound; ++i)
      entries.push_back({1, Key(writer, round, i), Value(Key(writer, round, i))});
    if (!store.Append(entries).empty()) return false;
    if (store.FindNewest(1, entries[0].key) != entries[0].value) return false;
  }
  return true;
}

/// How many of all entries are not there as they were appended.
int CountLost(const Store& store) {
  int lost = 0;
  for (int writer = 0; writer < kWriters; ++writer)
    for (int round = 0; round < kRounds; ++round)
      for (int i = 0; i < kOfARound; ++i) {
        const std::string key = Key(writer, round, i);
        lost += store.FindNewest(1, key) == Value(key) ? 0 : 1;
      }
  return lost;
}

TEST_CASE("threads that append lose nothing") {
  const testing::TempFolder folder;
  std::vector<std::thread> threads;
  std::vector<int> is_well(kWriters);
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      Store store = Store::Open(folder.At("s"), {}, nullptr);
      is_well[static_cast<size_t>(writer)] = Write(store, writer) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(is_well == std::vector<int>(kWriters, 1));
  const Store store = OpenWell(folder.At("s"));
  CHECK(CountLost(store) == 0);
  CHECK(store.size() == size_t{kWriters} * kRounds * kOfARound);
}

TEST_CASE("processes that append lose nothing, also with a store that they inherited") {
  for (const bool is_inherited : {false, true}) {
    CAPTURE(is_inherited);
    const testing::TempFolder folder;
    Store parent = OpenWell(folder.At("s"));
    REQUIRE(parent.Append(Entries({{2, "parent", "1"}})).empty());
    std::vector<pid_t> processes;
    for (int writer = 0; writer < kWriters; ++writer) {
      processes.push_back(Fork([&, writer] {
        if (is_inherited) return Write(parent, writer);
        Store store = Store::Open(folder.At("s"), {}, nullptr);
        return Write(store, writer);
      }));
    }
    // Readers at the same time find nothing damaged.
    processes.push_back(Fork([&] {
      std::string problem;
      for (int i = 0; i < 200 && problem.empty(); ++i) problem = OpenProblem(folder.At("s"));
      return problem.empty();
    }));
    for (const pid_t pid : processes) CHECK(EndsWell(pid));
    const Store store = OpenWell(folder.At("s"));
    CHECK(CountLost(store) == 0);
    CHECK(store.size() == size_t{kWriters} * kRounds * kOfARound + 1);
  }
}

TEST_CASE("processes that append and compact at once keep the newest, whole") {
  const testing::TempFolder folder;
  const Store::Options options{.most_bytes = 20'000};
  std::vector<pid_t> processes;
  for (int writer = 0; writer < kWriters; ++writer) {
    processes.push_back(Fork([&, writer] {
      Store store = Store::Open(folder.At("s"), options, nullptr);
      return Write(store, writer);
    }));
  }
  for (const pid_t pid : processes) CHECK(EndsWell(pid));
  CHECK(folder.Names() == "s");
  CHECK(std::filesystem::file_size(folder.At("s")) <= options.most_bytes);
  const Store store = OpenWell(folder.At("s"));
  CHECK(store.size() > 10);
  const int whole = kWriters * kRounds * kOfARound - CountLost(store);
  CHECK(static_cast<size_t>(whole) == store.size());
}

TEST_CASE("writers that are killed leave a store that is read and written on") {
  const testing::TempFolder folder;
  Store store = OpenWell(folder.At("s"));
  REQUIRE(store.Append(Entries({{3, "first", "1"}})).empty());
  for (int round = 1; round <= 40; ++round) {
    const Store::Options options{.most_bytes = round % 2 == 0 ? uint64_t{8} << 20 : 60 << 20};
    const pid_t pid = Fork([&] {
      Store own = Store::Open(folder.At("s"), options, nullptr);
      const std::vector<Store::Entry> entries(3, {4, "large", std::string(500'000, 'x')});
      while (own.Append(entries).empty()) continue;
      return false;
    });
    usleep(static_cast<useconds_t>(round * 137 % 5000));
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    CAPTURE(round);
    const std::string key = std::to_string(round);
    REQUIRE(store.Append(Entries({{3, key, key}})).empty());
    const Store again = Store::Open(folder.At("s"), {}, nullptr);
    REQUIRE(again.FindNewest(3, key) == key);
    for (const std::string_view value : again.Find(4, "large"))
      REQUIRE(value == std::string(500'000, 'x'));
  }
}

}  // namespace
}  // namespace dxpy::store
