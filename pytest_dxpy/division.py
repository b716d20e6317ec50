"""Where a file's tests may be divided between workers.

A cut is allowed where the tests on its two sides share nothing: no fixture of
class, module or package scope (``setup_module``, ``setUpClass`` and their like are
such fixtures to pytest), no mark that ties tests together, and no set-up of a
plugin's own kind of class or file. A test that assigns a module's variable ties
all tests of its file.
"""

from __future__ import annotations

import dis
import inspect
from typing import TYPE_CHECKING, Any, Final

import pytest
from _pytest import nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TYING_MARKS: Final = frozenset(["dependency", "incremental", "order", "run", "xdist_group"])
_SHARED_SCOPES: Final = frozenset(["class", "module", "package"])
_INERT: Final = frozenset(["super", "setup", "dict", "list", "set"])
_STORE_GLOBAL: Final = dis.opmap["STORE_GLOBAL"]

_Key = tuple[object, object]  # a fixture's definition, and the index of its parameter


def cuts(items: Sequence[pytest.Item]) -> list[int] | None:
    """The positions at which a file's tests may be divided, ascending.

    Returns:
        An empty list where every position will do, None where none will.
    """
    if len(items) <= 1:
        return None
    fixtures: dict[object, list[tuple[str, object]]] = {}  # by what says which it uses
    uses: list[list[_Key]] = []
    parent: nodes.Node | None = None
    for item in items:
        # pytest's FuncFixtureInfo; items of a plugin's or a conftest's own kind have none.
        info = getattr(item, "_fixtureinfo", None)
        key = type(item) if info is None else id(info)
        if key not in fixtures:
            if _assigns_globals(getattr(item, "obj", None)):
                return None
            fixtures[key] = _shared_fixtures(item, info)
        known_parent, parent = parent, item.parent
        if parent is known_parent:
            marks = iter(item.own_markers)
        elif _has_setup(parent):
            return None
        else:
            marks = item.iter_markers()
        if _ties(marks):
            return None
        uses.append(_keys(item, fixtures[key]))
    return _between(uses) if any(uses) else []


def _ties(marks: Iterable[pytest.Mark]) -> bool:
    return any(mark.name in _TYING_MARKS for mark in marks)


def _has_setup(node: nodes.Node | None) -> bool:
    """Whether a class or a file, of a plugin's kind, is set up in a way of its own."""
    while node is not None and not isinstance(node, nodes.Directory | pytest.Session):
        setups = (vars(cls)["setup"] for cls in type(node).__mro__ if "setup" in vars(cls))
        if not all(_only_assigns(setup) for setup in setups):
            return True
        node = node.parent
    return False


def _only_assigns(setup: Any) -> bool:
    """Whether a set-up acquires nothing: it sets attributes, and calls no one but its like."""
    if setup.__module__.startswith("_pytest."):
        return True
    code = getattr(setup, "__code__", None)
    if code is None or any(hasattr(constant, "co_code") for constant in code.co_consts):
        return False
    return all(
        instruction.argval in _INERT
        for instruction in dis.get_instructions(code)
        if instruction.opcode in dis.hasname and instruction.opname != "STORE_ATTR"
    )


def _shared_fixtures(item: pytest.Item, info: Any) -> list[tuple[str, object]]:
    """(name, definition) of the fixtures that an item shares with others."""
    definitions = getattr(info, "name2fixturedefs", None)
    if not definitions:
        return []
    cls = getattr(item, "cls", None)
    return [
        (name, definition)
        for name, found in definitions.items()
        for definition in found
        if definition.scope in _SHARED_SCOPES and not _does_nothing(name, cls)
    ]


def _does_nothing(fixture: str, cls: Any) -> bool:
    """Whether it is pytest's fixture for a ``unittest.TestCase`` without class set-up.

    Every such class has one, since every such class inherits ``setUpClass``.
    """
    if cls is None or fixture != f"_unittest_setUpClass_fixture_{cls.__qualname__}":
        return False
    from unittest import TestCase  # noqa: PLC0415  # its user has imported it

    return all(
        getattr(getattr(cls, name, None), "__func__", None) is getattr(TestCase, name).__func__
        for name in ("setUpClass", "tearDownClass")
    )


def _keys(item: pytest.Item, fixtures: list[tuple[str, object]]) -> list[_Key]:
    if not fixtures:
        return []
    callspec = getattr(item, "callspec", None)
    indices: dict[str, int] = callspec.indices if callspec is not None else {}
    return [(definition, indices.get(name)) for name, definition in fixtures]


def _between(uses: list[list[_Key]]) -> list[int] | None:
    """The positions that no use of a shared fixture reaches across; None: there is none."""
    last = {key: position for position, keys in enumerate(uses) for key in keys}
    found = []
    reach = 0
    for position, keys in enumerate(uses):
        if position > reach:
            found.append(position)
        reach = max([reach, *(last[key] for key in keys)])
    return found or None


def _assigns_globals(function: Any) -> bool:
    """Whether a test's function does so; an item of another kind has none."""
    if hasattr(function, "__wrapped__"):
        function = inspect.unwrap(function)
    code = getattr(function, "__code__", None)
    return code is not None and _STORE_GLOBAL in code.co_code[::2]
