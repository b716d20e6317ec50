#include "syntax/outline.h"

#include <doctest/doctest.h>

#include <string>

#include "syntax/outline_dump.h"

namespace dxpy::syntax {
namespace {

std::string Scan(std::string_view source) { return Dump(ScanOutline(source)); }

TEST_CASE("an empty file has no facts") {
  CHECK(Scan("") == "");
  CHECK(Scan("\n\n  # nothing\n") == "");
}

TEST_CASE("a function ends with its last statement, not with comments or blank lines") {
  CHECK(Scan("def f():\n    x = 1\n    return x\n\n    # trailing\n\ny = 2\n") == "1-3 def f");
}

TEST_CASE("definitions nest to any depth") {
  CHECK(Scan("class A:\n def f(self):\n  class B:\n   async def g(self): pass\ndef h(): pass\n") ==
        "1-4 class A\n"
        "2-4 def f col 1 in A: class method\n"
        "3-4 class B col 2 in f: function class\n"
        "4 async def g col 3 in B: function class method\n"
        "5 def h");
}

TEST_CASE("a thousand levels of indentation are read") {
  std::string source;
  for (size_t i = 0; i < 1000; ++i) source += std::string(i, ' ') + "if x:\n";
  source += std::string(1000, ' ') + "def f(): pass\n";
  CHECK(Scan(source) == "1001 def f col 1000 in if conditional");
}

TEST_CASE("a body may stand on the header's line") {
  CHECK(Scan("class A: pass\ndef f(): return 1; x = 2\nclass B(A): import a; import b\n") ==
        "1 class A\n2 def f\n3 class B(A)\n"
        "3 import a in B: class\n3 import b in B: class");
}

TEST_CASE("the colon of a one-line header is told from others") {
  CHECK(Scan("if lambda a, b=lambda: 0: a: import x\n") == "1 import x in if");
  CHECK(Scan("if y := {1: 2}[1:]: import x\n") == "1 import x in if");
  CHECK(Scan("def f[T: int](a: T = ':') -> 'x:y': import x\n") ==
        "1 def f\n1 import x in f: function");
}

TEST_CASE("decorators belong to the definition below them") {
  CHECK(Scan("@a\n# between\n@b.c(\n  1,  # :\n)  # end\n\nasync def f(): pass\n") ==
        "7 async def f @1 a @3 b.c(\n  1,  # :\n)");
}

TEST_CASE("a definition's text begins with its decorators and ends with its last token") {
  const Outline outline = ScanOutline("x\n@a\ndef f():\n  pass  # end\n");
  CHECK(outline.definitions[0].text == "@a\ndef f():\n  pass");
  CHECK(outline.definitions[0].decorator_line == 2);
}

TEST_CASE("base lists are told from type parameters") {
  CHECK(Scan("class A[T: (int, str)](B[T], metaclass=M): pass\nclass C(): pass\n") ==
        "1 class A(B[T], metaclass=M)\n2 class C");
}

TEST_CASE("an else counts as the statement it belongs to") {
  CHECK(Scan("for x in y: pass\nelse:\n import a\ntry: pass\nexcept E: import b\n"
             "else: import c\nfinally:\n import d\nif x: pass\nelif y: pass\nelse: import e\n") ==
        "3 import a in loop\n5 import b in try\n6 import c in try\n8 import d in try\n"
        "11 import e in if");
}

TEST_CASE("blocks between a definition and its owner make it conditional") {
  CHECK(Scan("class A:\n  with x:\n    def f(self): pass\nwhile x:\n  class B:\n"
             "    def g(self): pass\n") ==
        "1-3 class A\n3 def f col 4 in A: class with method conditional\n"
        "5-6 class B col 2 in loop conditional\n6 def g col 4 in B: class loop method");
}

TEST_CASE("match, case and type are names where they are not keywords") {
  CHECK(Scan("match = 1; import a\nmatch[x]: int\ncase = type\ntype X = int; import b\n"
             "match (x):\n  case [1, *_]: import c\n  case _:\n    match: int = 3\n"
             "    import d\n") ==
        "1 import a\n4 import b\n6 import c in match\n9 import d in match");
}

TEST_CASE("lines end in LF, CR LF or CR") {
  CHECK(Scan("def f():\r\n  pass\r\nimport a\r\n") == "1-2 def f\n3 import a");
  CHECK(Scan("def f():\r  '''\r\n\r'''\rimport a\r") == "1-4 def f\n5 import a");
}

TEST_CASE("tabs go to the next multiple of eight, form feeds begin anew") {
  CHECK(Scan("if x:\n\tdef f(): pass\n\timport a\n    \fimport b\n") ==
        "2 def f col 1 in if conditional\n3 import a in if\n4 import b");
}

TEST_CASE("indentation counts before the backslash that splits it") {
  CHECK(Scan("if x:\n  \\\n        import a\n  import b\n") ==
        "3 import a in if\n4 import b in if");
}

TEST_CASE("a byte order mark is not a part of the first line") {
  CHECK(Scan("\xEF\xBB\xBF"
             "class A: pass") == "1 class A");
}

TEST_CASE("names may hold any byte above ASCII") {
  CHECK(Scan("# coding: latin-1\ndef \xE9t\xE9(): pass\n") == "2 def \xE9t\xE9");
}

TEST_CASE("what cannot be understood is said, with its line; what stood before is kept") {
  CHECK(Scan("import a\nx = (1\ny = 2\n") == "1 import a\n2 bracket");
  CHECK(Scan("import a\nx = 1)\n") == "1 import a\n2 bracket");
  CHECK(Scan("\nx = 'a\n'") == "2 string");
  CHECK(Scan("\n\nx = '''a") == "3 string");
  CHECK(Scan("if x:\nimport a\n") == "2 indentation");
  CHECK(Scan("import a\n  import b\n") == "1 import a\n2 indentation");
  CHECK(Scan("if x:\n    a\n  b\n") == "3 indentation");
  CHECK(Scan("def f():\n  pass\nif x:") == "1-2 def f\n3 indentation");
  CHECK(Scan("class :\n  pass\n") == "1 header");
  CHECK(Scan("@a\nx = 1\n") == "2 header");
  CHECK(Scan("@ \ndef f(): pass\n") == "1 header");
  CHECK(Scan("from x import (a b)\n") == "1 header");
  CHECK(Scan("x = \\ 1\n") == "1 backslash");
  CHECK(Scan(std::string_view("a\n\0", 3)) == "2 NUL byte");
  CHECK(Scan("#\n# -*- coding: Shift_JIS -*-\n") == "2 encoding");
}

TEST_CASE("a definition that breaks off ends with its last line that was understood") {
  CHECK(Scan("def f():\n  a\n  b(\n\n\n") == "1-2 def f\n3 bracket");
  CHECK(Scan("def f():\n  (\n\n") == "1 def f\n2 bracket");
  CHECK(Scan("x\n\ndef f(): (\n\n") == "3 def f\n3 bracket");
  CHECK(Scan("@a\ndef f(): (\n") == "2 def f @1 a\n2 bracket");
  CHECK(Scan("def f(\n\n") == "1 def f\n1 bracket");
}

TEST_CASE("every beginning of a file is read to an end") {
  const std::string source =
      "@d(1)\nclass A(B):\n  '''d'''\n  def f(self): return f\"{x['a']:{w}}\" \\\n   + r'\\''\n"
      "try:\n  from .a import (b as c,)\nexcept E: import d.e\n";
  for (size_t size = 0; size <= source.size(); ++size) {
    const std::string part = source.substr(0, size);  // its own memory: sanitizers see the end
    for (const Definition& definition : ScanOutline(part).definitions) {
      CHECK(definition.text.data() + definition.text.size() <= part.data() + part.size());
      CHECK(definition.last_line >= definition.first_line);
    }
  }
}

// "header <outer <previous" per block, "text <block" per statement.
std::string ScanStatements(std::string_view source) {
  const Outline outline = ScanOutline(source);
  const auto id = [](BlockId block) {
    return block == kNoBlock ? std::string(" <-") : " <" + std::to_string(block);
  };
  std::string text;
  for (const Block& block : outline.blocks)
    text.append(block.header).append(id(block.outer) + id(block.previous)).append("\n");
  for (const Statement& statement : outline.statements)
    text.append(statement.text).append(id(statement.block)).append("\n");
  return text;
}

TEST_CASE("statements outside of functions are kept, with the block they stand in") {
  CHECK(ScanStatements("'doc'\na = 1; b += (\n2)  # c\nclass C:\n  del a\ndef f(): c = 3\n") ==
        "'doc' <-\na = 1 <-\nb += (\n2) <-\ndel a <-\n");
  CHECK(ScanStatements("if a :\n  b\n  with c: d\ne\n") ==
        "if a <- <-\nwith c <0 <-\nb <0\nd <1\ne <-\n");
}

TEST_CASE("a block knows the part of its statement before it") {
  CHECK(ScanStatements("if a: b\nelif c: d\nelse: e\nif f: g\n") ==
        "if a <- <-\nelif c <- <0\nelse <- <1\nif f <- <-\nb <0\nd <1\ne <2\ng <3\n");
  CHECK(ScanStatements("match a:\n case b: c\n case d: e\n") ==
        "match a <- <-\ncase b <0 <-\ncase d <0 <-\nc <1\ne <2\n");
}

TEST_CASE("a function's parameters are kept") {
  const Outline outline =
      ScanOutline("def f[T: (int, str)](a, b=(1,)) -> c: pass\nclass A(B): pass\n");
  CHECK(outline.definitions[0].parameters == "a, b=(1,)");
  CHECK(outline.definitions[1].parameters == "");
}

}  // namespace
}  // namespace dxpy::syntax
