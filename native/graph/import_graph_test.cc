#include "graph/import_graph.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "testing/temp_folder.h"

namespace dxpy::graph {
namespace {

/// A project, and what is known of it.
class Sources {
 public:
  explicit Sources(const std::map<std::string, std::string>& files) {
    project_ = {folder_.path(),
                {},
                {},
                {{folder_.path(), folder_.At("lib/site-packages")}, {".so"}},
                {"json", "types"}};
    for (const auto& [name, text] : files) {
      folder_.Write(name, text);
      if (name.ends_with(".py") && !name.starts_with("lib/"))
        project_.files.push_back(folder_.At(name));
      if (name.find("test_") != std::string::npos || name.ends_with("conftest.py"))
        project_.collected.push_back(folder_.At(name));
    }
    std::ranges::sort(project_.files);
    imports_ = ReadImports(disk_, project_);
  }

  /// "path:line" of each file, then "name:line" of each module; '?': it is nowhere.
  [[nodiscard]] std::string ImportsOf(const std::string& name) const {
    const auto found = std::ranges::find(project_.files, folder_.At(name));
    const FileImports& own = imports_[static_cast<size_t>(found - project_.files.begin())];
    std::string text = Text(own.files);
    for (const OtherModule& module : own.others)
      text += (module.is_found ? "" : "?") + module.name + ":" + std::to_string(module.line) + " ";
    return text;
  }

  [[nodiscard]] std::string ImportersOf(const std::string& name) const {
    const Importers found = FindImporters(project_, imports_, folder_.At(name));
    std::string text = Text(found.direct) + "| ";
    for (const std::string& path : found.indirect) text += Short(path) + " ";
    return text;
  }

  [[nodiscard]] const FileImports& first() const { return imports_.front(); }

 private:
  [[nodiscard]] std::string Short(const std::string& path) const {
    return path.substr(folder_.path().size() + 1);
  }
  [[nodiscard]] std::string Text(const std::vector<Link>& links) const {
    std::string text;
    for (const Link& link : links) text += Short(link.path) + ":" + std::to_string(link.line) + " ";
    return text;
  }

  testing::TempFolder folder_;
  Project project_;
  resolve::DiskFiles disk_;
  std::vector<FileImports> imports_;
};

TEST_CASE("every form of import leads to its file, with the packages on the way") {
  const Sources sources(
      {{"shop/__init__.py", ""},
       {"shop/tax.py", ""},
       {"shop/money.py", ""},
       {"shop/parts/__init__.py", ""},
       {"shop/parts/screw.py", "from .. import tax\nfrom . import nut\nfrom ..money import *\n"},
       {"shop/parts/nut.py", ""},
       {"a.py", "import shop.tax as t\n"},
       {"b.py", "from shop import tax, other\n"},
       {"c.py", "def f():\n    from shop.parts.screw import x\n"},
       {"d.py", "if x:\n    import a, b\nimport a\n"}});
  CHECK(sources.ImportsOf("a.py") == "shop/__init__.py:1 shop/tax.py:1 ");
  CHECK(sources.ImportsOf("b.py") == "shop/__init__.py:1 shop/tax.py:1 ");
  CHECK(sources.ImportsOf("c.py") ==
        "shop/__init__.py:2 shop/parts/__init__.py:2 shop/parts/screw.py:2 ");
  CHECK(sources.ImportsOf("d.py") == "a.py:2 b.py:2 ");
  CHECK(sources.ImportsOf("shop/parts/screw.py") ==
        "shop/__init__.py:1 shop/tax.py:1 shop/parts/__init__.py:2 shop/parts/nut.py:2 "
        "shop/money.py:3 ");
}

TEST_CASE("modules of others are named, and those that are nowhere") {
  const Sources sources(
      {{"lib/site-packages/attr/__init__.py", ""},
       {"types.py", ""},
       {"attr/notes.txt", ""},
       {"a.py", "import json.decoder, types\nfrom attr import s\nimport gone\n"}});
  CHECK(sources.ImportsOf("a.py") == "json:1 types:1 attr:2 ?gone:3 ");
}

TEST_CASE("what stands beside a file comes first, else all that have the name count") {
  const Sources sources({{"x/helpers.py", ""},
                         {"x/test_a.py", "import helpers\n"},
                         {"y/test_b.py", "import helpers\n"},
                         {"helpers.py", ""},
                         {"lib/site-packages/helpers.py", ""}});
  CHECK(sources.ImportsOf("x/test_a.py") == "x/helpers.py:1 ");
  CHECK(sources.ImportsOf("y/test_b.py") == "helpers.py:1 x/helpers.py:1 ");
}

TEST_CASE("what pytest puts on the search path counts for all") {
  const Sources sources({{"t/conftest.py", ""},
                         {"t/tools.py", ""},
                         {"t/sub/__init__.py", ""},
                         {"t/sub/deep/test_a.py", "import tools, mine\n"},
                         {"t/sub/mine.py", ""},
                         {"lone/tool.py", ""},
                         {"z.py", "import tools, tool\n"}});
  CHECK(sources.ImportsOf("t/sub/deep/test_a.py") == "t/tools.py:1 ?mine:1 ");
  CHECK(sources.ImportsOf("z.py") == "t/tools.py:1 ?tool:1 ");
}

TEST_CASE("importers are found to the end, circles too, and none of them twice") {
  const Sources sources({{"a.py", "import c\n"},
                         {"b.py", "\nimport a\n"},
                         {"c.py", "import b, a\n"},
                         {"d.py", "import c, b\n"},
                         {"e.py", "import e, d\n"},
                         {"f.py", ""}});
  CHECK(sources.ImportersOf("a.py") == "b.py:2 c.py:1 | d.py e.py ");
  CHECK(sources.ImportersOf("e.py") == "| ");
  CHECK(sources.ImportersOf("f.py") == "| ");
}

TEST_CASE("a file that cannot be read to its end has what stands before") {
  const Sources sources({{"a.py", "import b\nx = 'open\n"}, {"b.py", ""}});
  CHECK(sources.ImportsOf("a.py") == "b.py:1 ");
  CHECK(sources.first().problem == "string");
  CHECK(sources.first().problem_line == 2);
}

}  // namespace
}  // namespace dxpy::graph
