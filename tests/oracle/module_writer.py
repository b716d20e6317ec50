"""Generated test modules: what pytest collects of them, and what puts it off."""

from hypothesis import strategies as st

Draw = st.DrawFn

FUNCTIONS = ["test_a", "test_b", "testc", "check_d", "helper", "TestF", "runTest"]
CLASSES = ["TestA", "TestB", "Base", "Mixin", "SuiteC", "test_class"]
ARGUMENTS = ["x", "y", "fix", "para"]

TEXT = st.one_of(
    st.text("ab1 \\\n\té€\U0001f600'\"[]-", max_size=4),
    st.text(max_size=3).filter(lambda text: "\0" not in text and text.isprintable()),
    st.sampled_from(["a" * 100, "a" * 101, "1", "x0", "x1", "", "0-1"]),
)
LITERALS = st.one_of(
    st.sampled_from(
        ["None", "True", "False", "...", "[]", "()", "{}", "0x1F", "0b11", "1_000", "-0"]
    ),
    st.sampled_from(
        ["-0.0", "1e5", "1e16", "1e-5", ".5", "1.", "1e400", "-1e22", "00", "0o17", "+1"]
    ),
    st.sampled_from(["int", "len", "ValueError", "float('nan')", "object()", "object", "math.inf"]),
    st.sampled_from(
        ["re.compile('a.b')", "lambda: 0", "helper", "Base", "date(2020, 1, 1)", "date"]
    ),
    st.sampled_from(
        ["'a' 'b'", "r'\\n'", "b'\\xff\\n'", "'\\x41\\u00e9'", "'\\N{DASH}'", "f'{1}'"]
    ),
    st.sampled_from(
        ["1 + 1", "not 0", "'a' % ()", "[i for i in (1, 2)]", "3j", "VALUES", "Base()"]
    ),
    st.sampled_from(
        ["Plain()", "Plain", "1if 1else 2", "(1)", "((1, 2))", "*VALUES", "-(1)", "ONE"]
    ),
    st.integers(-(10**20), 10**20).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    TEXT.map(repr),
    TEXT.map(ascii),
    st.binary(max_size=3).map(repr),
)
IDS = ["", "", "", ", ids=['p', 'q']", ", ids=['1', None]", ", ids=str", ", ids=repr", ", ids=[]"]
IDS += [
    ", ids=[1, 2.5]",
    ", ids=lambda v: 'z'",
    ", ids=VALUES",
    ", indirect=True",
    ", indirect=['x']",
]
IDS += [", scope='module'", ", ids=('same', 'same')", ", ids=[b'\\n', True]"]

MARKS = [
    "pytest.mark.skip",
    "pytest.mark.slow(1)",
    "pytest.mark.xfail(reason='a')",
    "slow",
    "pytest.mark",
]
MARKS += [
    "pytest.mark.usefixtures('fix')",
    "pytest.mark.usefixtures('para')",
    "pytest.mark.skipif(0, reason='b')",
]
DECORATORS = [
    *MARKS[:-1],
    "staticmethod",
    "classmethod",
    "property",
    "unittest.skip('a')",
    "identity",
]
DECORATORS += [
    "mock.patch('os.getcwd')",
    "mock.patch.object(os, 'sep', '/')",
    "functools.lru_cache",
]
DECORATORS += [
    "pytest.fixture",
    "pytest.fixture(params=[1, 2])",
    "unittest.expectedFailure",
    "to_none",
]
DECORATORS += [
    "pytest.mark.slow(helper)",
    "functools.wraps(helper)",
    "mock.patch.dict({})",
    "as_class",
]

PRELUDE = """\
import functools, math, os, re, sys, unittest
from datetime import date
from typing import TYPE_CHECKING
from unittest import TestCase, mock
import pytest
slow = pytest.mark.slow
def identity(f): return f
def to_none(f): return None
def as_class(f): return type('TestMade', (), {'test_made': lambda self: 0})
def helper(): pass
class Base: pass
class Plain: pass
VALUES = ['v', 2]
ONE = 1
@pytest.fixture
def fix(): pass
@pytest.fixture(params=['p', 0])
def para(request): pass
"""

