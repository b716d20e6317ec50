"""Random edits of Python source and of data: one each, at a place that ``ast`` finds."""

from __future__ import annotations

import ast
import copy
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path

OTHERWISE: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.GtE: ast.Lt,
    ast.In: ast.NotIn,  # codespell:ignore notin
    ast.NotIn: ast.In,  # codespell:ignore notin
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda)
LARGEST_DATA = 100_000


@dataclass(frozen=True)
class Mutation:
    """Bytes ``start`` to ``end`` of a file become ``new``."""

    kind: str
    path: Path
    line: int
    start: int
    end: int
    new: bytes

    def content(self) -> bytes:
        """The whole file after it."""
        old = self.path.read_bytes()
        return old[: self.start] + self.new + old[self.end :]

    def is_valid(self) -> bool:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(self.content(), "mutant", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
        return True

    def apply(self) -> None:
        self.path.write_bytes(self.content())

    def describe(self, root: Path) -> str:
        old = self.path.read_bytes()[self.start : self.end].decode(errors="replace")
        new = self.new.decode(errors="replace")
        return (
            f"{self.kind} {self.path.relative_to(root)}:{self.line}: {old[:60]!r} -> {new[:60]!r}"
        )


@dataclass(frozen=True)
class _Place:
    """A node and what it stands in: "function", "class" or "module"."""

    node: ast.AST
    within: str
    fixture: bool = False


def sources(files: list[Path]) -> list[Mutation]:
    """All mutations of these files."""
    return [mutation for path in files for mutation in _of_source(path)]


def choose(found: list[Mutation], chance: random.Random) -> Mutation:
    """One of them that leaves a valid source; each kind is as likely as another."""
    while True:
        kind = chance.choice(sorted({mutation.kind for mutation in found}))
        chosen = chance.choice([mutation for mutation in found if mutation.kind == kind])
        if chosen.kind == "data" or chosen.is_valid():
            return chosen


def data(files: list[Path]) -> list[Mutation]:
    """One other byte in each of these files."""
    found = []
    for path in files:
        content = path.read_bytes()
        if 0 < len(content) < LARGEST_DATA:
            for at in range(0, len(content), max(1, len(content) // 20)):
                new = b"y" if content[at : at + 1] == b"x" else b"x"
                found.append(
                    Mutation("data", path, content.count(b"\n", 0, at) + 1, at, at + 1, new)
                )
    return found


def _of_source(path: Path) -> Iterator[Mutation]:
    content = path.read_bytes()
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return
    starts = [0]
    for line in content.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    if content.startswith(b"\xef\xbb\xbf"):
        return  # columns of the first line do not count the mark
    for place in _places(tree, "module", fixture=False):
        for kind, node, new in _edits(place):
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
            yield Mutation(kind, path, node.lineno, start, end, new.encode())


def _places(node: ast.AST, within: str, *, fixture: bool) -> Iterator[_Place]:
    for child in ast.iter_child_nodes(node):
        yield _Place(child, within, fixture)
        if isinstance(child, ast.JoinedStr):
            continue  # CPython before 3.12 knows no columns in it
        inner, asked = within, fixture
        if isinstance(child, SCOPES):
            inner = "class" if isinstance(child, ast.ClassDef) else "function"
            asked = isinstance(child, FUNCTIONS) and _is_fixture(child)
        yield from _places(child, inner, fixture=asked)


def _is_fixture(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in function.decorator_list)


def _edits(place: _Place) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    """Kind, what is replaced, and the text for it."""
    node = place.node
    if isinstance(node, ast.Constant):
        yield from _constant(node, place.within)
    elif isinstance(node, (ast.BinOp, ast.BoolOp, ast.Compare)):
        yield from _operator(node)
    elif isinstance(node, (ast.If, ast.While, ast.IfExp)):
        yield "condition", node.test, f"(not ({ast.unparse(node.test)}))"
    elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield from _definition(node)
    else:
        yield from _statement(place)


def _statement(place: _Place) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    """Results that become None, and statements that go."""
    node = place.node
    if isinstance(node, ast.Return) and node.value:
        yield ("fixture" if place.fixture else "return"), node, "return None"
    elif isinstance(node, ast.Yield) and node.value and place.fixture:
        yield "fixture", node.value, "None"
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "call", node, "pass"
    elif isinstance(node, ast.Raise):
        yield "raise", node, "pass"


def _constant(node: ast.Constant, within: str) -> Iterator[tuple[str, ast.expr, str]]:
    kind = {"function": "constant", "class": "class value", "module": "module value"}[within]
    value = node.value
    if isinstance(value, bool) or value is None:
        yield kind, node, str(not value)
    elif isinstance(value, (int, float)):
        yield kind, node, repr(value + 1)
    elif isinstance(value, (str, bytes)) and len(value) < 200:
        more = "x" if isinstance(value, str) else b"x"
        yield kind, node, repr(value + more)  # type: ignore[operator]


def _operator(
    node: ast.BinOp | ast.BoolOp | ast.Compare,
) -> Iterator[tuple[str, ast.expr, str]]:
    changed = copy.deepcopy(node)
    operator = changed.ops[0] if isinstance(changed, ast.Compare) else changed.op
    other = OTHERWISE.get(type(operator))
    if other is None:
        return
    if isinstance(changed, ast.Compare):
        changed.ops[0] = other()  # type: ignore[call-overload]
    else:
        changed.op = other()  # type: ignore[assignment]
    yield "operator", node, f"({ast.unparse(changed)})"


def _definition(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    """Decorators, default values, and one more method that nothing names."""
    for decorator in node.decorator_list:
        # A decorator that does nothing, in its place.
        yield "decorator", decorator, "(lambda decorated: decorated)"
    if isinstance(node, ast.ClassDef):
        statement = node.body[0]
        if statement.lineno > node.lineno and not isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
            indent = "\n" + " " * statement.col_offset
            method = f"def __bool__(self):{indent}    return False{indent}"
            yield "new method", statement, method + ast.unparse(statement)
        return
    for default in [*node.args.defaults, *node.args.kw_defaults]:
        if isinstance(default, ast.Constant):
            for _, value, new in _constant(default, "function"):
                yield "default", value, new
