"""The facts of a Python file, as CPython's own parser sees them and as our readers do."""

import ast
import re
import tokenize
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
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
    block: str = "none"

    def __str__(self) -> str:
        return f"in {self.owner} {' '.join(sorted(self.within, key=BLOCKS.index))}"


@dataclass
class AstReader:
    """Reads the facts from CPython's syntax tree."""

    definitions: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)

    def read(self, body: list[ast.stmt], place: Place) -> None:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self._definition(node, place)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                self._import(node, place)
            elif kind := BLOCK_OF.get(type(node).__name__):
                self._compound(node, kind, place)
            elif "function" not in place.within:
                place_of = f"in {place.owner} block {place.block}"
                self.statements.append(f"{node.lineno} {ast.dump(node)} {place_of}")

    def _compound(self, node: Any, kind: str, place: Place) -> None:
        if isinstance(node, ast.Match):
            match = self._block("match", [node.subject], place, "none")
            place = replace(place, block=match)
        previous = "none"
        for header, parts, body in clauses_of(node):
            block = self._block(header, parts, place, previous)
            previous = "none" if header == "case" else block
            self.read(
                body, replace(place, within=place.within | {kind}, conditional=True, block=block)
            )

    def _block(self, header: str, parts: list[Any], place: Place, previous: str) -> str:
        """Notes a block that is in no function, and names it."""
        if "function" in place.within:
            return "none"
        self.blocks.append(
            f"{header} {[dumped(part) for part in parts]} in {place.owner} "
            f"block {place.block} after {previous}"
        )
        return str(len(self.blocks) - 1)

    def _definition(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, place: Place
    ) -> None:
        kind = DEFINITIONS[type(node)]
        self.definitions.append(
            f"{node.lineno}-{node.end_lineno} {kind} {node.name} column {node.col_offset} {place}"
            f"{' method' * (place.owner_kind == 'class' and kind != 'class')}"
            f"{' conditional' * place.conditional}"
            f" decorators {[expression_of(decorator) for decorator in node.decorator_list]}"
            f" bases {bases_of(node)} parameters {parameters_of(node)} block {place.block}"
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
            f"{node.lineno}-{node.end_lineno} from {'.' * level}{module} import {names} {place} "
            f"block {place.block}"
        )


def dumped(node: Any) -> Any:
    return ast.dump(node) if isinstance(node, ast.AST) else node


def clauses_of(node: Any) -> Iterator[tuple[str, list[Any], list[ast.stmt]]]:
    """The parts of a compound statement, in source order: keyword, what its header holds, body."""
    for case in getattr(node, "cases", ()):
        yield "case", [case.pattern, case.guard], case.body
    if hasattr(node, "body"):
        parts = [getattr(node, name, None) for name in ("test", "target", "iter")]
        yield (
            type(node).__name__.removesuffix("Star"),
            parts + list(getattr(node, "items", ())),
            node.body,
        )
    for handler in getattr(node, "handlers", ()):
        yield "except", [handler.type, handler.name], handler.body
    orelse = getattr(node, "orelse", [])
    if isinstance(node, ast.If) and is_elif(node, orelse):
        yield from clauses_of(orelse[0])
    elif orelse:
        yield "else", [], orelse
    if finalbody := getattr(node, "finalbody", []):
        yield "finally", [], finalbody


def is_elif(node: ast.If, orelse: list[ast.stmt]) -> bool:
    return (
        len(orelse) == 1
        and isinstance(orelse[0], ast.If)
        and orelse[0].col_offset == node.col_offset
    )


def clause_of_header(header: str) -> tuple[str, list[Any]]:
    """The same of one header."""
    word = re.match(r"[a-z]+", header)
    keyword = word[0] if word else ""
    if keyword == "match":
        return "match", [parsed(f"{header}:\n case _: pass").subject]
    if keyword in ("else", "finally"):
        return keyword, []
    if keyword == "case":
        node = parsed(f"match _:\n {header}: pass")
    elif keyword == "except":
        node = parsed(f"try: pass\n{header}: pass")
        return next((name, parts) for name, parts, _ in clauses_of(node) if name == "except")
    elif keyword == "try":
        node = parsed(f"{header}: pass\nfinally: pass")
    elif keyword == "async":
        node = parsed(f"async def _():\n {header}: pass").body[0]
    else:
        node = parsed(f"{header.removeprefix('el')}: pass")
    return next((name, parts) for name, parts, _ in clauses_of(node))


def parsed(source: str) -> Any:
    return parse(source).body[0]


def expression_of(node: ast.expr) -> str:
    """An expression and its line, without its layout."""
    return f"{node.lineno}: {ast.dump(node)}"


