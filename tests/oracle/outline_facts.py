"""The facts of a Python file, as CPython's own parser sees them and as our readers do."""

import ast
import re
import tokenize
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

BLOCKS = ("function", "class", "if", "try", "with", "loop", "match")
DEFINITIONS = {
    ast.FunctionDef: "function",
    ast.AsyncFunctionDef: "async function",
    ast.ClassDef: "class",
}
BLOCK_OF = {
    "If": "if",
    "For": "loop",
    "AsyncFor": "loop",
    "While": "loop",
    "Try": "try",
    "TryStar": "try",
    "With": "with",
    "AsyncWith": "with",
    "Match": "match",
}


@dataclass(frozen=True)
class Place:
    """The blocks around a statement."""

    owner: str = "module"
    owner_kind: str = "module"
    within: frozenset[str] = frozenset()
    conditional: bool = False

    def __str__(self) -> str:
        return f"in {self.owner} {' '.join(sorted(self.within, key=BLOCKS.index))}"


@dataclass
class AstReader:
    """Reads the facts from CPython's syntax tree."""

    definitions: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)

    def read(self, body: list[ast.stmt], place: Place) -> None:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self._definition(node, place)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                self._import(node, place)
            elif kind := BLOCK_OF.get(type(node).__name__):
                inner = Place(place.owner, place.owner_kind, place.within | {kind}, True)
                for part in parts_of(node):
                    self.read(part, inner)

    def _definition(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, place: Place
    ) -> None:
        kind = DEFINITIONS[type(node)]
        self.definitions.append(
            f"{node.lineno}-{node.end_lineno} {kind} {node.name} column {node.col_offset} {place}"
            f"{' method' * (place.owner_kind == 'class' and kind != 'class')}"
            f"{' conditional' * place.conditional}"
            f" decorators {[expression_of(decorator) for decorator in node.decorator_list]}"
            f" bases {bases_of(node)}"
        )
        block = kind.split()[-1]
        owner = f"{node.name}:{node.lineno}"
        self.read(node.body, Place(owner, block, place.within | {block}))

    def _import(self, node: ast.Import | ast.ImportFrom, place: Place) -> None:
        module, level = "", 0
        if isinstance(node, ast.ImportFrom):
            module, level = node.module or "", node.level
        names = ", ".join(f"{alias.name} as {alias.asname or ''}" for alias in node.names)
        self.imports.append(
            f"{node.lineno}-{node.end_lineno} from {'.' * level}{module} import {names} {place}"
        )


def parts_of(node: Any) -> Iterator[list[ast.stmt]]:
    """The bodies of a compound statement, in source order."""
    for case in getattr(node, "cases", ()):
        yield case.body
    yield getattr(node, "body", [])
    for handler in getattr(node, "handlers", ()):
        yield handler.body
    yield getattr(node, "orelse", [])
    yield getattr(node, "finalbody", [])


def expression_of(node: ast.expr) -> str:
    """An expression and its line, without its layout."""
    return f"{node.lineno}: {ast.dump(node)}"


def bases_of(node: ast.AST) -> str:
    """A class's bases and keywords, without their layout."""
    if not isinstance(node, ast.ClassDef):
        return ""
    return ", ".join(ast.dump(base) for base in [*node.bases, *node.keywords])


def parse(source: bytes | str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes that are none, and the like
        return ast.parse(source)


def facts_of_ast(source: bytes) -> list[str]:
    """What CPython sees, as lines. Raises SyntaxError or ValueError."""
    reader = AstReader()
    reader.read(parse(source).body, Place())
    return reader.definitions + reader.imports


def encoding_of(source: bytes) -> str:
    return tokenize.detect_encoding(iter(source.splitlines(keepends=True)).__next__)[0]


@dataclass
class OutlineReader:
    """Puts what a reader of ours saw in the form of facts_of_ast."""

    outline: dict[str, Any]
    encoding: str

    def facts(self) -> list[str]:
        definitions = [self._definition(d) for d in self.outline["definitions"]]
        return definitions + [self._import(i) for i in self.outline["imports"]]

    def _text(self, name: bytes) -> str:
        return unicodedata.normalize("NFKC", name.decode(self.encoding))

    def _place(self, fact: dict[str, Any]) -> str:
        owner = "module"
        if fact["enclosing"] is not None:
            definition = self.outline["definitions"][fact["enclosing"]]
            owner = f"{self._text(definition['name'])}:{definition['first_line']}"
        return f"in {owner} {' '.join(fact['within'])}"

    def _definition(self, d: dict[str, Any]) -> str:
        decorators = self.outline["decorators"][slice(*d["decorators"])]
        return (
            f"{d['first_line']}-{d['last_line']} {d['kind']} {self._text(d['name'])} "
            f"column {d['column']} {self._place(d)}"
            f"{' method' * (d['is_method'] and d['kind'] != 'class')}"
            f"{' conditional' * d['is_conditional']}"
            f" decorators {[self._decorator(x) for x in decorators]}"
            f" bases {bases_of(self._parsed(b'class _(', d['bases'], b'): pass'))}"
        )

    def _decorator(self, decorator: dict[str, Any]) -> str:
        # The span counts brackets around the whole, CPython's first line does not.
        expression = self._parsed(b"(", decorator["text"], b")").value
        return f"{decorator['line'] + expression.lineno - 1}: {ast.dump(expression)}"

    def _parsed(self, before: bytes, span: bytes, after: bytes) -> Any:
        return parse((before + span + b"\n" + after).decode(self.encoding)).body[0]

    def _import(self, i: dict[str, Any]) -> str:
        names = ", ".join(
            f"{self._text(name)} as {self._text(alias)}" for name, alias in i["names"]
        )
        return (
            f"{i['first_line']}-{i['last_line']} from {'.' * i['level']}{self._text(i['module'])} "
            f"import {names or '* as '} {self._place(i)}"
        )


def facts(outline: dict[str, Any], source: bytes) -> list[str]:
    return OutlineReader(outline, encoding_of(source)).facts()


def check_spans(outline: dict[str, Any]) -> None:
    """A definition's text has the lines and the beginning that its numbers say."""
    for d in outline["definitions"]:
        newlines = len(re.findall(rb"\r\n|\r|\n", d["text"]))
        assert newlines == d["last_line"] - d["decorator_line"], d
        assert d["text"].startswith((b"@", b"def", b"class", b"async")), d


def without_text(outline: dict[str, Any]) -> dict[str, Any]:
    """For comparing two readers: tree-sitter does not count a ';' as a part of its statement."""
    definitions = [{**d, "text": d["text"].rstrip(b"; \t\f\\\r\n")} for d in outline["definitions"]]
    return {**outline, "definitions": definitions}
