#include "tree/reach.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "testing/temp_folder.h"

namespace dxpy::tree {
namespace {

using Chain = std::vector<std::string>;

/// A tree of sources, of which some differ.
class Tree {
 public:
  Tree() { given_.root = folder_.path(); }
  explicit Tree(const std::map<std::string, std::string>& sources) : Tree() {
    for (const auto& [path, source] : sources) Write(path, source);
  }
  void Write(const std::string& path, const std::string& source) {
    folder_.Write(path, source);
    given_.sources.push_back(path);
  }
  Tree& Changed(const std::string& path) {
    given_.seeds.emplace_back(path, "changed");
    given_.any_change = given_.any_module_change = path + " changed";
    return *this;
  }
  Difference& given() { return given_; }

  Chain Why(const std::string& unit = "tests/test_a.py") { return Reach(given_).Run({unit})[0]; }
  bool Reaches(const std::string& unit = "tests/test_a.py") { return !Why(unit).empty(); }

 private:
  testing::TempFolder folder_;
  Difference given_;
};

/// A test file, and a package of two modules and a package.
Tree Shop(const std::string& test, const std::string& init = "") {
  return Tree({{"src/shop/__init__.py", init},
               {"src/shop/tax.py", "RATE = 2\n"},
               {"src/shop/cart.py", "from .tax import RATE\n"},
               {"src/shop/net/__init__.py", ""},
               {"src/shop/net/http.py", ""},
               {"tests/test_a.py", test}});
}

TEST_CASE("the way from the change to the test is told") {
  CHECK(Shop("from shop.cart import total").Changed("src/shop/tax.py").Why() ==
        Chain{"src/shop/tax.py changed", "src/shop/cart.py"});
}

TEST_CASE("every form of import leads there") {
  for (const char* const test : {"import shop.tax",
                                 "import shop.tax as t",
                                 "from shop import tax",
                                 "from shop.tax import x",
                                 "from shop import *",
                                 "def f():\n    import shop.tax\n",
                                 "try:\n    import shop.tax\nexcept ImportError: pass\n",
                                 "if TYPE_CHECKING:\n    from shop.tax import x\n",
                                 "import shop\nshop.tax.RATE\n",
                                 "import_module('shop.tax')",
                                 "import_module('.tax', 'shop')",
                                 "mock.patch('shop.tax.RATE', 3)",
                                 "pytest.importorskip('shop.tax')",
                                 "pytest_plugins = ['shop.tax']",
                                 "mock.patch('shop.RATE', 3)",
                                 "APPS = ['shop']",
                                 "APPS = ['shop.apps.Config']",
                                 "import shop.cart",
                                 "from tax import RATE",
                                 "getattr(__import__('shop'), 'tax')",
                                 "import shop\ngetattr(shop, 'tax')\n",
                                 "sys.modules['shop.tax']",
                                 "open('src/shop/tax.py')",
                                 "import_module(name)"})
    CHECK_MESSAGE(Shop(test).Changed("src/shop/tax.py").Reaches(), test);
}

TEST_CASE("what does not lead there is left out") {
  for (const char* const test :
       {"import shop", "from shop import net", "import shop.net.http", "import json",
        "mock.patch('shop.net.http.get')", "x = {'tax': 1, 'name': 'cart'}", "'shop.tax'"})
    CHECK_MESSAGE(!Shop(test).Changed("src/shop/tax.py").Reaches(), test);
}

TEST_CASE("packages around a module are executed with it") {
  for (const char* const test :
       {"import shop.net.http", "from shop.net import http", "import shop"})
    CHECK_MESSAGE(Shop(test).Changed("src/shop/__init__.py").Reaches(), test);
  CHECK(
      Shop("import shop.cart", "from . import net").Changed("src/shop/net/__init__.py").Reaches());
  CHECK_FALSE(Shop("import json").Changed("src/shop/__init__.py").Reaches());
}

TEST_CASE("a package that names its modules may import them later") {
  CHECK(Shop("import shop", "attach(__name__, submod_attrs={'tax': ['RATE']})")
            .Changed("src/shop/tax.py")
            .Reaches());
}

TEST_CASE("a module that came or went counts for whoever asks for it") {
  CHECK(Shop("try:\n    from shop import fast\nexcept ImportError: pass")
            .Changed("src/shop/fast.py")
            .Reaches());
  CHECK(Shop("import fast").Changed("tests/fast.py").Reaches());
  CHECK(Shop("import shop.cart").Changed("src/shop/tax/__init__.py").Reaches());
  CHECK_FALSE(Shop("import shop.cart").Changed("src/shop/fast.py").Reaches());
}

TEST_CASE("the test file itself, its conftests and packages count") {
  CHECK(Shop("").Changed("tests/test_a.py").Reaches());
  CHECK(Shop("").Changed("tests/conftest.py").Reaches());
  CHECK(Shop("").Changed("conftest.py").Reaches());
  CHECK(Shop("").Changed("tests/__init__.py").Reaches());
  CHECK_FALSE(Shop("").Changed("tests/unit/conftest.py").Reaches());
  CHECK_FALSE(Shop("").Changed("tests/test_b.py").Reaches());
}

TEST_CASE("what a conftest needs counts below it, or for all where it has hooks for all") {
  Tree tree = Shop("");
  tree.Write("tests/unit/conftest.py", "import shop.tax\n");
  tree.Write("tests/unit/test_b.py", "");
  tree.Changed("src/shop/tax.py");
  CHECK_FALSE(tree.Reaches());
  CHECK(tree.Reaches("tests/unit/test_b.py"));

  Tree hooked = Shop("");
  hooked.Write("tests/unit/conftest.py", "import shop.tax\ndef pytest_configure(): pass\n");
  hooked.Write("tests/unit/test_b.py", "");
  hooked.Changed("src/shop/tax.py");
  CHECK(Reach(hooked.given()).Run({"tests/unit/test_b.py", "tests/test_a.py"})[1] ==
        Chain{"src/shop/tax.py changed", "tests/unit/conftest.py"});
}

TEST_CASE("a conftest that had hooks for all counts for all") {
  Tree tree = Shop("");
  tree.Write("tests/unit/conftest.py", "");
  tree.Write("tests/unit/test_b.py", "");
  tree.Changed("tests/unit/conftest.py");
  CHECK(Reach(tree.given()).Run({"tests/unit/test_b.py", "tests/test_a.py"})[1].empty());
  tree.given().old_conftests.emplace_back("tests/unit/conftest.py", "def pytest_configure(): 1");
  CHECK_FALSE(Reach(tree.given()).Run({"tests/unit/test_b.py", "tests/test_a.py"})[1].empty());
}

TEST_CASE("code that cannot be followed depends on every file") {
  Tree tree = Shop("from shop import cart, runner");
  tree.Write("src/shop/runner.py", "import os\nimport subprocess\n");
  tree.Changed("docs/conf.py");
  CHECK(tree.Why() ==
        Chain{"docs/conf.py changed", "src/shop/runner.py:2: subprocess may lead there"});
}

TEST_CASE("a test file is no module that is imported by a name that is made") {
  Tree tree = Shop("import_module(name)");
  tree.Changed("tests/test_b.py").given().any_module_change = "";
  CHECK_FALSE(tree.Reaches());
  Tree named = Shop("import_module(name); x = 'test_b'");
  named.Changed("tests/test_b.py").given().any_module_change = "";
  CHECK(named.Reaches());
  Tree listing = Shop("os.listdir(x)");
  listing.Changed("tests/test_b.py").given().any_module_change = "";
  CHECK(listing.Reaches());
}

TEST_CASE("modules that cannot be read count where they are imported") {
  Tree tree = Shop("from shop import _fast");
  tree.given().seeds.emplace_back("src/shop/_fast.cpython-311.so", "is compiled");
  tree.Changed("docs/conf.py");
  CHECK(tree.Why() == Chain{"src/shop/_fast.cpython-311.so is compiled"});
  CHECK_FALSE(Reach(tree.given()).Run({"src/shop/tax.py"})[0].size() > 0);
}

TEST_CASE("plugins and settings count for all") {
  Tree tree = Shop("");
  tree.Changed("src/shop/tax.py").given().common = {"src/shop/cart.py"};
  CHECK(tree.Reaches());
  Tree set = Shop("");
  set.Changed("src/shop/tax.py").given().texts = {"-p shop.tax --strict"};
  CHECK(set.Reaches());
}

TEST_CASE("a name that an installed finder has for a folder is followed") {
  Tree tree = Shop("import store.tax");
  tree.Changed("src/shop/tax.py");
  CHECK_FALSE(tree.Reaches());
  Reach reach(tree.given());
  (void)reach.Run({"tests/test_a.py"});
  CHECK(reach.unknown() == std::vector<std::string>{"store"});
  tree.given().aliases = {{"store", "src/shop"}};
  CHECK(tree.Reaches());
}

TEST_CASE("files may be asked about in several goes") {
  Tree tree = Shop("import shop.cart");
  tree.Write("tests/test_b.py", "import shop.net");
  Reach reach(tree.Changed("src/shop/tax.py").given());
  CHECK(reach.Run({"tests/test_b.py"})[0].empty());
  CHECK_FALSE(reach.Run({"tests/test_a.py"})[0].empty());
  CHECK(reach.Run({"tests/test_b.py"})[0].empty());
  CHECK(reach.Run({"gone.py"})[0] == Chain{"gone.py is not in the tree"});
}

TEST_CASE("cycles of imports end") {
  Tree tree(
      {{"a.py", "import b"}, {"b.py", "import a, c"}, {"c.py", ""}, {"test_a.py", "import a"}});
  CHECK(tree.Changed("c.py").Why("test_a.py") == Chain{"c.py changed", "b.py", "a.py"});
}

}  // namespace
}  // namespace dxpy::tree
