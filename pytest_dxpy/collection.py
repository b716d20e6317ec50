"""Collecting in a worker, with pytest's own Session.

``LazyCollector`` collects one unit (a test file, or another collector below a
directory) when it is asked for it; ``FullCollector`` has collected everything
before the first test and only looks up.

Four traps of pytest, all silent, shaped this module:

- FixtureManager keys the fixtures of conftests by the Directory *node*, and
  SetupState compares nodes by identity: a directory's node must be made once in
  a process. So the session's caches are kept between units, and a file's node
  is taken from its directory's listing.
- ``FixtureManager.pytest_collection_finish`` drops ``_pending_conftests``, the
  fixtures of initial conftests whose directory has not been collected yet.
- Plugins look at ``session.items`` in ``pytest_collection_finish``: they must
  see the new items alone, or they count the others again.
- A collection takes the handlers of ``log_cli`` and ``log_file`` away at its end,
  the same ones that the run loop around it has put there.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections import Counter, deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from _pytest import main, nodes

from pytest_dxpy import native, protocol
from pytest_dxpy.arguments import resolve_arguments

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

Unit = tuple[str, int]  # key, index of its argument


@contextlib.contextmanager
def at_directory(start: str) -> Generator[None]:
    """Collect where plain pytest collects, whereto ever a test has changed."""
    try:
        directory = os.getcwd()  # noqa: PTH109
    except OSError:  # it was removed
        directory = start
    os.chdir(start)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.chdir(directory)


class Collector(Protocol):
    """What a worker needs of either collector."""

    def discover(self) -> list[tuple[str, int, int]]:
        """Every unit, in pytest's order: (key, argument, size in bytes)."""

    def collect(self, key: str, argument: int) -> list[pytest.Item]:
        """The items of a unit, in the order in which they run."""

    def next_item(self, key: str, argument: int) -> pytest.Item | None:
        """A stand-in for the unit's first item, before the unit is collected."""


class NextUnit(nodes.Item):
    """An item that never runs: its parents are what the next unit is known to have.

    ``SetupState.teardown_exact`` looks at nothing else of its next item, so what
    the next file shares (its packages) stays set up and the rest is torn down,
    before the next file is imported.
    """

    def runtest(self) -> None:
        """Never called."""
        raise NotImplementedError


def next_unit(parent: nodes.Collector) -> pytest.Item:
    """A stand-in below ``parent``."""
    return NextUnit.from_parent(parent, name="dxpy-next-unit")