FIXTURES = [
    "@pytest.fixture\ndef fix(): pass",
    "@pytest.fixture(params=[1, 2])\ndef fix(request): pass",
    "@pytest.fixture(params=['s', None], ids=['i', 'j'])\ndef y(request): pass",
    "@pytest.fixture(autouse=True)\ndef auto(): pass",
    "@pytest.fixture(autouse=True, params=[7])\ndef auto(request): pass",
    "@pytest.fixture(params=[1, 2], scope='module')\ndef fix(request): pass",
    "@pytest.fixture(name='x', params=(3, 4))\ndef named(request): pass",
    "@pytest.fixture\ndef fix(para): pass",
    "@pytest.fixture\ndef para(para): pass",
    "@pytest.fixture\ndef x(y, fix): pass",
    "@identity\n@pytest.fixture(params=[1])\ndef fix(): pass",
    "fix = pytest.fixture(params=[1])(helper)",
]
STATEMENTS = [
    "{c}.__test__ = False",
    "{f}.__test__ = False",
    "{f} = 1",
    "{f} = {f2}",
    "{f} = lambda: 0",
    "{c} = {c2}",
    "{c} = None",
    "{c} = type('X', (), dict(test_made=lambda self: 0))",
    "{f}, {f2} = helper, 2",
    "for {f} in [helper]: pass",
    "with mock.patch('os.getcwd') as {f}: pass",
    "del {f}",
    "del {c}",
    "globals()['test_made'] = helper",
    "setattr({c}, 'test_set', lambda self: 0)",
    "{c}.test_set = lambda self: 0",
    "exec('def test_executed(): pass')",
    "def maker():\n    global test_made\n    def test_made(): pass\nmaker()",
    "def maker():\n    return type('Made', (unittest.TestCase,), {{'test_m': lambda self: 0}})",
    "def maker():\n    class Made(unittest.TestCase):\n        def test_m(self): pass\n"
    "    return Made\nMade = maker()",
    "def __getattr__(name): raise AttributeError(name)",
    "def pytest_generate_tests(metafunc): pass",
    "from os.path import join as {f}",
    "from os.path import join as {c}",
    "import os as {f}",
    "from unittest import TestCase as {c}",
    "from collections import OrderedDict as {c}",
    "VALUES.append(3)",
    "VALUES += [3]",
    "ONE = 'one'",
    "pytestmark = pytest.mark.slow",
    "pytestmark = [pytest.mark.slow, pytest.mark.usefixtures('para')]",
    "pytestmark = pytest.mark.parametrize('x', [1, 2])",
    "pytestmark = [slow]",
    "__test__ = False",
    "__test__ = {{}}",
    "test_data = [1, 2]",
    "({f} := helper)",
    "if TYPE_CHECKING:\n    def {f}(): pass",
    "if __name__ == '__main__':\n    def {f}(): pass",
    "if sys.version_info >= (3, 0):\n    def {f}(): pass\nelse:\n    def {f2}(): pass",
    "if sys.version_info < (3, 0):\n    class {c}:\n        def test_i(self): pass",
    "if ONE:\n    def {f}(): pass",
    "try:\n    def {f}(): pass\nexcept ValueError:\n    pass",
    "def identity(f): return None",
    "sys.modules[__name__].test_x = helper",
]


