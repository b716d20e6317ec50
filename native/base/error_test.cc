#include "base/error.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>

namespace dxpy {
namespace {

TEST_CASE("an error of the system says where and what") {
  CHECK(std::string(SystemError("open of 'a'", ENOENT).what()) ==
        "open of 'a': No such file or directory");
  CHECK(std::string(SystemError("", 0).what()) == ": Success");
  CHECK(std::string(SystemError("x", 99999).what()) == "x: Unknown error 99999");
}

TEST_CASE("an error keeps its message as it is") {
  CHECK(std::string(Error("a: b 'c'").what()) == "a: b 'c'");
}

}  // namespace
}  // namespace dxpy
