#include "base/unique_fd.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <utility>

namespace dxpy {
namespace {

UniqueFd Open() { return UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }

TEST_CASE("a descriptor is closed with its owner") {
  int number = -1;
  {
    const UniqueFd fd = Open();
    number = fd.get();
    CHECK(IsOpen(number));
  }
  CHECK_FALSE(IsOpen(number));
}

TEST_CASE("the owner by default owns none") {
  UniqueFd none;
  CHECK(none.get() == -1);
  CHECK(none.release() == -1);
}

TEST_CASE("a descriptor moves with its ownership") {
  UniqueFd first = Open();
  const int number = first.get();
  UniqueFd second(std::move(first));
  CHECK(second.get() == number);
  CHECK(first.get() == -1);  // NOLINT(bugprone-use-after-move): that is the question
  {
    UniqueFd third;
    third = std::move(second);
    CHECK(third.get() == number);
    CHECK(IsOpen(number));
  }
  CHECK_FALSE(IsOpen(number));
}

TEST_CASE("what was owned before a move is closed, in time with the other") {
  UniqueFd kept = Open();
  int replaced = -1;
  {
    UniqueFd target = Open();
    replaced = target.get();
    target = std::move(kept);
  }
  kept = UniqueFd();
  CHECK_FALSE(IsOpen(replaced));
}

TEST_CASE("a descriptor that is given away stays open") {
  UniqueFd owner = Open();
  const UniqueFd taker(owner.release());
  owner = UniqueFd();
  CHECK(IsOpen(taker.get()));
}

}  // namespace
}  // namespace dxpy
