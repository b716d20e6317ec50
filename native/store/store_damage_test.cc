#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "store/store_format.h"
#include "store/test_support.h"

namespace dxpy::store {
namespace {

constexpr int kEntries = 6;

std::string ValueOf(int i) {
  return std::string(static_cast<size_t>(i) * 7, 'v') + std::to_string(i);
}

/// The bytes of a small store.
const std::string& Whole() {
  static const std::string kBytes = [] {
    const testing::TempFolder folder;
    Store store = OpenWell(folder.At("s"));
    for (int i = 0; i < kEntries; ++i)
      CHECK(store.Append(Entries({{1, "key" + std::to_string(i), ValueOf(i)}})).empty());
    return folder.Read("s");
  }();
  return kBytes;
}

/// Where entry `i` begins; of kEntries the end.
size_t Begin(int i) {
  size_t at = sizeof(Header);
  for (int j = 0; j < i; ++j) at += Aligned(sizeof(EntryHead) + 4 + ValueOf(j).size());
  return at;
}

/// A file whose bytes are `bytes`, and what a store says of it.
class Damaged {
 public:
  explicit Damaged(const std::string& bytes) { folder_.Write("s", bytes); }

  /// Which of the entries are there, a digit each; "wrong" if one is another.
  std::string Found() {
    const Store store = Store::Open(path(), {}, &problem_);
    std::string found;
    for (int i = 0; i < kEntries; ++i) {
      const auto values = store.Find(1, "key" + std::to_string(i));
      if (values.empty()) continue;
      found += values.size() == 1 && values[0] == ValueOf(i) ? std::to_string(i) : "wrong";
    }
    return found;
  }
  /// The problem of the last Found(), without the path.
  [[nodiscard]] std::string problem() const {
    return problem_.starts_with(path() + ": ") ? problem_.substr(path().size() + 2) : problem_;
  }
  /// That one more entry can be kept, and that then nothing is wrong at the end.
  bool IsUsable() {
    const std::string found = Found();
    Store store = Store::Open(path(), {}, nullptr);
    const std::vector<Store::Entry> more(1, {2, "more", "more"});
    if (!store.Append(more).empty() || store.FindNewest(2, "more") != "more") return false;
    if (Store::Open(path(), {}, nullptr).FindNewest(2, "more") != "more") return false;
    return Found() == found;
  }
  [[nodiscard]] std::string path() const { return folder_.At("s"); }