class LazyCollector:
    """Collects unit by unit, in one session that is kept as if it collected once."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        self._config = session.config
        self._arguments = resolve_arguments(session.config)
        self._reported: set[nodes.Node] = set()
        # What is asked for with each unit, and is the same for all in a folder. Nodes of
        # folders stay as long as the session.
        self._chains: dict[tuple[int, Path], list[nodes.Directory]] = {}  # by argument and folder
        self._inside: dict[nodes.Directory, tuple[list[Any], dict[Path, list[Any]]]] = {}
        # A unit may come twice: its rest, or a part that another worker had. pytest 8 passes
        # over what it has collected before.
        self._generated: dict[Unit, list[pytest.Item]] = {}
        self._wanted: Unit | None = None
        self._items: list[pytest.Item] = []
        self._prepare()

    def _prepare(self) -> None:
        """What ``perform_collect`` sets up at its beginning, for all units at once."""
        session: Any = self._session
        paths = [argument.path for argument in self._arguments]
        session._initialpaths = frozenset(paths)
        session._initialpaths_with_parents = frozenset(
            path for own in paths for path in (own, *own.parents)
        )
        session._notfound = []
        session._collection_cache = {}
        session.items = []
        roots: dict[Path, Sequence[nodes.Collector]] = {}
        collect_path = type(session)._collect_path
        session._collect_path = lambda path, _cache: collect_path(session, path, roots)
        # pytest's own pytest_collection hook calls this, inside everybody's wrappers.
        session.perform_collect = self._perform
        session.ihook.pytest_collectstart(collector=session)

    def discover(self) -> list[tuple[str, int, int]]:
        """Every unit, in pytest's order. Imports conftests, and no test file."""
        found: dict[Unit, int] = {}
        seen: set[str] = set()
        for index, argument in enumerate(self._arguments):
            for path in self._paths_of(argument):
                key = str(path)
                if key not in seen:
                    seen.add(key)
                    found[key, index] = _size(path)
        return [(key, argument, size) for (key, argument), size in found.items()]

    def _paths_of(self, argument: main.CollectionArgument) -> Iterator[Path]:
        if argument.parts or argument.path.is_file():
            yield argument.path
            return
        for node in self._match(argument):
            yield from self._walk(node)

    def _walk(self, node: nodes.Collector | nodes.Item) -> Iterator[Path]:
        if isinstance(node, nodes.Directory):
            for child in self._listing(node):
                yield from self._walk(child)
        else:
            yield node.path

    def collect(self, key: str, argument: int) -> list[pytest.Item]:
        """The unit's items, through the real ``pytest_collection`` hook."""
        self._wanted = (key, argument)
        self._items = []
        self._config.hook.pytest_collection(session=self._session)
        self._log_on()
        return self._items

    def _log_on(self) -> None:
        """Have logging's handlers of the run loop again, which a collection takes away."""
        plugin: Any = self._config.pluginmanager.getplugin("logging-plugin")
        if plugin is not None:
            for handler in (plugin.log_cli_handler, plugin.log_file_handler):
                logging.root.addHandler(handler)

    def next_item(self, key: str, argument: int) -> pytest.Item:
        """A stand-in below the directory of the unit's file."""
        parents = self._parents(Path(key), argument)
        return next_unit(parents[-1] if parents else self._session)

    def _match(self, argument: main.CollectionArgument) -> list[Any]:
        """The nodes that an argument stands for, as ``Session.collect`` finds them."""
        session: Any = self._session
        session._initial_parts = [argument]
        try:
            return list(session.collect())
        finally:
            session._initial_parts = []

    def _listing(self, directory: nodes.Directory) -> list[Any]:
        """What the directory holds; its report is sent once."""
        session: Any = self._session
        report, _ = session._collect_one_node(directory)
        if directory not in self._reported:
            self._reported.add(directory)
            directory.ihook.pytest_collectreport(report=report)
        return report.result if report.passed else []

    def _at(self, directory: nodes.Directory, path: Path) -> list[Any]:
        """What the directory holds under a path."""
        listing = self._listing(directory)
        known, by_path = self._inside.get(directory, (None, {}))
        if known is not listing:
            by_path = {}
            for node in listing:
                by_path.setdefault(node.path, []).append(node)
            self._inside[directory] = listing, by_path
        return by_path.get(path, [])

    def _parents(self, path: Path, index: int) -> list[nodes.Directory]:
        """The chain of directory nodes from the argument's own down to the file's."""
        argument = self._arguments[index]
        if argument.path == path:
            above = self._argument_above(argument)
            found = self._match(above) if above is not None else []
            return [node for node in found if isinstance(node, nodes.Directory)]
        folder = path.parent
        chain = self._chains.get((index, folder))
        if chain is None:
            chain = self._chains[index, folder] = self._find_chain(folder, argument)
        return chain

    def _find_chain(self, folder: Path, argument: main.CollectionArgument) -> list[nodes.Directory]:
        chain: list[nodes.Directory] = []
        level = self._match(argument)
        for path in (*reversed(folder.parents), folder):
            inside = [node for node in level if node.path == path]
            if inside and isinstance(inside[0], nodes.Directory):
                chain.append(inside[0])
                level = self._listing(inside[0])
        return chain

    def _argument_above(self, argument: main.CollectionArgument) -> main.CollectionArgument | None:
        """The argument that stands for the file's directory, where pytest starts above the file."""
        above = argument.path.parent
        module = argument.module_name
        if module is None:
            if not self._config.pluginmanager._is_in_confcutdir(above):
                return None
        else:
            module = module.rpartition(".")[0]
            if not module or above.stem != module.rpartition(".")[2]:
                return None
        changes: dict[str, Any] = {"path": above, "parts": (), "module_name": module}
        if hasattr(argument, "parametrization"):
            changes["parametrization"] = None
        import dataclasses  # noqa: PLC0415

        return dataclasses.replace(argument, **changes)

    def _starts(self, key: str, index: int) -> list[Any]:
        """The nodes from which the unit's items are generated."""
        argument, path = self._arguments[index], Path(key)
        if argument.parts:
            same = [other for other in self._arguments if other.parts and other.path == path]
            return [node for other in same for node in self._match(other)]
        parents = self._parents(path, index)
        if not parents:
            return self._match(argument) if argument.path == path else []
        return self._at(parents[-1], path)

    def _perform(self, args: object = None, genitems: bool = True) -> list[pytest.Item]:
        """Stands in for ``Session.perform_collect``: the wanted unit alone."""
        del args, genitems
        if self._wanted is None:  # pytest's own call, before the loop
            return []
        session: Any = self._session
        items: list[pytest.Item] = []
        session.items = items
        try:
            items.extend(self._generated.get(self._wanted, ()) or self._generate(self._wanted))
            self._config.pluginmanager.check_pending()
            self._config.hook.pytest_collection_modifyitems(
                session=session, config=self._config, items=items
            )
        finally:
            self._finish()
        session.testscollected += len(items)
        self._items = items
        return items

    def _generate(self, unit: Unit) -> list[pytest.Item]:
        session: Any = self._session
        items = [item for start in self._starts(*unit) for item in session.genitems(start)]
        self._raise_not_found()
        self._generated[unit] = items
        return items

    def _finish(self) -> None:
        manager: Any = self._session._fixturemanager
        pending = dict(getattr(manager, "_pending_conftests", {}))
        self._config.hook.pytest_collection_finish(session=self._session)
        if pending:
            manager._pending_conftests.update(pending)

    def _raise_not_found(self) -> None:
        session: Any = self._session
        notfound, session._notfound = session._notfound, []
        if notfound:
            raise pytest.UsageError(
                *(
                    f"not found: {argument}\n(no match in any of {collectors!r})"
                    if collectors
                    else f"found no collectors for {argument}"
                    for argument, collectors in notfound
                )
            )


