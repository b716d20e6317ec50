// Reads any bytes as kept facts, and as a source whose facts are kept. What comes
// out of the former can be kept again; the latter comes back as it was.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "facts/encoded_facts.h"

namespace {

using namespace dxpy::facts;  // NOLINT: a program of one purpose

void ExpectRoundTrip(const FileFacts& facts) {
  const std::string bytes = EncodeFacts(facts);
  if (DecodeFacts(bytes).facts != facts) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy of its own, so that a byte too many is noticed.
  const std::string input(reinterpret_cast<const char*>(data), size);
  const DecodedFacts decoded = DecodeFacts(input);
  if (decoded.facts.has_value() != decoded.problem.empty()) std::abort();
  if (DecodeConditions(input).problem != decoded.problem) std::abort();
  size_t tests = 0;
  VisitTests(input, [&tests](const TestView&) { ++tests; });
  if (decoded.facts && decoded.facts->tests.size() != tests) std::abort();
  if (decoded.facts) ExpectRoundTrip(*decoded.facts);
  ExpectRoundTrip(ReadFileFacts(input, Rules()));
  return 0;
}