 private:
  testing::TempFolder folder_;
  std::string problem_;
};

TEST_CASE("a store that is cut anywhere has all entries before the cut") {
  for (size_t size = 0; size <= Whole().size(); ++size) {
    CAPTURE(size);
    std::string expected;
    for (int i = 0; i < kEntries; ++i)
      if (Begin(i + 1) <= size) expected += std::to_string(i);
    Damaged damaged(Whole().substr(0, size));
    CHECK(damaged.Found() == expected);
    const bool is_clean = size == 0 || size == Begin(static_cast<int>(expected.size()));
    CHECK(damaged.problem().empty() == is_clean);
    CHECK(damaged.IsUsable());
    CHECK((size < sizeof(Header) || damaged.problem().empty()));  // what was torn off is gone now
  }
}

TEST_CASE("a flipped bit loses no entry but its own") {
  size_t harmless = 0;
  for (size_t bit = 0; bit < Whole().size() * 8; ++bit) {
    CAPTURE(bit);
    std::string bytes = Whole();
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    std::string without;
    for (int i = 0; i < kEntries; ++i)
      if (bit / 8 < Begin(i) || bit / 8 >= Begin(i + 1)) without += std::to_string(i);
    Damaged damaged(bytes);
    const std::string found = damaged.Found();
    if (bit / 8 < offsetof(Header, reserved)) {
      REQUIRE(found.empty());
      REQUIRE_FALSE(damaged.problem().empty());
    } else if (found == "012345") {
      ++harmless;
    } else {
      REQUIRE(found == without);
      REQUIRE_FALSE(damaged.problem().empty());
    }
    if (bit % 8 == 0) REQUIRE(damaged.IsUsable());
  }
  size_t unused = sizeof(Header::reserved);
  for (int i = 0; i < kEntries; ++i)
    unused += Begin(i + 1) - Begin(i) - sizeof(EntryHead) - 4 - ValueOf(i).size();
  CHECK(harmless == unused * 8);
}

TEST_CASE("a hole of zeros, anywhere, loses only what it covers") {
  for (size_t at = sizeof(Header); at < Whole().size(); at += 8) {
    for (const size_t size : {size_t{8}, size_t{64}, Whole().size()}) {
      std::string bytes = Whole();
      const size_t end = std::min(at + size, bytes.size());
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
      std::string expected;
      for (int i = 0; i < kEntries; ++i) {
        const bool is_same = bytes.substr(Begin(i), Begin(i + 1) - Begin(i)) ==
                             Whole().substr(Begin(i), Begin(i + 1) - Begin(i));
        if (is_same) expected += std::to_string(i);
      }
      Damaged damaged(bytes);
      CHECK(damaged.Found() == expected);
      CHECK(damaged.IsUsable());
    }
  }
}

TEST_CASE("no sector in another's place gives a wrong entry") {
  constexpr size_t kSector = 32;
  for (size_t to = 0; to + kSector <= Whole().size(); to += kSector) {
    for (size_t from = 0; from + kSector <= Whole().size(); from += kSector) {
      std::string bytes = Whole();
      bytes.replace(to, kSector, Whole(), from, kSector);
      CHECK(Damaged(bytes).Found().find("wrong") == std::string::npos);
    }
  }
}

TEST_CASE("garbage at the end is passed over, and gone with the next append") {
  for (const std::string garbage :
       {std::string("x"), std::string(1000, '\xDE'), std::string(5000, '\0'), Whole()}) {
    Damaged damaged(Whole() + garbage);
    CHECK(damaged.Found() == "012345");
    CHECK(damaged.problem() ==
          "damaged: " + std::to_string(garbage.size()) + " bytes were passed over");
    CHECK(damaged.IsUsable());
    CHECK(damaged.problem().empty());
  }
}

TEST_CASE("an entry behind damage is found, and so is what is appended then") {
  std::string bytes = Whole();
  bytes[Begin(2) + 10] ^= 1;
  Damaged damaged(bytes);
  CHECK(damaged.Found() == "01345");
  CHECK(damaged.problem() == "damaged: 48 bytes were passed over");
  CHECK(damaged.IsUsable());
}

TEST_CASE("what is no store of ours is said and replaced") {
  const auto with = [](size_t at, const std::string& text) {
    return std::string(Whole()).replace(at, text.size(), text);
  };
  const std::pair<std::string, std::string> cases[] = {
      {"DXST", "damaged: 4 bytes are not the 16 of a header"},
      {with(0, "ELF!"), "not a store"},
      {with(4, {0x0A, 0x0B, 0x0C, 0x0D}), "written on a machine of another byte order"},
      {with(4, {0, 0, 0, 1}), "damaged: byte order mark 16777216"},
      {with(8, {2, 0, 0, 0}), "version 2 is not 1"},
      {std::string(4096, '\0'), "not a store"},
  };
  for (const auto& [bytes, problem] : cases) {
    Damaged damaged(bytes);
    CHECK(damaged.Found().empty());
    CHECK(damaged.problem() == problem);
    CHECK(damaged.IsUsable());
    CHECK(damaged.problem().empty());
  }
}

TEST_CASE("what cannot be a store is told") {
  const testing::TempFolder folder;
  std::filesystem::create_directory(folder.At("d"));
  CHECK(OpenProblem(folder.At("d")) == folder.At("d") + ": Is a directory");
  Store store = Store::Open(folder.At("d"), {}, nullptr);
  CHECK(store.Append(Entries({{1, "a", "1"}})) == folder.At("d") + ": Is a directory");
  REQUIRE(mkfifo(folder.At("p").c_str(), 0600) == 0);
  CHECK(OpenProblem(folder.At("p")) == folder.At("p") + ": Invalid argument");
  Store gone = OpenWell(folder.At("gone/s"));
  CHECK(gone.Append(Entries({{1, "a", "1"}})) ==
        folder.At("gone/s") + ": No such file or directory");
  CHECK(gone.size() == 0);
}

TEST_CASE("a key that is too large is told, and nothing is appended") {
  const testing::TempFolder folder;
  Store store = OpenWell(folder.At("s"));
  CHECK(store.Append(Entries({{1, "a", "1"}, {1, std::string(1 << 24, 'k'), "22"}})) ==
        folder.At("s") + ": a key of 16777216 bytes with a value of 2 is too large to be kept");
  CHECK(folder.Names().empty());
}

/// Runs `child` as a user to whom something is forbidden, where we may.
template <typename Child>
bool HoldsAsNobody(const testing::TempFolder& folder, Child child) {
  chmod(folder.path().c_str(), 0755);
  return EndsWell(Fork([&] { return (geteuid() != 0 || seteuid(65534) == 0) && child(); }));
}

TEST_CASE("a store that may not be read is told") {
  const testing::TempFolder folder;
  folder.Write("s", Whole());
  chmod(folder.At("s").c_str(), 0);
  CHECK(HoldsAsNobody(folder, [&] {
    std::string problem;
    Store store = Store::Open(folder.At("s"), {}, &problem);
    const std::string denied = folder.At("s") + ": Permission denied";
    return problem == denied && store.size() == 0 &&
           store.Append(Entries({{1, "a", "1"}})) == denied;
  }));
  CHECK(folder.Read("s") == Whole());
}

TEST_CASE("a store in a directory that may not be written is read, and appended to while it may") {
  const testing::TempFolder folder;
  folder.Write("s", Whole());
  chmod(folder.At("s").c_str(), 0666);
  chmod(folder.path().c_str(), 0555);
  CHECK(HoldsAsNobody(folder, [&] {
    Store missing = Store::Open(folder.At("t"), {}, nullptr);
    const std::string denied = folder.At("t") + ": Permission denied";
    return missing.Append(Entries({{1, "a", "1"}})) == denied;
  }));
  CHECK(HoldsAsNobody(folder, [&] {
    // It would be compacted, which takes a new file. So it grows to twice its size, and no more.
    Store store = Store::Open(folder.At("s"), {.most_bytes = 1000}, nullptr);
    const auto more = Entries({{2, "more", std::string(500, 'm')}});
    std::string problem;
    for (int i = 0; i < 10 && problem.empty(); ++i) problem = store.Append(more);
    return problem == folder.At("s.new") + ": Permission denied" && store.size() > 8 &&
           store.FindNewest(1, "key5") == ValueOf(5);
  }));
  const auto size = std::filesystem::file_size(folder.At("s"));
  CHECK(size > 2000);
  CHECK(size < 3000);
  CHECK(OpenWell(folder.At("s")).FindNewest(2, "more").size() == 500);
}

const std::vector<Store::Entry> kLarge = {{1, "small", "1"},
                                          {1, "large", std::string(3 << 20, 'x')}};

TEST_CASE("a full disk leaves nothing of what did not fit") {
  const testing::TempFolder folder;
  if (mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0) return;  // not allowed
  {
    Store store = OpenWell(folder.At("s"));
    REQUIRE(store.Append(Entries({{1, "a", "1"}})).empty());
    CHECK(store.Append(kLarge) == folder.At("s") + ": No space left on device");
    CHECK(OpenWell(folder.At("s")).size() == 1);
    CHECK(store.Append(Entries({{1, "b", "2"}})).empty());
    CHECK(All(store, 1, "a") + All(store, 1, "b") == "12");
    CHECK(OpenWell(folder.At("s")).size() == 2);
    Store compacting = OpenWell(folder.At("s"), {.most_bytes = 100});
    CHECK(compacting.Append(kLarge) == folder.At("s") + ": No space left on device");
    CHECK(folder.Names() == "s");
    CHECK(OpenWell(folder.At("s")).size() == 2);
  }
  umount(folder.path().c_str());
}

TEST_CASE("a limit of file sizes leaves nothing of what did not fit") {
  const testing::TempFolder folder;
  CHECK(EndsWell(Fork([&] {
    signal(SIGXFSZ, SIG_IGN);  // as Python does
    const rlimit limit{1 << 20, 1 << 20};
    setrlimit(RLIMIT_FSIZE, &limit);
    Store store = Store::Open(folder.At("s"), {}, nullptr);
    return store.Append(Entries({{1, "a", "1"}})).empty() &&
           store.Append(kLarge) == folder.At("s") + ": File too large" && store.size() == 1 &&
           store.Append(Entries({{1, "b", "2"}})).empty();
  })));
  CHECK(OpenWell(folder.At("s")).size() == 2);
}

TEST_CASE("who cannot get the lock says so and goes on") {
  const testing::TempFolder folder;
  folder.Write("s", Whole());
  const UniqueFd other(open(folder.At("s").c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(flock(other.get(), LOCK_EX) == 0);
  const std::string locked = folder.At("s") + ": locked by another process for 20 ms";
  CHECK(OpenProblem(folder.At("s"), {.most_wait_ms = 20}) == locked);
  Store store = Store::Open(folder.At("s"), {.most_wait_ms = 20}, nullptr);
  CHECK(store.Append(Entries({{1, "a", "1"}})) == locked);
  flock(other.get(), LOCK_UN);
  CHECK(store.Append(Entries({{1, "a", "1"}})).empty());
  CHECK(store.size() == kEntries + 1);
}

}  // namespace
}  // namespace dxpy::store