class FullCollector:
    """Looks units up in what ``Session.perform_collect`` has collected.

    A unit is a file, in the order in which its items stand in ``session.items``;
    with ``by_group`` the tests marked with the same ``xdist_group`` are one.
    """

    def __init__(self, session: pytest.Session, *, by_group: bool) -> None:
        self._units: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            self._units.setdefault(_group(item) if by_group else str(item.path), []).append(item)

    def discover(self) -> list[tuple[str, int, int]]:
        """Every unit, by its first item's place."""
        return [(key, 0, _size(items[0].path)) for key, items in self._units.items()]

    def collect(self, key: str, argument: int) -> list[pytest.Item]:
        """The unit's items."""
        del argument
        return list(self._units.get(key, ()))

    def next_item(self, key: str, argument: int) -> pytest.Item | None:
        """The unit's first item itself."""
        items = self.collect(key, argument)
        return items[0] if items else None


def _group(item: pytest.Item) -> str:
    mark = item.get_closest_marker("xdist_group")
    if mark is None:
        return str(item.path)
    name = mark.args[0] if mark.args else mark.kwargs.get("name", "default")
    return f"@{name}"


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116  # a name may be a fake file system's
    except OSError:
        return 0


def choose(items: list[pytest.Item], only: list[bytes], skip: list[bytes]) -> list[pytest.Item]:
    """The items of ``only``, in that order (empty: all), less those of ``skip``.

    Both are lists of node ids; one that stands for several items stands there as often.
    """
    unwanted = Counter(skip)
    left: dict[bytes, deque[pytest.Item]] = {}
    chosen = []
    for item in items:
        node_id = native.encode_id(item.nodeid)
        if unwanted[node_id] > 0:
            unwanted[node_id] -= 1
        elif only:
            left.setdefault(node_id, deque()).append(item)
        else:
            chosen.append(item)
    return chosen + [left[node_id].popleft() for node_id in only if left.get(node_id)]


def entries(items: list[pytest.Item]) -> list[tuple[bytes, bytes, int, bytes]]:
    """What the controller is told of items, encoded."""
    return native.encode_items([protocol.Item(item.nodeid, item.location) for item in items])
