#include "facts/encoded_facts.h"

#include <doctest/doctest.h>

#include <string>

namespace dxpy::facts {
namespace {

// Some of everything that a file can tell.
constexpr std::string_view kSource = R"(
import pytest, unittest
from helpers import Base, tool
from plugin import *
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]
collect_ignore = ["x.py"]
def pytest_configure(config):
    config.addinivalue_line("markers", "slow")
def pytest_collect_file(parent): pass
@pytest.fixture(scope="session", autouse=True)
def db(tmp_path): pass
@pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.xfail(reason="so"))])
def test_a(x, db, other): pass
@pytest.mark.parametrize("y", ["a", "b"], indirect=True)
def test_b(y): pass
class TestC(Base):
    @pytest.fixture(params=[1, 2])
    def own(self): pass
class Case(unittest.TestCase): pass
class TestD:
    @pytest.mark.slow
    def test_e(self): pass
def test_f(): yield
)";

FileFacts Read(std::string_view source) { return ReadFileFacts(source, Rules()); }

TEST_CASE("facts come back as they were") {
  for (const std::string_view source : {kSource, std::string_view(), std::string_view("x = 'open"),
                                        std::string_view("def test_a(): pass\n")}) {
    const FileFacts facts = Read(source);
    const std::string bytes = EncodeFacts(facts);
    const DecodedFacts decoded = DecodeFacts(bytes);
    CHECK(decoded.problem.empty());
    REQUIRE(decoded.facts);
    CHECK(*decoded.facts == facts);
    CHECK(EncodeFacts(*decoded.facts) == bytes);
  }
}

TEST_CASE("the sample has some of everything") {
  const FileFacts facts = Read(kSource);
  CHECK(facts.tests.size() == 3);
  CHECK(facts.classes.size() == 3);
  CHECK(facts.fixtures.size() == 2);
  CHECK_FALSE(facts.imported.empty());
  CHECK(facts.hooks.size() == 3);
  CHECK(facts.reasons.size() > 2);
}

TEST_CASE("numbers of all sizes come back") {
  for (const uint32_t line : {0U, 127U, 128U, 16'384U, 0x7FFF'FFFFU, 0xFFFF'FFFFU}) {
    FileFacts facts;
    facts.reasons.push_back({ReasonKind::kName, std::string("a\0b", 3), line});
    const std::string bytes = EncodeFacts(facts);
    CHECK(DecodeFacts(bytes).facts == facts);
  }
}

TEST_CASE("facts cut short are no facts, and what is wrong is said") {
  const std::string bytes = EncodeFacts(Read(kSource));
  for (size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    const DecodedFacts decoded = DecodeFacts(std::string_view(bytes).substr(0, size));
    CHECK_FALSE(decoded.facts);
    CHECK(decoded.problem.starts_with("facts: "));
  }
  CHECK(DecodeFacts(bytes + "x").problem == "facts: end: 1 bytes too many");
}

TEST_CASE("a flipped bit gives other facts or a problem, and nothing worse") {
  const std::string bytes = EncodeFacts(Read(kSource));
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const DecodedFacts decoded = DecodeFacts(damaged);
    CHECK(decoded.facts.has_value() == decoded.problem.empty());
    if (!decoded.facts) continue;
    const std::string again = EncodeFacts(*decoded.facts);
    CHECK(DecodeFacts(again).facts == decoded.facts);
  }
}

// All ways to read see the same.
void CheckAgreement(const std::string& bytes) {
  const DecodedFacts whole = DecodeFacts(bytes);
  const DecodedFacts conditions = DecodeConditions(bytes);
  CHECK(whole.problem == conditions.problem);
  std::string seen;
  VisitTests(bytes, [&](const TestView& test) {
    seen.append(test.name).append(" ").append(std::to_string(test.line));
    for (const std::string_view id : test.ids)
      seen.append(test.is_parametrized ? " " : "!").append(id);
    seen += "\n";
  });
  if (!whole.facts || !conditions.facts) return;
  std::string expected;
  std::vector<TestFacts> left;
  for (TestFacts test : whole.facts->tests) {
    expected.append(test.name).append(" ").append(std::to_string(test.line));
    for (const std::string& id : test.ids)
      expected.append(test.is_parametrized ? " " : "!").append(id);
    expected += "\n";
    test.name.clear();
    test.ids.clear();
    for (MarkFacts& mark : test.marks) mark.text = {};
    if (left.empty() || !test.fixtures.empty() || !test.indirect.empty() || !test.marks.empty())
      left.push_back(test);
  }
  CHECK(seen == expected);
  FileFacts rest = *whole.facts;
  rest.tests = left;
  rest.classes.clear();
  CHECK(*conditions.facts == rest);
}

TEST_CASE("conditions and views are parts of the facts, of damaged ones too") {
  const std::string bytes = EncodeFacts(Read(kSource));
  CheckAgreement(bytes);
  CheckAgreement(EncodeFacts(Read("class TestA:\n  def test_a(self): pass\ndef test_b(): pass\n")));
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    CheckAgreement(damaged);
  }
  for (size_t size = 0; size < bytes.size(); ++size) CheckAgreement(bytes.substr(0, size));
}

