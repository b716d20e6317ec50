"""Generated trees of several modules, which import tests, bases and values of each other."""

from hypothesis import strategies as st

Draw = st.DrawFn

MODULES = ["helpers", "loose.near", "pkg.one", "pkg.two", "pkg.sub.deep"]
PACKAGES = ["pkg.sub", "pkg"]  # `loose` is a namespace
THIRD = ["third", "pkg.far"]  # nobody takes a name from these
FUNCTIONS = ["test_a", "test_b", "helper", "check_d"]
CLASSES = ["TestA", "TestB", "Base", "Mixin", "Case"]
VALUES = ["VALUES", "ONE", "slow"]
NAMES = [*FUNCTIONS, *CLASSES, *VALUES]

PRELUDE = """\
import functools, pytest, sys, unittest
from unittest import TestCase
"""
OWN = """\
@pytest.fixture
def fix(): pass
"""
VALUE_LINES = [
    "VALUES = ['v', 2]",
    "VALUES = [1, pytest.param('p', id='given')]",
    "VALUES = ('t', None)",
    "VALUES = list('ab')",
    "ONE = 1",
    "ONE = 'one'",
    "ONE = object()",
    "slow = pytest.mark.slow",
    "slow = pytest.mark.parametrize('x', [7, 8])",
    "slow = functools.lru_cache",
    "def slow(f): return f",
]
TROUBLE = [
    "VALUES.append(3)",
    "{c}.test_late = lambda self: 0",
    "{c}.__test__ = False",
    "globals()['{f}'] = None",
    "if sys.version_info >= (3, 0):\n    {c} = None",
    "try:\n    from nowhere import {c}\nexcept ImportError:\n    pass",
    "try:\n    from helpers import {c}\nexcept ImportError:\n    {c} = None",
    "def later():\n    global {f}\n    {f} = None",
    "def __getattr__(name):\n    raise AttributeError(name)",
    "def reach():\n    {c}.test_reached = lambda self: 0\nreach()",
    "{c} = type('Made', (unittest.TestCase,), {{'test_made': lambda self: 0}})",
    "del {f}",
    "{f} = None",
    "{c} = None",
    "{c} = {c2}",
    "{f} = {f2}",
    "other = {c}",
    "{f} = [1]",
    "{c}.test_a = None",
    "__all__ = ['{c}', '{f}']",
    "__all__ = ['{f}'] + ['{c}']",
    "print({c})",
]
# What a module can do to names of another one.
MEDDLING = [
    "import {m}\n{m}.{c}.test_late = lambda self: 0",
    "import {m} as other\nother.{c}.__test__ = False",
    "import {m}\ndel {m}.{c}.test_a",
    "import {m}\n{m}.{c} = type('Made', (), {{'test_made': lambda self: 0}})",
    "import {m}\n{m}.{f} = None",
    "import {m}\n{m}.{f}.__test__ = True",
    "import {m}\n{m}.VALUES += [9]",
    "import {m}\nsetattr({m}, '{f}', None)",
    "import {m}\n{m}.__dict__['{c}'] = None",
    "import {m}\nvars({m}).pop('{f}')",
    "import {m}\nkept = {m}.{c}\nkept.test_kept = lambda self: 0",
    "import {m}\nfor each in ({m}.{c}, {m}.{c2}): each.test_each = lambda self: 0",
    "import {m}\npytest.mark.parametrize('x', [8, 9])({m}.{f})",
    "import {m}\npytest.mark.parametrize('x', [8, 9])({m}.{c}.test_a)",
    "import {m}\ndef empty(module): module.{c} = None\nempty({m})",
    "import sys, {m}\nsys.modules['{m}'].{c} = None",
    "from {m} import {c}\n{c}.test_late = lambda self: 0",
    "from {m} import {c} as Other\nOther.test_a = None",
    "from {m} import {c}\nsetattr({c}, 'test_set', lambda self: 0)",
    "from {m} import {c}\ndef change(it): it.test_it = lambda self: 0\nchange({c})",
    "from {m} import VALUES\nVALUES.append(9)",
    "from {m} import VALUES as values\nvalues[:] = [4]",
    "from {m} import *\n{c}.test_late = lambda self: 0",
    "import {m}\ndef later(): {m}.{c}.test_late = lambda self: 0",
    "def later():\n    from {m} import {c} as Mine\n    Mine.test_late = lambda self: 0",
    "from {m} import {c}\ndef give(): return {c}\ndef later(): give().test_l = lambda self: 0",
    # and what does no harm
    "from {m} import {c}\nclass Near({c}): pass",
    "import {m}\nclass Near({m}.{c}): pass",
    "import {m}\n@pytest.mark.parametrize('x', {m}.VALUES)\ndef near(x): return {m}.{c}()",
    "from {m} import {c}, {f}, VALUES\ndef near(): return isinstance(VALUES[0], {c})",
]
DECORATORS = ["pytest.mark.skip", "pytest.mark.parametrize('x', [1, None])"]
DECORATORS += ["staticmethod", "unittest.skip('s')"]
IN_CLASS = [
    "__test__ = False",
    "__test__ = True",
    "def __init__(self): pass",
    "pytestmark = pytest.mark.slow",
    "pytestmark = [pytest.mark.parametrize('x', [5, 6])]",
    "test_a = None",
    "def runTest(self): pass",
    "@pytest.fixture(params=[1, 2])\n    def fix(self, request): pass",
    "@pytest.fixture(autouse=True, params=[3, 4])\n    def auto(self, request): pass",
    "def __init_subclass__(cls): cls.test_made = lambda self: 0",
]


