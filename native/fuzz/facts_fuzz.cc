// Reads any bytes as an excerpt and as a whole file. Nothing is promised of what
// comes out but that it comes: no crash, no endless loop, no read beyond the end.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "facts/expression.h"
#include "facts/file_facts.h"
#include "facts/functions.h"
#include "facts/literals.h"
#include "facts/statement_bindings.h"

namespace {

using namespace dxpy::facts;  // NOLINT: a program of one purpose

// What is read must lie within what was given.
void ExpectWithin(const Expression& expression, std::string_view text) {
  const char* const begin = expression.text.data();
  if (!expression.text.empty() &&
      (begin < text.data() || begin + expression.text.size() > text.data() + text.size()))
    std::abort();
  for (const Expression& item : expression.items) ExpectWithin(item, text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy of its own, so that a byte too many is noticed.
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::string_view text(input);
  ExpectWithin(ParseExpression(text), text);
  for (const Expression& argument : ParseArguments(text)) ExpectWithin(argument, text);
  static_cast<void>(FindNameEffects(text));
  static_cast<void>(ReadParameterNames(text));
  static_cast<void>(NumberText(text));
  static_cast<void>(Dump(ReadFileFacts(text, Rules())));
  static_cast<void>(Dump(ReadFileFacts(
      "import pytest\n@pytest.mark.parametrize(" + input + ")\ndef test_a(x): pass\n", Rules())));
  return 0;
}