def bases_of(node: ast.AST) -> str:
    """A class's bases and keywords, without their layout."""
    if not isinstance(node, ast.ClassDef):
        return ""
    return ", ".join(ast.dump(base) for base in [*node.bases, *node.keywords])


def parameters_of(node: ast.AST) -> str:
    """A function's parameters, without their layout."""
    return "" if isinstance(node, ast.ClassDef) else ast.dump(node.args)  # type: ignore[attr-defined]


def parse(source: bytes | str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes that are none, and the like
        return ast.parse(source)


def facts_of_ast(source: bytes) -> list[str]:
    """What CPython sees, as lines. Raises SyntaxError or ValueError."""
    reader = AstReader()
    reader.read(parse(source).body, Place())
    return reader.definitions + reader.imports + reader.blocks + reader.statements


def encoding_of(source: bytes) -> str:
    return tokenize.detect_encoding(iter(source.splitlines(keepends=True)).__next__)[0]


@dataclass
class OutlineReader:
    """Puts what a reader of ours saw in the form of facts_of_ast."""

    outline: dict[str, Any]
    encoding: str

    def facts(self) -> list[str]:
        definitions = [self._definition(d) for d in self.outline["definitions"]]
        imports = [self._import(i) for i in self.outline["imports"]]
        blocks = [self._block(block) for block in self.outline["blocks"]]
        return (
            definitions
            + imports
            + blocks
            + [self._statement(statement) for statement in self.outline["statements"]]
        )

    def _text(self, name: bytes) -> str:
        return unicodedata.normalize("NFKC", name.decode(self.encoding))

    def _place(self, fact: dict[str, Any]) -> str:
        return f"in {self._owner(fact)} {' '.join(fact['within'])}"

    def _owner(self, fact: dict[str, Any]) -> str:
        if fact["enclosing"] is None:
            return "module"
        definition = self.outline["definitions"][fact["enclosing"]]
        return f"{self._text(definition['name'])}:{definition['first_line']}"

    def _block(self, block: dict[str, Any]) -> str:
        keyword, parts = clause_of_header(block["header"].decode(self.encoding))
        return (
            f"{keyword} {[dumped(part) for part in parts]} in {self._owner(block)} "
            f"block {number(block['outer'])} after {number(block['previous'])}"
        )

    def _statement(self, statement: dict[str, Any]) -> str:
        text = statement["text"].decode(self.encoding)
        node = parsed(text)
        return (
            f"{statement['line']} {ast.dump(node)} in {self._owner(statement)} "
            f"block {number(statement['block'])}"
        )

    def _definition(self, d: dict[str, Any]) -> str:
        decorators = self.outline["decorators"][slice(*d["decorators"])]
        return (
            f"{d['first_line']}-{d['last_line']} {d['kind']} {self._text(d['name'])} "
            f"column {d['column']} {self._place(d)}"
            f"{' method' * (d['is_method'] and d['kind'] != 'class')}"
            f"{' conditional' * d['is_conditional']}"
            f" decorators {[self._decorator(x) for x in decorators]}"
            f" bases {bases_of(self._parsed(b'class _(', d['bases'], b'): pass'))}"
            f" parameters {self._parameters(d)} block {number(d['block'])}"
        )

    def _parameters(self, d: dict[str, Any]) -> str:
        if d["kind"] == "class":
            return ""
        return parameters_of(self._parsed(b"def _(", d["parameters"], b"): pass"))

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
            f"import {names or '* as '} {self._place(i)} block {number(i['block'])}"
        )


def number(block: int | None) -> str:
    return "none" if block is None else str(block)


def facts(outline: dict[str, Any], source: bytes) -> list[str]:
    return OutlineReader(outline, encoding_of(source)).facts()


def check_spans(outline: dict[str, Any]) -> None:
    """A definition's text has the lines and the beginning that its numbers say."""
    for d in outline["definitions"]:
        newlines = len(re.findall(rb"\r\n|\r|\n", d["text"]))
        assert newlines == d["last_line"] - d["decorator_line"], d
        assert d["text"].startswith((b"@", b"def", b"class", b"async")), d


def without_text(outline: dict[str, Any]) -> dict[str, Any]:
    """For comparing two readers.

    tree-sitter does not count a ';' as a part of its statement, and tells no blocks.
    """
    definitions = [
        {**d, "text": d["text"].rstrip(b"; \t\f\\\r\n"), "block": None}
        for d in outline["definitions"]
    ]
    imports = [{**i, "block": None} for i in outline["imports"]]
    known = {**outline, "definitions": definitions, "imports": imports}
    return {**known, "blocks": [], "statements": []}
