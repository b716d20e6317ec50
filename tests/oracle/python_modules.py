"""Generated modules: valid Python, written as nobody would write it."""

import sys

from hypothesis import strategies as st

Draw = st.DrawFn

NAMES = ["a", "é", "ﬁx", "match", "case", "type", "if_", "importer", "from_", "_", "classy"]

# Whole expressions, full of bytes that mean something elsewhere.
EXPRESSIONS = [
    "1",
    "'#'",
    '"\'\\""',
    "'a\\\nb'",
    "r'\\'' ';('",
    '"""\n def f():\n\'\'\'\\"""\n"""',
    "'''\n@x\n\\'''\"\"\"'''",
    "f'{a}{{'",
    "f'{a!r:>{a}}' \"}\"",
    "rf'{a:\\d}'",
    'f"""\n{\na["x"]:"{a}"}\n"""',
    "u'('",
    "Rb'(\\'' b\"\\\\\"",
    "(lambda: 0)",
    "(lambda x=':', *y: {x: y})",
    "[a for a in (1, # )\n 2)]",
    "{1: [2][0:1],\n\n # :\n\t3: 4}",
    "(a := 1)",
    "1if 1else 2",
    "a if'(:'else a",
    "1 + \\\n   2",
    "(\n1,\nTrue)",
    "...",
    "a@a",
]
if sys.version_info >= (3, 12):
    EXPRESSIONS += ["f'{a['x']}'", "f'{f'{f'{1}'}'}'", "f'{\n a # }'\n}'", "f'{a:{'x'}}'"]
if sys.version_info >= (3, 14):
    EXPRESSIONS += ["t'{a}'", "tR'{a['x']}'"]

HEADERS = [
    "if {e}:",
    "while {e}:",
    "for a in {e}:",
    "with {e} as a:",
    "with ({e}) as a, {e}:",
    "class {n}:",
    "class {n}({e}, metaclass={e}):",
    "class {n}(\n{e}, # (\n):",
    "def {n}():",
    "def {n}(a: {e} = {e}, *, b={e}) -> {e}:",
    "async def {n}(a, #:\n b):",
    "async \\\n def {n}():",
    "if lambda: {e}:",
]
if sys.version_info >= (3, 12):
    HEADERS += ["def {n}[T: ({e}, int)](a: T):", "class {n}[T, *U, **V](a[T]):"]

SIMPLE = [
    "pass",
    "{n} = {e}",
    "{n}: {e}",
    "{n}: {e} = {e}",
    "import a",
    "import a.b as {n}, c",
    "import a . \\\n b",
    "from a import b as {n}, c",
    "from . import a",
    "from.a import(b)",
    "from .. .a.b import (a, # )\n  b as {n},\n\n)",
    "match = {e}",
    "match[{e}] = 1",
    "print({e}, case)",
    "assert {e}, {e}",
]
if sys.version_info >= (3, 12):
    SIMPLE += ["type {n} = {e}", "type {n}[T: {e}] = {e}"]

CHAINS = {
    "if": ("elif {e}:", "else:"),
    "while": ("else:",),
    "for": ("else :",),
    "try": ("except:", "else:", "finally :"),
}
FILLERS = ["", "  ", "# '\"([{", "\t# x:", "\f", "      # deep"]
DECORATORS = ["@a", "@ a.b({e})", "@a(\n{e}, # x\n)", "@(\n a)", "@lambda f: {e}", "@a  # '"]


class Writer:
    """Writes one module, drawing every choice."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.text = ""

    def pick(self, choices: list[str]) -> str:
        """One of the templates, filled in."""
        text = self.draw(st.sampled_from(choices))
        while "{e}" in text:
            text = text.replace("{e}", self.draw(st.sampled_from(EXPRESSIONS)), 1)
        return text.replace("{n}", self.draw(st.sampled_from(NAMES)))

    def block(self, indent: str, depth: int) -> None:
        for _ in range(self.draw(st.integers(1, 4))):
            if self.draw(st.integers(0, 3)) == 0:
                self.text += self.pick(FILLERS) + "\n"
            if depth > 0 and self.draw(st.booleans()):
                self.compound(indent, depth)
            else:
                self.text += f"{indent}{self.simple()}\n"

    def simple(self) -> str:
        text = self.pick(SIMPLE)
        while self.draw(st.integers(0, 3)) == 0:
            text += self.draw(st.sampled_from([";", "; ", " ;\t"])) + self.pick(SIMPLE)
        return text + self.draw(st.sampled_from(["", "", "", ";", "  # '", " \\\n"]))

    def compound(self, indent: str, depth: int) -> None:
        if self.draw(st.integers(0, 4)) == 0:
            self.match(indent, depth)
            return
        header = self.pick([*HEADERS, "try:"])
        if header.startswith(("def", "class", "async")):
            while self.draw(st.booleans()):
                self.text += f"{indent}{self.pick(DECORATORS)}\n"
        self.body(indent, header, depth)
        for part in CHAINS.get(header.split(":")[0].split(" ")[0], ()):
            if header == "try:" and part.startswith("else"):
                continue
            if header == "try:" or self.draw(st.booleans()):
                self.body(indent, self.pick([part]), depth)

    def match(self, indent: str, depth: int) -> None:
        self.text += f"{indent}{self.pick(['match {e}:', 'match({e}, 1) : # x'])}\n"
        for case in ("case [1, *_] if {e}:", "case {'a:': 1}:"):
            self.body(indent + " ", self.pick([case]), depth)

    def body(self, indent: str, header: str, depth: int) -> None:
        if self.draw(st.integers(0, 2)) == 0:
            self.text += f"{indent}{header}{self.simple()}\n"
            return
        self.text += f"{indent}{header}{self.draw(st.sampled_from(['', ' ', '# :', '  # x']))}\n"
        self.block(indent + self.draw(st.sampled_from([" ", "  ", "    ", "\t"])), depth - 1)


@st.composite
def modules(draw: Draw) -> bytes:
    """The bytes of one module, in one of several encodings and with any newlines."""
    writer = Writer(draw)
    writer.block("", 3)
    text = writer.text
    if draw(st.booleans()) and not text.endswith("\\\n\n"):
        text = text.removesuffix("\n")
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "latin-1"]))
    if encoding == "latin-1":
        return b"# coding: latin-1\n" + text.replace("ﬁ", "fi").encode(encoding)
    return text.encode(encoding)
