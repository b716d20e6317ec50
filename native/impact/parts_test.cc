#include "impact/parts.h"

#include <doctest/doctest.h>

#include <string>

namespace dxpy::impact {
namespace {

// A line for each part: kind, lines, name, what it binds where that is not its name, flags.
std::string Dump(const FileParts& file) {
  constexpr const char* kKinds[] = {"function", "class", "statement", "import", "effect"};
  constexpr const char* kFlags[] = {"decorated",  "fixture", "autouse",    "hook",
                                    "acts",       "stores",  "readsnames", "readsdocs",
                                    "readslines", "branches"};
  std::string text;
  for (const Part& part : file.parts) {
    text += kKinds[static_cast<size_t>(part.kind)];
    text += ' ' + std::to_string(part.first_line) + '-' + std::to_string(part.last_line) + ' ' +
            part.name;
    if (part.binds != std::vector<std::string>{part.name.substr(part.name.rfind('.') + 1)}) {
      text += " =";
      for (const std::string& name : part.binds) text += ' ' + name;
    }
    for (size_t bit = 0; bit < std::size(kFlags); ++bit)
      if ((part.flags >> bit & 1) != 0) text += std::string(" +") + kFlags[bit];
    text += '\n';
  }
  return text;
}

std::string Dump(std::string_view source) { return Dump(ReadParts(source)); }

// The mentions of the last part.
std::string Mentions(std::string_view source) {
  constexpr const char kBits[] = "pa_tvh";
  std::string text;
  const FileParts file = ReadParts(source);
  for (const PartMention& mention : file.parts.back().mentions) {
    text += (text.empty() ? "" : " ") + mention.name + ':';
    for (size_t bit = 0; bit < 6; ++bit)
      if ((mention.bits >> bit & 1) != 0) text += kBits[bit];
  }
  return text;
}

uint32_t Flags(std::string_view source) { return ReadParts(source).parts.back().flags; }

std::string InFunction(const std::string& body) { return "def f():\n    " + body + "\n"; }

TEST_CASE("a file is cut into functions, classes, statements, imports and effects") {
  CHECK(Dump("\"\"\"Doc.\"\"\"\n"
             "import os, shop.tax as t\n"
             "from shop import (a,\n  b as c)\n"
             "RATE = 0.2\n"
             "x, (y, *z) = q = 1, 2\n"
             "@deco\n"
             "def f(a):\n    def inner(): pass\n    return 1\n"
             "class A(object):\n    limit = 3\n    def m(self): pass\n    class B: pass\n"
             "print(1)\n") ==
        "statement 1-1 __doc__\n"
        "import 2-2 os\n"
        "import 2-2 t +acts\n"
        "import 3-4 a +acts\n"
        "import 3-4 c +acts\n"
        "statement 5-5 RATE\n"
        "statement 6-6 x = x y z q\n"
        "function 7-10 f +decorated +acts\n"
        "class 11-14 A = A limit\n"
        "function 13-13 A.m\n"
        "class 14-14 A.B\n"
        "effect 15-15 print(1) = +acts\n");
}

TEST_CASE("statements in blocks are parts of their own, and headers are effects") {
  CHECK(Dump("if x:\n    A = 1\n    def f(): pass\nelse:\n    pass\n"
             "for i in y: B = 1\n"
             "with open(z) as w:\n    '...'\n") ==
        "effect 1-1 if x = +acts\n"
        "statement 2-2 A\n"
        "function 3-3 f\n"
        "effect 4-4 else = +acts\n"
        "effect 6-6 for i in y = i +acts\n"
        "statement 6-6 B\n"
        "effect 7-7 with open(z) as w = w +acts\n");
}

TEST_CASE("imports for typing alone do nothing") {
  CHECK(Dump("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop\n") ==
        "import 1-1 TYPE_CHECKING\n"
        "statement 2-2 if TYPE_CHECKING =\n"
        "import 3-3 shop\n");
  CHECK(Dump("TYPE_CHECKING = True\nif TYPE_CHECKING:\n    import shop\n") ==
        "statement 1-1 TYPE_CHECKING\n"
        "effect 2-2 if TYPE_CHECKING = +acts\n"
        "import 3-3 shop +acts\n");
}

TEST_CASE("a statement that calls what is not known acts") {
  const std::string imports = "import re\nfrom pathlib import Path\nfrom shop import make\n";
  for (const char* quiet :
       {"A = 1", "A = [1, {2: 'x'}]", "A: int = 3", "A = re.compile('x')", "A += 1",
        "A = Path(__file__).resolve().parent / 'x'", "A = 'a b'.split()", "A = int('3') + len('x')",
        "A = B.c[0]", "__all__ += x.__all__", "A = (1)", "A = [i for i in range(3)]"}) {
    CAPTURE(quiet);
    CHECK((Flags(imports + quiet) & kActs) == 0);
    CHECK(ReadParts(imports + quiet).parts.back().kind == PartKind::kStatement);
  }
  for (const char* acting :
       {"A = make()", "A = re.sub(1)", "A = B.copy()", "A = f'{make()}'", "A = make(1)(2)",
        "A = [make(i) for i in x]", "A += [1]", "A = make()['x'](1)", "A = Path(make())", "a.b = 1",
        "a[0] = 1", "a, b.c = 1", "del A", "assert x", "x.y()", "global x"}) {
    CAPTURE(acting);
    CHECK((Flags(imports + acting) & kActs) != 0);
  }
  CHECK((Flags("len = print\nA = len()") & kActs) != 0);
  CHECK((Flags("from x import *\nA = len()") & kActs) != 0);
}

TEST_CASE("a class acts where its bases, its decorators or its statements may") {
  for (const char* quiet :
       {"class A: pass", "class A(Exception): x = 1", "import enum\nclass A(enum.Enum): X = 1",
        "from typing import Generic\nclass A(Generic[T]): pass", "class B: pass\nclass A(B): pass",
        "import abc\nclass A(metaclass=abc.ABCMeta): pass",
        "from dataclasses import *\n@dataclass\nclass A:\n    x: int = field(default=1)"}) {
    CAPTURE(quiet);
    if (std::string_view(quiet).find("dataclass") == std::string_view::npos)
      CHECK((Flags(quiet) & kActs) == 0);
  }
  CHECK((Flags("import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass A:\n"
               "    x: int = dataclasses.field(default=1)") &
         kActs) == 0);
  for (const char* acting :
       {"class A(B): pass", "class A(x=1): pass", "@d\nclass A: pass", "class A: x = f()",
        "class A: f()", "class A(f()): pass", "class B(X): pass\nclass A(B): pass",
        "class A[T: (int, str)](B): pass"}) {
    CAPTURE(acting);
    CHECK((Flags(acting) & kActs) != 0);
  }
  const FileParts file =
      ReadParts("class B:\n    def __init_subclass__(cls): pass\nclass A(B): pass\n");
  CHECK((file.parts[2].flags & kActs) != 0);
}

TEST_CASE("decorators are harmless only where they are known") {
  const std::string imports = "import pytest, functools\nfrom unittest import mock\n";
  for (const char* harmless :
       {"@property", "@staticmethod", "@f.setter", "@pytest.mark.slow", "@functools.wraps(g)",
        "@pytest.mark.parametrize('x', [1, 2])", "@mock.patch('a.b')", "@mock.patch.object(a, 'b')",
        "@pytest.fixture", "@pytest.fixture(scope='module')"}) {
    CAPTURE(harmless);
    CHECK((Flags(imports + harmless + "\ndef f(): pass") & (kDecorated | kActs)) == 0);
  }
  for (const char* unknown : {"@functools.cache", "@functools.lru_cache(None)", "@app.route('/')",
                              "@f.register", "@g.setter", "@(property)", "@property.x()[0]"}) {
    CAPTURE(unknown);
    CHECK((Flags(imports + unknown + "\ndef f(): pass") & kDecorated) != 0);
  }
  CHECK((Flags("property = 1\n@property\ndef f(): pass") & kDecorated) != 0);
}

TEST_CASE("fixtures are known, with their names, and hooks") {
  CHECK(Dump("import pytest as p\n"
             "@p.fixture\ndef a(): pass\n"
             "@p.fixture(autouse=True)\ndef b(): pass\n"
             "@p.fixture(autouse=False, name='d')\ndef c(): pass\n"
             "@p.fixture(name=x)\ndef e(): pass\n"
             "def pytest_configure(): pass\n") ==
        "import 1-1 p +acts\n"
        "function 2-3 a +fixture\n"
        "function 4-5 b +fixture +autouse\n"
        "function 6-7 c = c d +fixture\n"
        "function 8-9 e +fixture +acts\n"
        "function 10-10 pytest_configure +hook\n");
}

TEST_CASE("mentions tell plain names, attributes, parameters, texts and values apart") {
  CHECK(Mentions("def f(a, *b, c: int = D): return g(a.h.i, j=k) + 'l.m' + b'n' + 'two words'") ==
        "D:pvh a:p_ b:_ c:_ g:p h:a i:av int:pvh j:_ k:pv l:t m:t");
  CHECK(Mentions("f = lambda a, b=c: a") == "a:p_v b:_ c:pv f:pv");
  CHECK(Mentions("x: 'Optional[Order]' = f'{a.b!r} of {c}'") ==
        "Optional:t Order:t a:pa_tv b:pa_tv c:pa_tv r:pa_tv x:pv");
  CHECK(Mentions("class A:\n    def f(self): return self.x") == "A:p x:av");
  CHECK(Mentions("def f():\n    'doc'\n    def g(h): return 1if i else 2") == "h:_ i:pv");
  CHECK(Mentions("import a.b as c") == "a:a b:a");
  CHECK(Mentions("from a import b as c") == "b:pv");
}

TEST_CASE("who uses names that cannot be read off is known") {
  for (const char* reads :
       {"getattr(x, y)", "getattr(x, 'a' + y)", "g = getattr", "globals()", "f = vars",
        "x.__dict__", "getattr(getattr(x, 'a'), y)", "eval('x')", "hasattr(x, f'{y}')",
        "f'{getattr(x, y)}'", "setattr(x, y, 1)", "getattr(*x)", "getattr(x, '__dict__')"}) {
    CAPTURE(reads);
    CHECK((Flags(InFunction(reads)) & kReadsNames) != 0);
  }
  for (const char* plain :
       {"getattr(x, 'a')", "getattr(getattr(x, 'a'), 'b', None)", "'dir'", "hasattr(f(a, b), 'c')",
        "x.y", "x.globals()", "vars = 1", "'getattr'", "a = 'stra\xC3\x9F' 'e'"}) {
    CAPTURE(plain);
    CHECK((Flags(InFunction(plain)) & kReadsNames) == 0);
  }
  CHECK((Flags(InFunction("return \xEF\xAC\x81x")) & kReadsNames) != 0);  // the ligature fi
  CHECK((Flags(InFunction("return x.__doc__")) & kReadsDocs) != 0);
  CHECK((Flags(InFunction("return x.co_firstlineno")) & kReadsLines) != 0);
  CHECK((Flags(InFunction("x = '%(lineno)d'")) & kReadsFrames) != 0);
  CHECK((Flags(InFunction("return inspect.isclass(x)")) & (kReadsLines | kReadsFrames)) == 0);
}

TEST_CASE("who stores something under a condition may remember") {
  for (const char* remembers :
       {"if x not in C: C[x] = 1", "a = x or y; z.w = a", "try: x.y += 1\n    except E: pass",
        "return C.setdefault(x, 1)", "if a: global C; C = 1", "while a: del b[0]",
        "if a: C.append(1)", "if a: setattr(x, 'y', 1)", "if a: C += x",
        "if a:\n      x.y: int = 1", "if a:\n      for x.y in z: pass",
        "if a:\n      with b as c.d: pass"}) {
    CAPTURE(remembers);
    CHECK((~Flags(InFunction(remembers)) & (kStores | kBranches)) == 0);
  }
  for (const std::string forgets :
       {"x.y = 1", "if a.b: x = c.d", "x = a.b if c else d[0]", "if a: return b[c].d == e.f",
        "for x in y.z: n += 1", "if a:\n      x: List[int] = []"}) {
    CAPTURE(forgets);
    CHECK((~Flags(InFunction(forgets)) & (kStores | kBranches)) != 0);
  }
}

TEST_CASE("a source that cannot be read is one part") {
  for (const char* source : {"x = (\n1", "# coding: shift_jis\nx = 1", "'''", "def f(:"}) {
    CAPTURE(source);
    const FileParts file = ReadParts(source);
    if (!file.is_opaque) continue;
    REQUIRE(file.parts.size() == 1);
    CHECK(file.parts[0].kind == PartKind::kEffect);
    CHECK(file.parts[0].first_line == 1);
  }
  CHECK(ReadParts("x = (\n1").is_opaque);
  CHECK(ReadParts(std::string_view("x\0y", 3)).is_opaque);
  CHECK(ReadParts("").parts.empty());
}

TEST_CASE("imports are told wherever they stand") {
  const FileParts file =
      ReadParts("import a.b, c\ndef f():\n    from ..d import e as g, h\n    from . import *\n");
  REQUIRE(file.imports.size() == 4);
  CHECK(file.imports[0] == PartImport{"a.b", 0, {}});
  CHECK(file.imports[1] == PartImport{"c", 0, {}});
  CHECK(file.imports[2] == PartImport{"d", 2, {"e", "h"}});
  CHECK(file.imports[3] == PartImport{"", 1, {"*"}});
}

TEST_CASE("the innermost part of a line is found") {
  const FileParts file = ReadParts(
      "A = [\n1]\n\nclass B:\n    x = 1\n    @d\n    def m(self):\n        pass\n    y = 2\nz\n");
  const auto name = [&](uint32_t line) {
    const auto at = PartAt(file, line);
    return at ? file.parts[*at].name : "none";
  };
  CHECK(name(0) == "none");
  CHECK(name(2) == "A");
  CHECK(name(3) == "none");
  CHECK(name(5) == "B");
  CHECK(name(6) == "B.m");
  CHECK(name(8) == "B.m");
  CHECK(name(9) == "B");
  CHECK(name(10) == "z");
  CHECK(name(11) == "none");
}

TEST_CASE("parts come back from their bytes, and damage is noticed") {
  const FileParts file = ReadParts(
      "'doc'\nfrom a import b\nX = b.c\nclass D(b):\n    e = f = 1\n    def g(self, h='i'): "
      "pass\n");
  const std::string bytes = EncodeParts(file);
  CHECK(DecodeParts(bytes) == file);
  for (size_t size = 0; size < bytes.size(); ++size)
    CHECK(!DecodeParts(bytes.substr(0, size)).has_value());
  CHECK(!DecodeParts(bytes + 'x').has_value());
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0xFF);
    static_cast<void>(DecodeParts(damaged));
  }
}

}  // namespace
}  // namespace dxpy::impact