class ModuleWriter:
    """Writes one module, drawing every choice."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.lines: list[str] = PRELUDE.splitlines()

    def one_of(self, choices: list[str]) -> str:
        return self.draw(st.sampled_from(choices))

    def chance(self, one_in: int) -> bool:
        return self.draw(st.integers(1, one_in)) == 1

    def add(self, text: str, indent: str) -> None:
        self.lines += [indent + line for line in text.split("\n")]

    def block(self, indent: str, depth: int) -> None:
        for _ in range(self.draw(st.integers(1, 5 if indent == "" else 3))):
            kind = self.draw(st.integers(0, 11))
            if kind < 5:
                self.function(indent)
            elif kind < 8 and depth > 0:
                self.klass(indent, depth)
            elif kind < 9:
                self.fixture(indent)
            elif kind < 10:
                self.statement(indent)
            else:
                self.function(indent)

    def statement(self, indent: str) -> None:
        names = {"f": FUNCTIONS, "f2": FUNCTIONS, "c": CLASSES, "c2": CLASSES}
        template = self.one_of(STATEMENTS)
        self.add(template.format(**{k: self.one_of(v) for k, v in names.items()}), indent)

    def fixture(self, indent: str) -> None:
        text = self.one_of(FIXTURES)
        if indent and not self.chance(8):
            before, _, after = text.rpartition("def ")
            text = before + "def " + after.replace("(", "(self, ", 1).replace(", )", ")")
        self.add(text, indent)

    def parametrize(self) -> str:
        if self.chance(4):
            rows = self.draw(st.lists(st.tuples(LITERALS, LITERALS), max_size=3))
            values = ", ".join(self.row(f"{a}, {b}") for a, b in rows)
            return f"pytest.mark.parametrize({self.one_of(PAIRS)}, [{values}]{self.one_of(IDS)})"
        values = ", ".join(self.row(value) for value in self.draw(st.lists(LITERALS, max_size=4)))
        values = self.one_of(
            [f"[{values}]", f"[{values}]", f"({values}{',' * bool(values)})", *SINGLE]
        )
        return f"pytest.mark.parametrize({self.one_of(NAMES)}, {values}{self.one_of(IDS)})"

    def row(self, values: str) -> str:
        if self.chance(6):
            more = self.one_of(["", ", id='given'", ", marks=slow", ", id=None", ", id='é'"])
            return f"pytest.param({values}{more})"
        return f"({values})" if ", " in values and "(" not in values else values

    def decorators(self, indent: str) -> list[str]:
        found = []
        while self.chance(3):
            found.append(self.parametrize() if self.chance(2) else self.one_of(DECORATORS))
        for decorator in found:
            self.add(f"@{decorator}", indent)
        return found

    def function(self, indent: str) -> None:
        found = self.decorators(indent)
        named = [
            name for name in ARGUMENTS if any(f"'{name}" in d or f" {name}'" in d for d in found)
        ]
        arguments = named if not self.chance(6) else []
        if self.chance(6):
            arguments = [*arguments, *[a for a in [self.one_of(ARGUMENTS)] if a not in arguments]]
        if indent and not any(d == "staticmethod" for d in found):
            arguments = ["self", *arguments]
        if self.chance(12):
            arguments = [*arguments, self.one_of(["*args", "z=(1, 2)", "*, k=lambda: 0", "**kw"])]
        body = "yield" if self.chance(25) else "pass"
        keyword = "async def" if self.chance(10) else "def"
        self.add(f"{keyword} {self.one_of(FUNCTIONS)}({', '.join(arguments)}): {body}", indent)

    def klass(self, indent: str, depth: int) -> None:
        while self.chance(6):
            self.add(f"@{self.one_of([*DECORATORS, self.parametrize()])}", indent)
        bases = self.one_of(BASES)
        self.add(f"class {self.one_of(CLASSES)}{bases}:", indent)
        if self.chance(8):
            self.add(self.one_of(IN_CLASS), indent + "    ")
        self.block(indent + "    ", depth - 1)


NAMES = ["'x'", "'y'", "['x']", "('y',)", "'x', ", "'fix'", "'para'", "argnames='x'"]
NAMES = [name if not name.endswith(", ") else "'x,'" for name in NAMES]
PAIRS = ["'x, y'", "'x,y'", "['x', 'y']", "('x', 'para')", "'x, x'"]
SINGLE = ["VALUES", "range(2)", "range(1, 3)", "[*VALUES, 1]", "{1: 2}", "'ab'", "list(VALUES)"]
BASES = ["", "", "", "()", "(object)", "(Base)", "(unittest.TestCase)", "(TestCase)", "(TestA)"]
BASES += ["(Base, Mixin)", "(TestB)", "(Mixin, TestCase)", "(Exception)", "(identity(Base))"]
BASES += ["(metaclass=type)", "(dict)", "(SuiteC)", "(TestA, TestB)"]
IN_CLASS = [
    "__test__ = False",
    "__test__ = True",
    "__test__ = not 1",
    "def __init__(self): pass",
    "def __new__(cls): return super().__new__(cls)",
    "def __init_subclass__(cls): cls.test_made = lambda self: 0",
    "pytestmark = pytest.mark.slow",
    "pytestmark = [pytest.mark.parametrize('x', [1, 2])]",
    "test_a = None",
    "test_a = helper",
    "helper = staticmethod(lambda: 0)",
    "locals()['test_local'] = lambda self: 0",
    "def pytest_generate_tests(self, metafunc): pass",
    "from os.path import join as test_join",
]


@st.composite
def modules_of_tests(draw: Draw) -> str:
    """The text of one module. Not all can be imported."""
    writer = ModuleWriter(draw)
    writer.block("", 2)
    return "\n".join(writer.lines) + "\n"
