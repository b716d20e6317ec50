"""What CPython's parser says of the parts of a module."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

PLAIN, ATTRIBUTE, PARAMETER, TEXT, VALUE, HEAD = (1 << bit for bit in range(6))

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
UNMENTIONED = {"self", "cls"}


@dataclass
class ModuleFacts:
    """The definitions of a module that are in no function, and the names that it binds."""

    # (kind, qualified name, line of the first decorator, last line), in source order
    definitions: list[tuple[str, str, int, int]] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)  # those of `definitions`
    binds: set[str] = field(default_factory=set)  # at module level

    def read(self, body: list[ast.stmt], owner: str = "") -> None:
        """Adds what stands in one body, ``owner`` being "" or "Class." """
        for node in body:
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                self._add_definition(node, owner)
                continue
            if not owner:
                self.binds.update(names_bound_by(node))
            for inner in bodies(node):
                self.read(inner, owner)

    def _add_definition(self, node: Function | ast.ClassDef, owner: str) -> None:
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        kind = "class" if isinstance(node, ast.ClassDef) else "function"
        self.definitions.append((kind, owner + node.name, first, node.end_lineno or 0))
        if not owner:
            self.binds.add(node.name)
            for part in own_parts(node):
                self.binds.update(stored_names(part))
        if isinstance(node, ast.ClassDef):
            self.read(node.body, f"{owner}{node.name}.")
        else:
            self.functions.append(node)


def module_facts(source: bytes) -> ModuleFacts:
    """Reads a whole module.

    Raises:
        SyntaxError: CPython cannot parse it.
        ValueError: the same.
    """
    facts = ModuleFacts()
    tree = ast.parse(source)
    facts.read(tree.body)
    if ast.get_docstring(tree, clean=False) is not None:
        facts.binds.add("__doc__")
    return facts


def bodies(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a compound statement, in source order."""
    yield getattr(node, "body", [])
    for handler in (*getattr(node, "handlers", []), *getattr(node, "cases", [])):
        yield handler.body
    yield getattr(node, "orelse", [])
    yield getattr(node, "finalbody", [])


def own_parts(node: ast.stmt) -> Iterator[ast.AST]:
    """A statement's children, without the statements in its blocks."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.ExceptHandler, ast.match_case)):
            yield from (
                part for part in ast.iter_child_nodes(child) if not isinstance(part, ast.stmt)
            )
        elif not isinstance(child, ast.stmt):
            yield child


def names_bound_by(node: ast.stmt) -> Iterator[str]:
    """The names that a statement binds, without those in its blocks."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.split(".")[0]
        return
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return
    for handler in getattr(node, "handlers", []):
        if handler.name:
            yield handler.name
    for part in own_parts(node):
        yield from stored_names(part)


def stored_names(part: ast.AST) -> Iterator[str]:
    """Names that are assigned to in an expression; those of comprehensions are their own."""
    if isinstance(part, ast.Lambda):
        return
    if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
        yield part.id
    if isinstance(part, (ast.MatchAs, ast.MatchStar)) and part.name:
        yield part.name
    if isinstance(part, ast.MatchMapping) and part.rest:
        yield part.rest
    for child in ast.iter_child_nodes(part):
        if isinstance(part, ast.comprehension) and child is part.target:
            continue
        yield from stored_names(child)


def mentions(function: Function) -> dict[str, int]:
    """The identifiers in a function, each with how it is mentioned."""
    found: dict[str, int] = {}
    for node in ast.walk(function):
        for name, bits in mentions_of(node):
            if name not in UNMENTIONED:
                found[name] = found.get(name, 0) | bits
    return found


def mentions_of(node: ast.AST) -> Iterator[tuple[str, int]]:
    """What one node mentions."""
    match node:
        case ast.Name(id=name):
            yield name, PLAIN
        case ast.Attribute(attr=name):
            yield name, ATTRIBUTE
        case ast.arg(arg=name) | ast.keyword(arg=str(name)):
            yield name, PARAMETER
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from ((name, PLAIN) for name in names)


class _Effective(ast.NodeTransformer):
    """Drops statements that do nothing."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                documented = name == "body" and isinstance(node, (*FUNCTIONS, *DOCUMENTED))
                setattr(
                    node,
                    name,
                    [
                        each
                        for place, each in enumerate(block)
                        if not does_nothing(each) or (documented and place == 0 and is_text(each))
                    ],
                )
        return node


DOCUMENTED = (ast.Module, ast.ClassDef)


def does_nothing(node: ast.stmt) -> bool:
    """Whether it is `pass`, or a constant."""
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def is_text(node: ast.stmt) -> bool:
    """Whether it is a text: a docstring, where that may stand."""
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


def meaning(source: bytes) -> str:
    """A text that is the same for sources that do the same, but for their lines.

    Raises:
        SyntaxError: CPython cannot parse it.
        ValueError: the same.
    """
    return ast.dump(_Effective().visit(ast.parse(source)))
