"""What the command line selects: files, classes in them, tests, one set of a test's parameters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from _pytest import main

from pytest_dxpy.arguments import resolve_arguments

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest


class Chosen(NamedTuple):
    """An argument that selects something."""

    path: Path
    names: str | None  # what stands behind the file: "TestX::test_y[1]"; None: nothing
    items_only: bool  # a class that it names gives nothing
    module: int  # those of one module give each item once; 0: as often as it is asked for


def choose(config: pytest.Config) -> list[Chosen]:
    """What the command line's arguments select, as ``Session.collect`` goes through them.

    Raises:
        pytest.UsageError: as pytest words it.
    """
    arguments = resolve_arguments(config)
    if not _takes_arguments_as_they_are():
        return [Chosen(argument.path, _names(argument), False, 0) for argument in arguments]
    chosen = []
    for argument, (again, module) in zip(arguments, _repeated(arguments), strict=True):
        names = _names(argument)
        if names is not None or not again:
            chosen.append(Chosen(argument.path, names, again, module))
    return chosen


def shown(names: str) -> str:
    """How pytest names it where there is no such thing: since pytest 9 without parameters."""
    return names if _takes_arguments_as_they_are() else names.partition("[")[0]


def looks_behind(kind: str) -> bool:
    """Whether pytest finds a "test" or "parametrized test" by the names before the last one."""
    return kind == "test" or _takes_arguments_as_they_are()


def _names(argument: main.CollectionArgument) -> str | None:
    if not argument.parts:
        return None
    return "::".join(argument.parts) + (getattr(argument, "parametrization", None) or "")


def _takes_arguments_as_they_are() -> bool:
    """Whether it is pytest 8: later ones leave out what another argument has."""
    return not hasattr(main, "normalize_collection_arguments")


class _Node:
    """What pytest makes of a directory, file or class while it looks for an argument."""

    def __init__(self) -> None:
        self.below: dict[object, _Node] = {}
        self.is_collected = False


def _repeated(arguments: Sequence[main.CollectionArgument]) -> list[tuple[bool, int]]:
    """Of each whether pytest 8 gives nothing of it, and a number for the module it is found in.

    It looks for all arguments first, and gives nothing of what it has collected on the way to
    another one. On the way nothing is collected again but the directory of a file that is
    wanted as a whole: all below it gets new nodes then. In the end each item counts once.
    """
    session = _Node()
    found = []
    for argument in arguments:
        paths: list[object] = [*reversed(argument.path.parents), argument.path]
        module = node = _walk(session, session, paths, renews=not argument.parts)
        if argument.parts:
            node = _walk(session, module, argument.parts, renews=False)
        found.append((node, module))
    numbers: dict[_Node, int] = {}
    repeated = []
    for node, module in found:
        repeated.append((node.is_collected, numbers.setdefault(module, len(numbers) + 1)))
        node.is_collected = True
    return repeated


def _walk(session: _Node, node: _Node, steps: Sequence[object], *, renews: bool) -> _Node:
    """Collects down to the last step.

    Args:
        session: has a cache of its own.
        node: from where.
        steps: one for each level.
        renews: the last level is collected even if it was, where it is one of a file.
    """
    for number, step in enumerate(steps, 1):
        is_wanted = renews and number == len(steps) and isinstance(step, Path) and step.is_file()
        if node is not session and (is_wanted or not node.is_collected):
            node.below = {}
            node.is_collected = True
        node = node.below.setdefault(step, _Node())
    return node
