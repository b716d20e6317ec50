"""Where a file's tests may be divided between workers.

A cut is allowed where the tests on its two sides share nothing: no fixture of
class, module or package scope (``setup_module``, ``setUpClass`` and their like are
such fixtures to pytest) and no mark that ties tests together. A test that assigns
a module's variable ties all tests of its file.
"""

from __future__ import annotations

import dis
import inspect
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TYING_MARKS: Final = frozenset(["dependency", "incremental", "order", "run", "xdist_group"])
_SHARED_SCOPES: Final = frozenset(["class", "module", "package"])
_STORE_GLOBAL: Final = dis.opmap["STORE_GLOBAL"]

_Key = tuple[object, object]  # a fixture's definition, and the index of its parameter


def cuts(items: Sequence[pytest.Item]) -> list[int] | None:
    """The positions at which a file's tests may be divided, ascending.

    Returns:
        An empty list where every position will do, None where none will.
    """
    if len(items) <= 1:
        return None
    fixtures: dict[int, list[tuple[str, object]]] = {}  # by identity of pytest's FuncFixtureInfo
    uses: list[list[_Key]] = []
    parent: object = None
    for item in items:
        if not isinstance(item, pytest.Function):
            return None
        info = id(item._fixtureinfo)
        if info not in fixtures:
            if _assigns_globals(item.obj):
                return None
            fixtures[info] = _shared_fixtures(item)
        known_parent, parent = parent, item.parent
        if _ties(item.own_markers if parent is known_parent else item.iter_markers()):
            return None
        uses.append(_keys(item, fixtures[info]))
    return _between(uses) if any(uses) else []


def _ties(marks: Iterable[pytest.Mark]) -> bool:
    return any(mark.name in _TYING_MARKS for mark in marks)


def _shared_fixtures(item: pytest.Function) -> list[tuple[str, object]]:
    """(name, definition) of the fixtures that an item shares with others."""
    definitions: Any = item._fixtureinfo.name2fixturedefs
    if not definitions:
        return []
    return [
        (name, definition)
        for name, found in definitions.items()
        for definition in found
        if definition.scope in _SHARED_SCOPES and not _does_nothing(name, item.cls)
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


def _keys(item: pytest.Function, fixtures: list[tuple[str, object]]) -> list[_Key]:
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
    if hasattr(function, "__wrapped__"):
        function = inspect.unwrap(function)
    code = getattr(function, "__code__", None)
    return code is not None and _STORE_GLOBAL in code.co_code[::2]
