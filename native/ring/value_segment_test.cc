#include "ring/value_segment.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "ring/test_support.h"

namespace dxpy::ring {
namespace {

UniqueFd Written(const std::vector<std::string_view>& texts) {
  std::vector<std::span<const std::byte>> parts;
  for (const std::string_view text : texts) parts.push_back(std::as_bytes(std::span(text)));
  return ValueSegment::Write(parts);
}

std::string Text(const ValueSegment& segment, size_t offset, size_t size) {
  std::string text(size, '\0');
  std::memcpy(text.data(), segment.bytes().subspan(offset, size).data(), size);
  return text;
}

TEST_CASE("parts lie at multiples of the alignment") {
  const UniqueFd fd = Written({"one", "", std::string(65, 'x'), "last"});
  const ValueSegment segment = ValueSegment::Open(getpid(), fd.get());
  CHECK(Text(segment, 0, 3) == "one");
  CHECK(Text(segment, 64, 65) == std::string(65, 'x'));
  CHECK(Text(segment, 192, 4) == "last");
  CHECK(segment.bytes().size() == 256);
}

TEST_CASE("nothing can be written, and nothing is") {
  const UniqueFd fd = Written({});
  CHECK(ValueSegment::Open(getpid(), fd.get()).bytes().empty());
}

TEST_CASE("what a reader writes stays with it") {
  const UniqueFd fd = Written({"value"});
  const ValueSegment one = ValueSegment::Open(getpid(), fd.get());
  const ValueSegment other = ValueSegment::Open(getpid(), fd.get());
  one.bytes()[0] = std::byte{'V'};
  CHECK(Text(one, 0, 5) == "Value");
  CHECK(Text(other, 0, 5) == "value");
}

TEST_CASE("it is sealed") {
  const UniqueFd fd = Written({"value"});
  CHECK(pwrite(fd.get(), "x", 1, 0) == -1);
  CHECK(ftruncate(fd.get(), 0) == -1);
  CHECK((fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a child reads what its parent has open, and keeps it when that is closed") {
  UniqueFd fd = Written({"value"});
  const pid_t parent = getpid();
  Child child([&] {
    const ValueSegment segment = ValueSegment::Open(parent, fd.get());
    _exit(Text(segment, 0, 5) == "value" ? 0 : 1);
  });
  CHECK(child.Wait() == "exit 0");
  const ValueSegment segment = ValueSegment::Open(getpid(), fd.get());
  fd = UniqueFd();
  CHECK(Text(segment, 0, 5) == "value");
}

TEST_CASE("anything else is refused") {
  const UniqueFd plain(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  const std::string here = "shared value: /proc/" + std::to_string(getpid()) + "/fd/";
  const std::string number = std::to_string(plain.get());
  CHECK_THROWS_WITH_AS(ValueSegment::Open(getpid(), plain.get()),
                       (here + number + ": not a sealed memfd").c_str(), Error);
  CHECK_THROWS_WITH_AS(ValueSegment::Open(getpid(), 99999),
                       (here + "99999: No such file or directory").c_str(), Error);
}

}  // namespace
}  // namespace dxpy::ring
