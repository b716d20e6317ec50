#include "syntax/source_bytes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "syntax/line_counter.h"

namespace dxpy::syntax {
namespace {

std::string RandomText(std::mt19937& random, size_t size) {
  constexpr std::string_view kBytes = " ab\n\r#'\"()[]{}\\;$%&|~\t\x7F\x80\xFF";
  std::uniform_int_distribution<size_t> byte(0, kBytes.size() - 1);
  std::string text(size, ' ');
  for (char& c : text) c = random() % 4 == 0 ? kBytes[byte(random)] : 'x';
  return text;
}

bool IsSpecial(char c) { return detail::Is(detail::kSpecial, c); }

TEST_CASE("no special byte is stepped over, and only $ % & and | are found besides") {
  std::mt19937 random(1);  // NOLINT: reproducible on purpose
  for (size_t size = 0; size < 300; ++size) {
    const std::string text = RandomText(random, size);
    const char* const end = text.data() + size;
    SpecialBytes special(end);
    for (const char* p = text.data(); p <= end; ++p) {
      const char* const found = special.Next(p);
      CHECK(std::find_if(p, end, IsSpecial) >= found);
      CHECK((found == end || IsSpecial(*found) || std::string("$%&|").find(*found) < 4));
      if (p == end) break;
    }
  }
}

TEST_CASE("bytes are found wherever they stand") {
  std::mt19937 random(2);  // NOLINT: reproducible on purpose
  for (size_t size = 0; size < 100; ++size) {
    const std::string text = RandomText(random, size);
    const char* const end = text.data() + size;
    CHECK(FindLineEnd(text.data(), end) == std::find_if(text.data(), end, IsNewline));
    CHECK(SkipSpaces(text.data(), end) ==
          std::find_if(text.data(), end, [](char c) { return c != ' '; }));
  }
}

TEST_CASE("lines are counted as CPython counts them") {
  const std::string text = "a\nb\r\nc\rd\r\r\ne";
  LineCounter lines(text);
  std::string numbers;
  for (const char& c : text)
    if (!IsNewline(c)) numbers += std::to_string(lines.LineOf(&c)) + " ";
  CHECK(numbers == "1 2 3 4 6 ");
  CHECK(lines.LineOf(text.data()) == 1);
}

}  // namespace
}  // namespace dxpy::syntax
