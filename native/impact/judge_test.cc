#include "impact/judge.h"

#include <doctest/doctest.h>

#include <string>

#include "impact/judge_test_support.h"

namespace dxpy::impact {
namespace {

/// A module, and a unit with one test for each of its functions.
class Shop : public Project {
 public:
  Shop() {
    Write("tax.py",
          "RATE = 0.2\n"
          "LIMIT = 10\n"
          "def tax(price):\n"
          "    return price * RATE\n"
          "def double(price):\n"
          "    return price * 2\n");
    Write("t.py",
          "from tax import double, tax\n"
          "def test_tax():\n"
          "    assert tax(10) == 2\n"
          "def test_double():\n"
          "    assert double(1) == 2\n");
    Record();
  }
  void Record() {
    const Dependency closure = Set({Source("tax.py"), Source("t.py")});
    Collected({"test_tax", "test_double"}, {Source("t.py", {}, kCollects), closure});
    Ran("test_tax", {Source("tax.py", {"tax"}), Source("t.py", {"test_tax"}), closure});
    Ran("test_double", {Source("tax.py", {"double"}), Source("t.py", {"test_double"}), closure});
  }
};

TEST_CASE("where nothing changed nothing is affected, and it says since when") {
  Shop shop;
  const JudgedUnit unit = shop.JudgeUnit();
  CHECK_FALSE(unit.must_collect);
  REQUIRE(unit.tests.size() == 2);
  CHECK(unit.tests[0].node_id == "t.py::test_tax");
  CHECK_FALSE(unit.tests[0].verdict.is_affected);
  CHECK(unit.tests[0].verdict.when_s == 1);
  CHECK(unit.tests[0].verdict.seconds == 0.5);
  CHECK(unit.tests[0].verdict.witness != unit.tests[1].verdict.witness);
  CHECK(shop.Affected() == "");
}

TEST_CASE("a unit of which nothing is known must be collected") {
  Project project;
  CHECK(project.Collects() == "nothing is known of it");
  CHECK(project.Affected() == "");
}

TEST_CASE("a test of which nothing is known is affected") {
  Shop shop;
  shop.Collected({"test_tax", "test_new"}, {shop.Source("t.py", {}, kCollects)});
  CHECK(shop.Affected() == "test_new: no result of it is known");
}

TEST_CASE("comments, layout and what moves reach nothing") {
  Shop shop;
  shop.Replace("tax.py", "RATE = 0.2\n", "# what it is\nRATE  =  0.2\n\n\n");
  shop.Replace("t.py", "def test_tax", "\n\ndef test_tax");
  CHECK(shop.Affected() == "");
  CHECK(shop.Collects() == "");
}

TEST_CASE("rule 1: who ran a function that changed is affected") {
  Shop shop;
  shop.Replace("tax.py", "price * 2", "price + price");
  CHECK(shop.Affected() == "test_double: tax.py:5-6: double");
  CHECK(shop.Collects() == "");
}

TEST_CASE("rule 1: who ran a function that is gone is affected") {
  Shop shop;
  shop.Replace("tax.py", "def double(price):\n    return price * 2\n", "");
  CHECK(shop.Affected() == "test_double: tax.py:5-6: double (gone)");
}

TEST_CASE("rule 1: what a shared context ran counts for all who use it") {
  Shop shop;
  const Dependency session = shop.Set({shop.Source("tax.py", {"double"})});
  shop.Collected({"test_new"}, {shop.Source("t.py")});
  shop.Ran("test_new", {shop.Source("t.py", {"test_tax"}), shop.Set({session})});
  shop.Replace("tax.py", "price * 2", "price + price");
  CHECK(shop.Affected() == "test_new: tax.py:5-6: double");
}

TEST_CASE("rule 2: an effect that changed reaches all that import it") {
  Shop shop;
  shop.Write("tax.py", shop.Read("tax.py") + "print(RATE)\n");
  CHECK(shop.Affected() == "test_tax: tax.py:7: print(RATE)\ntest_double: tax.py:7: print(RATE)");
  CHECK(shop.Collects() == "tax.py:7: print(RATE)");
}

TEST_CASE("rule 2: a source that is gone reaches all that import it") {
  Shop shop;
  shop.Remove("tax.py");
  CHECK(shop.Affected() ==
        "test_tax: tax.py: the file is gone\ntest_double: tax.py: the file is gone");
}

TEST_CASE("rule 3: a constant reaches functions that mention it, and who ran them") {
  Shop shop;
  shop.Replace("tax.py", "RATE = 0.2", "RATE = 0.25");
  CHECK(shop.Affected() == "test_tax: tax.py:1: RATE > tax.py:3: tax");
  CHECK(shop.Collects() == "");
  shop.Replace("tax.py", "LIMIT = 10", "LIMIT = 11");
  shop.Replace("tax.py", "RATE = 0.25", "RATE = 0.2");
  CHECK(shop.Affected() == "");
}

TEST_CASE("rule 3: names are passed on by assignments, classes and imports") {
  Shop shop;
  shop.Write("more.py",
             "from tax import RATE as BASE\n"
             "FULL = BASE + 1\n"
             "class Order:\n"
             "    rate = FULL\n");
  shop.Write("t.py",
             "from more import Order\n"
             "def test_order():\n"
             "    assert Order\n"
             "def test_none():\n"
             "    assert 1\n");
  const Dependency closure =
      shop.Set({shop.Source("tax.py"), shop.Source("more.py"), shop.Source("t.py")});
  shop.Collected({"test_order", "test_none"}, {shop.Source("t.py", {}, kCollects), closure});
  shop.Ran("test_order", {shop.Source("t.py", {"test_order"}), closure});
  shop.Ran("test_none", {shop.Source("t.py", {"test_none"}), closure});
  shop.Replace("tax.py", "RATE = 0.2", "RATE = 0.3");
  CHECK(shop.Affected() ==
        "test_order: tax.py:1: RATE > more.py:1: BASE > more.py:2: FULL > more.py:3: Order > "
        "t.py:2: test_order");
}

TEST_CASE("rule 3: an effect that mentions a name reaches everything") {
  Shop shop;
  shop.Write("tax.py", shop.Read("tax.py") + "print(LIMIT)\n");
  shop.Record();
  shop.Replace("tax.py", "LIMIT = 10", "LIMIT = 11");
  CHECK(shop.Affected() ==
        "test_tax: tax.py:2: LIMIT > tax.py:7: print(LIMIT)\n"
        "test_double: tax.py:2: LIMIT > tax.py:7: print(LIMIT)");
}

TEST_CASE("rule 3: a default value passes a name on to who mentions the function") {
  Shop shop;
  shop.Replace("tax.py", "def double(price):", "def double(price, by=LIMIT):");
  shop.Record();
  shop.Replace("tax.py", "LIMIT = 10", "LIMIT = 11");
  CHECK(shop.Affected() == "test_double: tax.py:2: LIMIT > tax.py:5: double");
}

TEST_CASE("rule 3: a new definition reaches who mentions its name") {
  Shop shop;
  shop.Replace("t.py", "assert double(1)", "assert double(abs(1))");
  shop.Record();
  shop.Replace("t.py", "def test_tax", "def abs(x):\n    return x\ndef test_tax");
  CHECK(shop.Affected() == "test_double: t.py:2-3: abs > t.py:6: test_double");
}

/// A unit whose tests ask for a fixture.
class Fixtures : public Project {
 public:
  Fixtures() {
    Write("conftest.py",
          "import pytest\n"
          "@pytest.fixture\n"
          "def stock():\n"
          "    return 3\n");
    Write("t.py",
          "def test_stock(stock):\n"
          "    assert stock\n"
          "def test_price(price=1):\n"
          "    assert True\n");
    Write("sub.py", "import pytest\n");
    const Dependency closure = Set({Source("conftest.py"), Source("t.py"), Source("sub.py")});
    Collected({"test_stock", "test_price"}, {Source("t.py", {}, kCollects), closure});
    Ran("test_stock", {Source("conftest.py", {"stock"}), Source("t.py", {"test_stock"}), closure});
    Ran("test_price", {Source("t.py", {"test_price"}), closure});
  }
};

TEST_CASE("rule 3: a fixture reaches the parameters of its name") {
  Fixtures project;
  project.Replace("conftest.py", "@pytest.fixture\n", "@pytest.fixture(params=[1, 2])\n");
  CHECK(project.Affected() == "test_stock: conftest.py:2-4: stock");
  CHECK(project.Collects() == "conftest.py:2-4: stock > t.py:1: test_stock");
}

TEST_CASE("rule 3: a fixture that comes between reaches who asks for it") {
  Fixtures project;
  project.Write("sub.py", "import pytest\n@pytest.fixture\ndef stock():\n    return 4\n");
  CHECK(project.Affected() == "test_stock: sub.py:2-4: stock > t.py:1: test_stock");
}

TEST_CASE("rule 3: a parameter that is no fixture's is only a parameter") {
  Fixtures project;
  project.Write("conftest.py", project.Read("conftest.py") + "price = 2\n");
  CHECK(project.Affected() == "");
}

TEST_CASE("rule 3: who uses names that cannot be read off depends on all of them") {
  Shop shop;
  shop.Replace("t.py", "assert double(1) == 2", "assert globals()[chr(1)](1) == 2");
  shop.Record();
  shop.Replace("tax.py", "LIMIT = 10", "LIMIT = 11");
  CHECK(shop.Affected() == "test_double: tax.py:2: LIMIT > t.py:4: test_double");
}

/// A module that may remember what a function returned.
class Caches : public Project {
 public:
  explicit Caches(const std::string& module, const std::set<std::string>& ran) {
    Write("m.py", module);
    Write("t.py", "import m\ndef test_a():\n    assert m.get()\n");
    const Dependency closure = Set({Source("m.py"), Source("t.py")});
    Collected({"test_a"}, {Source("t.py", {}, kCollects), closure});
    Ran("test_a", {Source("m.py", ran), Source("t.py", {"test_a"}), closure});
  }
};

const char* const kCached =
    "CACHE = {}\n"
    "def load():\n"
    "    return 1\n"
    "def get():\n"
    "    if 1 not in CACHE:\n"
    "        CACHE[1] = load()\n"
    "    return CACHE[1]\n";

TEST_CASE("rule 4: a cache that was filled before the test may have another result") {
  Caches project(kCached, {"get"});
  project.Replace("m.py", "return 1", "return 2");
  CHECK(project.Affected() == "test_a: m.py:2-3: load > m.py:4: get");
}

TEST_CASE("rule 4: a function that remembers nothing has run what it needs") {
  Caches project("def load():\n    return 1\ndef get(x=0):\n    return x and load()\n", {"get"});
  project.Replace("m.py", "return 1", "return 2");
  CHECK(project.Affected() == "");
}

TEST_CASE("rule 4: what fills something before its first use stores it itself") {
  const std::string filled =
      "class C:\n"
      "    table = None\n"
      "    def rows(self):\n"
      "        return self.table or self.fill()\n"
      "    def fill(self):\n"
      "        C.table = self.read()\n"
      "        return C.table\n"
      "    def read(self):\n"
      "        return 1\n";
  Caches project(filled, {"C.rows"});
  project.Replace("m.py", "return 1", "return 2");
  CHECK(project.Affected() == "test_a: m.py:8-9: C.read > m.py:5: C.fill > m.py:3: C.rows");
  Caches unconditional(std::string(filled).replace(filled.find("self.table or "), 14, ""),
                       {"C.rows"});
  unconditional.Replace("m.py", "return 1", "return 2");
  CHECK(unconditional.Affected() == "");
}

/// One test read a file behind a function of "m.py", and "test_a" ran what it is given.
class Kept : public Project {
 public:
  Kept(const std::string& module, const std::set<std::string>& readers,
       const std::set<std::string>& ran) {
    Write("data.txt", "1");
    Write("m.py", module);
    Write("t.py", "import m\ndef test_a():\n    assert m.rows()\n");
    const Dependency closure = Set({Source("m.py"), Source("t.py")});
    const Dependency kept = Set({File("data.txt")});
    const ContentId memory = KeepSet({Source("m.py", readers), kept});
    const Dependency all = Set({{DependencyKind::kMemory, "", memory, {}, 0}});
    Collected({"test_a"}, {Source("t.py", {}, kCollects), closure, all});
    Ran("test_a", {Source("m.py", ran), Source("t.py", {"test_a"}), closure, all});
    CHECK(Affected() == "");
    Write("data.txt", "2");
  }
};

TEST_CASE("rule 4: a file that was read behind a cache counts for all that use the cache") {
  Kept memo(
      "C = {}\ndef rows():\n    if 1 not in C: C[1] = load()\n    return C[1]\n"
      "def load():\n    return open('data.txt').read()\n",
      {"rows", "load"}, {"rows"});
  CHECK(memo.Affected() == "test_a: data.txt > m.py:2: rows");
  Kept decorated(
      "from x import cached\ndef rows():\n    return load()\n"
      "@cached\ndef load():\n    return open('data.txt').read()\n",
      {"load"}, {"rows"});
  CHECK(decorated.Affected() == "test_a: data.txt > m.py:4: load > m.py:2: rows");
  Kept plain(
      "def rows(n=0):\n    return n and load()\n"
      "def load():\n    return open('data.txt').read()\n",
      {"rows", "load"}, {"rows"});
  CHECK(plain.Affected() == "");
  CHECK(plain.Collects() == "");
}

TEST_CASE("rule 4: functions in between were not run either") {
  const std::string between = std::string(kCached) + "def parse():\n    return 2\n";
  Caches project(std::string(between).replace(between.find("return 1"), 8, "return parse()"),
                 {"get"});
  project.Replace("m.py", "return 2", "return 3");
  CHECK(project.Affected() == "test_a: m.py:8-9: parse > m.py:2: load > m.py:4: get");
  // Who ran the one in between has run the changed one, had it been needed.
  Caches other(std::string(between).replace(between.find("return 1"), 8, "return parse()"),
               {"get", "load"});
  other.Replace("m.py", "return 2", "return 3");
  CHECK(other.Affected() == "");
}

TEST_CASE("rule 4: a function that is passed on may have been called before") {
  Caches project("def load():\n    return 1\ndef get():\n    return once(load)\n", {"get"});
  project.Replace("m.py", "return 1", "return 2");
  CHECK(project.Affected() == "test_a: m.py:1-2: load > m.py:3: get");
}

TEST_CASE("rule 4: a function under an unknown decorator is a name that changed") {
  Caches project(
      "from x import cached\n@cached\ndef load():\n    return 1\n"
      "def get():\n    return load()\n",
      {"get"});
  project.Replace("m.py", "return 1", "return 2");
  CHECK(project.Affected() == "test_a: m.py:2-4: load > m.py:5: get");
}

TEST_CASE("rule 4: what a decorated function calls may be remembered by its decorator") {
  Caches project(
      "from x import cached\n@cached\ndef load():\n    return parse()\n"
      "def parse():\n    return 1\n"
      "def get():\n    return load()\n",
      {"get"});
  project.Replace("m.py", "return 1", "return 2");
  CHECK(project.Affected() == "test_a: m.py:5-6: parse > m.py:2: load > m.py:7: get");
}

TEST_CASE("rule 4: a constant of a function that was not run may be in a cache") {
  Caches project("RATE = 1\n" + std::string(kCached).replace(std::string(kCached).find("return 1"),
                                                             8, "return RATE"),
                 {"get"});
  project.Replace("m.py", "RATE = 1", "RATE = 2");
  CHECK(project.Affected() == "test_a: m.py:1: RATE > m.py:3: load > m.py:5: get");
}

TEST_CASE("rule 4: an assignment that wraps a function is what may remember") {
  Caches project(
      "import x\ndef load():\n    return 1\nfast = x.cached(load)\n"
      "def get():\n    return fast()\n",
      {"get"});
  project.Replace("m.py", "return 1", "return 2");
  CHECK(project.Affected() == "test_a: m.py:2-3: load > m.py:4: fast > m.py:5: get");
}

TEST_CASE("rule 5: lines and docstrings count for who looks at them") {
  Shop shop;
  shop.Write("doc.py", "def f():\n    '''Old.'''\n");
  shop.Collected({"none", "docs", "lines"}, {shop.Source("t.py", {}, kCollects)});
  shop.Ran("none", {shop.Source("doc.py")});
  shop.Ran("docs", {shop.Source("doc.py", {}, kDocsCount)});
  shop.Ran("lines", {shop.Source("doc.py", {}, kLinesCount)});
  shop.Replace("doc.py", "def f", "# a comment\ndef f");
  CHECK(shop.Affected() == "lines: doc.py: somebody reads its lines");
  shop.Replace("doc.py", "Old", "New");
  CHECK(shop.Affected() == "docs: doc.py:2-3: f\nlines: doc.py: somebody reads its lines");
}

TEST_CASE("rule 5: a function that reads docstrings or lines counts where it was run") {
  Shop shop;
  shop.Replace("tax.py", "return price * 2", "return price * len(tax.__doc__)");
  shop.Replace("tax.py", "    return price * RATE", "    '''Old.'''\n    return price * RATE");
  shop.Record();
  shop.Replace("tax.py", "Old", "New");
  CHECK(shop.Affected() == "test_double: tax.py:3-5: tax > tax.py:6: double");
}

TEST_CASE("rule 6: files, listings, missing paths, values and trees are compared") {
  Shop shop;
  shop.Write("data/stock.json", "1");
  shop.Write("data/parts/a", "1");
  shop.Collected({"file", "names", "missing", "value", "tree"},
                 {shop.Source("t.py", {}, kCollects)});
  shop.Ran("file", {shop.File("data/stock.json")});
  shop.Ran("names", {shop.Listing("data/parts")});
  shop.Ran("missing", {shop.File("data/none.json"), shop.Listing("data/no")});
  shop.Ran("value", {shop.Value("fakedep 1.0", "x")});
  shop.Ran("tree", {shop.Tree()});
  CHECK(shop.Affected() == "");
  shop.Write("data/parts/b", "1");
  CHECK(shop.Affected() == "names: data/parts/ (names in it)\ntree: the project's tree");
  shop.Remove("data/parts/b");
  CHECK(shop.Affected() == "");
  shop.Write("data/parts/a", "2");
  CHECK(shop.Affected() == "tree: the project's tree");
  shop.Write("data/parts/a", "1");
  shop.Write("data/stock.json", "2");
  shop.Write("data/none.json", "");
  shop.values.clear();
  CHECK(shop.Affected() ==
        "file: data/stock.json\nmissing: data/none.json\nvalue: fakedep 1.0\n"
        "tree: the project's tree");
}

TEST_CASE("rule 6: what a run itself makes is not looked at") {
  Shop shop;
  shop.Collected({"tree"}, {shop.Source("t.py", {}, kCollects)});
  shop.Ran("tree", {shop.Tree(), shop.Listing(".")});
  shop.Write("__pycache__/t.cpython-311.pyc");
  shop.Write(".pytest_cache/README.md");
  shop.Write(".git/HEAD");
  CHECK(shop.Affected() == "");
}

TEST_CASE("a directory, or a link that leads nowhere, is not the file that was there") {
  Shop shop;
  shop.Write("data", "1");
  shop.Collected({"file"}, {shop.Source("t.py", {}, kCollects)});
  shop.Ran("file", {shop.File("data")});
  shop.Remove("data");
  shop.Write("data/x");
  CHECK(shop.Affected() == "file: data");
  shop.Ran("file", {shop.File("data")});
  CHECK(shop.Affected() == "");
  shop.Remove("data");
  std::filesystem::create_symlink("nowhere", shop.At("data"));
  CHECK(shop.Affected() == "file: data");
}

}  // namespace
}  // namespace dxpy::impact