class TreeWriter:
    """Writes the modules of one tree, drawing every choice.

    Each module binds all of NAMES, so that most imports succeed, and imports from those
    before it in MODULES, so that most trees have no cycles.
    """

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.exported: dict[str, list[str]] = {}  # by package

    def one_of(self, choices: list[str]) -> str:
        return self.draw(st.sampled_from(choices))

    def chance(self, one_in: int) -> bool:
        return self.draw(st.integers(1, one_in)) == 1

    def tree(self) -> dict[str, str]:
        """Path to text."""
        files = {f"{package.replace('.', '/')}/__init__.py": "" for package in PACKAGES}
        for number, module in enumerate(MODULES):
            files[f"{module.replace('.', '/')}.py"] = self.module(module, MODULES[:number])
        for package in PACKAGES:
            if self.chance(2):
                inner = [module for module in MODULES if module.startswith(package + ".")]
                self.exported[package] = self.some(NAMES)
                lines = [self.import_line(package, inner, n) for n in self.exported[package]]
                files[f"{package.replace('.', '/')}/__init__.py"] = "\n".join(lines) + "\n"
        files |= {f"{name.replace('.', '/')}.py": self.meddler(name) for name in THIRD}
        folder = self.one_of(["", "pkg/", "pkg/sub/"])
        own = f"{folder.replace('/', '.')}test_generated"
        files[f"{folder}test_generated.py"] = self.tests(own)
        return files

    def some(self, choices: list[str]) -> list[str]:
        return self.draw(st.lists(st.sampled_from(choices), min_size=1, max_size=4, unique=True))

    def module(self, own: str, before: list[str]) -> str:
        lines = [*PRELUDE.splitlines(), *(f"import {module}" for module in before)]
        if before and self.chance(9):
            lines.append(f"from {self.one_of(before)} import *")
        defined = []
        for name in self.draw(st.permutations(NAMES)):
            if before and self.chance(3):
                lines.append(self.import_line(own, before, name))
            else:
                lines += self.definition(name, [f"{module}.{{}}" for module in before])
                defined.append(name)
        return "\n".join([*lines, *self.trouble(8, defined)]) + "\n"

    def meddler(self, own: str) -> str:
        lines = ["import pytest"]
        if own != THIRD[-1] and self.chance(3):
            lines.append(f"import {THIRD[-1]}")
        for _ in range(self.draw(st.integers(1, 2))):
            c, c2 = (self.one_of(CLASSES) for _ in "12")
            form = self.one_of(MEDDLING)
            text = form.format(m=self.one_of(MODULES), c=c, c2=c2, f=self.one_of(FUNCTIONS))
            lines += text.split("\n")
        return "\n".join(lines) + "\n"

    def tests(self, own: str) -> str:
        """The module that is collected: it need not have all of NAMES."""
        lines = [*PRELUDE.splitlines(), *(f"import {module}" for module in MODULES)]
        if self.chance(3):
            third = self.one_of(THIRD)
            lines += [f"import {third}", f"if hasattr({third}, 'later'): {third}.later()"]
        for name in self.some(NAMES):
            packages = [package for package in PACKAGES if name in self.exported.get(package, [])]
            lines.append(self.import_line(own, [*MODULES, *packages, *packages], name))
        lines += OWN.splitlines()
        for name in self.some(NAMES):
            lines += self.definition(name, [f"{module}.{{}}" for module in MODULES])
        return "\n".join([*lines, *self.trouble(8, NAMES)]) + "\n"

    def trouble(self, one_in: int, own: list[str]) -> list[str]:
        """Does something to names of its own."""
        functions = [name for name in FUNCTIONS if name in own]
        classes = [name for name in CLASSES if name in own]
        if not (functions and classes and "VALUES" in own and self.chance(one_in)):
            return []
        names = {"f": functions, "f2": functions, "c": classes, "c2": classes}
        line = self.one_of(TROUBLE).format(**{k: self.one_of(v) for k, v in names.items()})
        return line.split("\n")

    def import_line(self, own: str, sources: list[str], name: str) -> str:
        source = self.one_of(sources) if not self.chance(400) else self.one_of(MODULES)
        written = self.relative(source, own) if self.chance(3) else source
        wanted = name
        if source in MODULES and self.chance(5):
            kind = next(k for k in (FUNCTIONS, CLASSES, VALUES) if name in k)
            wanted = self.one_of(kind)
        return f"from {written} import {wanted}" + (f" as {name}" if wanted != name else "")

    def relative(self, source: str, own: str) -> str:
        """The same module by dots, where both are in pkg."""
        package = own if own in PACKAGES else own.rpartition(".")[0]
        if not package.startswith("pkg") or not source.startswith("pkg."):
            return source
        return "." + source[4:] if package == "pkg" else ".." + source[4:]

    def definition(self, name: str, elsewhere: list[str]) -> list[str]:
        if name in FUNCTIONS:
            return self.function(name, "", elsewhere)
        if name in CLASSES:
            return self.klass(name, elsewhere)
        return [self.one_of([line for line in VALUE_LINES if name in line.split("(")[0].split()])]

    def function(self, name: str, indent: str, elsewhere: list[str]) -> list[str]:
        more = [form.format("slow") for form in elsewhere]
        more += [f"pytest.mark.parametrize('x', {form.format('VALUES')})" for form in elsewhere]
        found = [self.one_of([*DECORATORS, *more]) for _ in range(2) if self.chance(6)]
        arguments = ["self"] if indent and "staticmethod" not in found else []
        if any("'x'" in decorator for decorator in found):
            arguments += ["x"] if not self.chance(9) else []
        if self.chance(9):
            arguments.append("fix")
        lines = [f"{indent}@{decorator}" for decorator in found]
        return [*lines, f"{indent}def {name}({', '.join(arguments)}): pass"]

    def klass(self, name: str, elsewhere: list[str]) -> list[str]:
        bases = [form.format(other) for form in elsewhere for other in CLASSES]
        if not bases or self.chance(4):
            bases = ["object", "TestCase", "unittest.TestCase", "", "", "Exception"]
        written = self.one_of(bases)
        if elsewhere and self.chance(6):
            more = self.one_of([form.format(other) for form in elsewhere for other in CLASSES])
            written = ", ".join(dict.fromkeys(filter(None, [more, written])))
        lines = ["@pytest.mark.skip"] if self.chance(8) else []
        lines.append(f"class {name}({written}):")
        if self.chance(10):
            lines += ("    " + self.one_of(IN_CLASS)).split("\n")
        for method in self.some(FUNCTIONS):
            lines += self.function(method, "    ", elsewhere)
        return lines


@st.composite
def trees_of_tests(draw: Draw) -> dict[str, str]:
    """The files of one tree, path to text. Not all can be imported."""
    return TreeWriter(draw).tree()
