#include "ring/shared_memory.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "ring/test_support.h"

namespace dxpy::ring {
namespace {

TEST_CASE("what one mapping writes, the other reads") {
  const SharedMemory made = SharedMemory::Create("test", 4096);
  const SharedMemory attached = SharedMemory::Attach(made.fd(), 4096);
  made.bytes()[7] = std::byte{42};
  CHECK(attached.bytes()[7] == std::byte{42});
  CHECK(attached.fd() == -1);
}

TEST_CASE("new memory is zeroed") {
  const SharedMemory memory = SharedMemory::Create("test", 5000);
  CHECK(memory.bytes().size() == 5000);
  for (const std::byte byte : memory.bytes()) REQUIRE(byte == std::byte{0});
}

TEST_CASE("what a child writes, its parent reads after the child's death") {
  const SharedMemory memory = SharedMemory::Create("test", 4096);
  Child child([&] {
    memory.bytes()[0] = std::byte{1};
    raise(SIGKILL);
  });
  CHECK(child.Wait() == "signal 9");
  CHECK(memory.bytes()[0] == std::byte{1});
}

TEST_CASE("a mapping outlives the descriptor and the first mapping") {
  auto made = std::make_unique<SharedMemory>(SharedMemory::Create("test", 4096));
  made->bytes()[0] = std::byte{9};
  const SharedMemory attached = SharedMemory::Attach(made->fd(), 1);
  made.reset();
  CHECK(attached.bytes()[0] == std::byte{9});
}

TEST_CASE("moving hands the memory on, and the old owner holds none") {
  SharedMemory first = SharedMemory::Create("test", 4096);
  first.bytes()[0] = std::byte{3};
  SharedMemory second = std::move(first);
  CHECK(first.bytes().empty());  // NOLINT: what is left after a move is the point
  CHECK(first.fd() == -1);
  SharedMemory third = SharedMemory::Create("test", 64);
  third = std::move(second);
  CHECK(third.bytes()[0] == std::byte{3});
}

TEST_CASE("the descriptor is not inherited across exec") {
  const SharedMemory memory = SharedMemory::Create("test", 64);
  CHECK((fcntl(memory.fd(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("nobody can change the size under a mapping") {
  const SharedMemory memory = SharedMemory::Create("test", 8192);
  for (const off_t bytes : {0, 4096, 16384}) {
    CHECK(ftruncate(memory.fd(), bytes) == -1);
    CHECK(errno == EPERM);
  }
}

TEST_CASE("attaching to what is not shared memory says what it is") {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd reading(ends[0]);
  const UniqueFd writing(ends[1]);
  const std::string pipe_name = "shared memory: descriptor " + std::to_string(ends[0]);
  CHECK(Thrown([&] { (void)SharedMemory::Attach(ends[0], 1); }) ==
        pipe_name + ": not a memfd that is sealed against shrinking");

  const UniqueFd unsealed(memfd_create("test", MFD_CLOEXEC));
  const std::string unsealed_name = "shared memory: descriptor " + std::to_string(unsealed.get());
  CHECK(Thrown([&] { (void)SharedMemory::Attach(unsealed.get(), 1); }) ==
        unsealed_name + ": not a memfd that is sealed against shrinking");

  CHECK(Thrown([&] { (void)SharedMemory::Attach(-1, 1); }) ==
        "shared memory: descriptor -1: Bad file descriptor");
}

TEST_CASE("attaching to too little memory says how much there is") {
  const SharedMemory memory = SharedMemory::Create("test", 64);
  CHECK(Thrown([&] { (void)SharedMemory::Attach(memory.fd(), 65); }) ==
        "shared memory: descriptor " + std::to_string(memory.fd()) +
            ": 64 bytes are fewer than the 65 needed");
}

TEST_CASE("memory that no system has is refused") {
  CHECK(Thrown([] {
          (void)SharedMemory::Create("test", size_t{1} << 62);
        }).starts_with("shared memory: "));
}

}  // namespace
}  // namespace dxpy::ring