TEST_CASE("what is wrong is named") {
  const auto problem = [](std::string_view bytes) { return DecodeFacts(bytes).problem; };
  const std::string version(1, static_cast<char>(kFactsVersion));
  CHECK(problem("") == "facts: no bytes");
  CHECK(problem("\xFF") == "facts: version 255 is not " + std::to_string(kFactsVersion));
  CHECK(problem(version) == "facts: number of texts: is cut off");
  CHECK(problem(version + "\x02") == "facts: number of texts: 2 is more than 0");
  CHECK(problem(version + "\x80\x80\x80\x80\x80\x01") ==
        "facts: number of texts: has more than 32 bits");
  CHECK(problem(version + std::string("\0\x01\0", 3)) == "facts: test: is no text of none");
  CHECK(problem(version + std::string("\x01\0\x01\x05", 4)) == "facts: test: 5 is more than 0");
}

TEST_CASE("one long text cannot be made into very many") {
  std::string bytes(1, static_cast<char>(kFactsVersion));
  const std::string text(1 << 20, 'x');
  bytes += '\x01';
  bytes += "\x80\x80\x40" + text;                      // texts: one of 1 MiB
  bytes += std::string("\x01\0\0\0", 4) + "\x80\x08";  // a test with 1,024 ids
  bytes += std::string(1024 + 8, '\0');
  CHECK(DecodeFacts(bytes).problem == "facts: ids: too much text");
}

TEST_CASE("facts of other rules, versions of Python and builds are told apart") {
  const Rules rules;
  Rules classes;
  classes.python_classes = NamePatterns({"Tes", "t"});
  Rules functions;
  functions.python_functions = NamePatterns({"test", ""});
  Rules version;
  version.python_version = {3, 11};
  Rules imports;
  imports.plain_imports = {"a.b"};
  const uint64_t hash = RulesHash(rules, "1");
  CHECK(hash == RulesHash(Rules(), "1"));
  CHECK(hash != RulesHash(rules, "2"));
  for (const Rules* other : {&classes, &functions, &version, &imports})
    CHECK(hash != RulesHash(*other, "1"));
}

TEST_CASE("hooks are noted, and those that leave pytest as it is") {
  const auto is_quiet = [](const std::string& source) {
    const FileFacts facts = Read(source + "\n");
    REQUIRE(facts.hooks.size() == 1);
    return facts.hooks[0].is_quiet;
  };
  const auto configures = [&](const std::string& body) {
    return is_quiet("def pytest_configure(config):\n  " + body);
  };
  CHECK(is_quiet("def pytest_configure(): work()"));
  CHECK(
      is_quiet("import pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_configure(config): 0"));
  CHECK(configures("config.addinivalue_line('markers', f'slow: {x}')"));
  CHECK(configures("if config.getoption('--slow', False): other.config = 1"));
  CHECK_FALSE(configures("helper(config)"));
  CHECK_FALSE(configures("c = config\n  c.option.x = 1"));
  CHECK_FALSE(configures("config.option.x = 1"));
  CHECK_FALSE(configures("config.pluginmanager.register(x)"));
  CHECK_FALSE(configures("config.rootdir = 1"));
  CHECK_FALSE(configures("config.getini('python_files').append('x')"));
  CHECK_FALSE(configures("config.getini(name).append('x')"));
  CHECK_FALSE(configures("import _pytest"));
  const auto modifies = [&](const std::string& body) {
    return is_quiet("def pytest_collection_modifyitems(config, items):\n  " + body);
  };
  CHECK(modifies("for item in items:\n    if 'slow' in item.keywords: item.add_marker(skip)"));
  CHECK(modifies("if config.getoption('--slow'): return"));
  CHECK_FALSE(modifies("items.sort()"));
  CHECK_FALSE(modifies("items[:] = []"));
  CHECK_FALSE(modifies("for item in items: item.name = 'x'"));
  CHECK_FALSE(modifies("for item in items: change(item)"));
  CHECK_FALSE(modifies("for item in list(items): items.remove(item)"));
  CHECK_FALSE(modifies("for item in items: item._nodeid = 'x'"));
  CHECK_FALSE(is_quiet("from x import pytest_configure"));
  CHECK_FALSE(is_quiet("pytest_configure = x"));
  CHECK_FALSE(is_quiet("class pytest_configure: pass"));
  CHECK_FALSE(is_quiet("def pytest_configure(): pass\nif x:\n  pytest_configure = y"));
  CHECK_FALSE(is_quiet("collect_ignore = []"));
  CHECK(Read("pytestmark = 1\nclass A:\n  def pytest_configure(self): pass\n").hooks.empty());
}

TEST_CASE("a fixture that is known by a second name makes a file dynamic") {
  CHECK_FALSE(Read("import pytest\n@pytest.fixture(params=[1], autouse=True)\ndef a(): pass\n"
                   "b = a\ndef test_x(): pass\n")
                  .is_exact());
}

}  // namespace
}  // namespace dxpy::facts
