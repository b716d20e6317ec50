#include "impact/summary.h"

#include <doctest/doctest.h>

#include <string>

namespace dxpy::impact {
namespace {

const char* const kSource =
    "import os\n"
    "import pytest\n"
    "RATE = 1\n"
    "NAMES = [name for name in vars(os)]\n"
    "@pytest.fixture(name='given')\n"
    "def stock(tmp_path):\n"
    "    return tmp_path.joinpath('x')\n"
    "def tax(price):\n"
    "    return price * RATE + os.sep.__doc__\n";

TEST_CASE("a summary has all names that are mentioned, and those of fixtures") {
  const FileParts file = ReadParts(kSource);
  const Summary summary = Summarize(file);
  size_t mentions = 0;
  for (const Part& part : file.parts) {
    for (const PartMention& mention : part.mentions) {
      CHECK(MayMention(summary, mention.name));
      ++mentions;
    }
  }
  CHECK(mentions > 5);
  CHECK_FALSE(MayMention(summary, "nothing"));
  CHECK(MayHaveFixture(summary, "stock"));
  CHECK(MayHaveFixture(summary, "given"));
  CHECK_FALSE(MayHaveFixture(summary, "tax"));
}

TEST_CASE("a summary tells flags of functions from those of module level") {
  const Summary summary = Summarize(ReadParts(kSource));
  CHECK((summary.function_flags & kReadsDocs) != 0);
  CHECK((summary.function_flags & kReadsNames) == 0);
  CHECK((summary.module_flags & kReadsDocs) == 0);
  CHECK((summary.module_flags & kReadsNames) != 0);
}

TEST_CASE("a summary comes back as it was, or not at all") {
  for (const char* source : {kSource, "", "def (:\n"}) {
    const Summary summary = Summarize(ReadParts(source));
    const std::string bytes = EncodeSummary(summary);
    CHECK(DecodeSummary(bytes) == summary);
    for (size_t size = 0; size < bytes.size(); ++size)
      CHECK_FALSE(DecodeSummary(bytes.substr(0, size)));
    CHECK_FALSE(DecodeSummary(bytes + "x"));
  }
  // Hashes that are in no order would not be found.
  Summary summary;
  summary.mentions = {2, 1};
  CHECK_FALSE(DecodeSummary(EncodeSummary(summary)));
}

}  // namespace
}  // namespace dxpy::impact
