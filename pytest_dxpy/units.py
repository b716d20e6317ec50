"""What a run consists of: its units, and what is known of each."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING

from pytest_dxpy import native, walk
from pytest_dxpy.arguments import resolve_arguments

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest
    from _pytest.main import CollectionArgument

    from pytest_dxpy.protocol import Item
    from pytest_dxpy.records import Records

# What a file that never ran is expected to take: pytest's own time for a test of
# a few lines, by the length of the file. Only the ratio to recorded files matters.
SECONDS_PER_BYTE = 4e-6
LEAST_SECONDS = 1e-3
# What a worker must find in a file that others run, to be started for it.
SECONDS_PER_WORKER = 0.1
# A test that takes so long is remembered by itself, up to so many in a file.
SLOW_SECONDS = 0.05
MOST_SLOW = 256
TESTS_PER_WORKER = 20
# No node id: "run just this" is then "collect it, and run nothing".
NO_TEST = ""


@dataclasses.dataclass(eq=False, repr=False)
class Unit:
    """A piece of work, and how far it is."""

    key: str  # a file's path, or a group's name
    argument: int
    cost_seconds: float
    recorded: bool = False  # the cost was measured, not guessed
    position: int = 0  # its place in pytest's order
    only: list[str] = dataclasses.field(default_factory=list)  # run these, in order; empty: all
    skip: list[str] = dataclasses.field(default_factory=list)
    expected_tests: int = 0
    known: bool = False  # expected_tests is remembered, and the file is the same
    worker: int | None = None
    alone: bool = False  # it was the first that its worker collected
    again: bool = False  # the rest of a unit whose worker died
    partial: bool = False  # the command line, or who repeats it, names some of its tests
    items: list[Item] | None = None  # collected
    ran: set[int] = dataclasses.field(default_factory=set)
    order: dict[int, list[int]] = dataclasses.field(default_factory=dict)  # as they ran, by worker
    failed: bool = False
    narrowed: bool = False  # an option or a hook took some of its tests away
    proven: bool | None = None  # whether its file needs no other; None: not looked up
    start_seconds: float = -1.0  # what each worker needs that shares it; -1: not to be shared
    whole: bool = False  # never to be shared
    exclusive: bool = False  # it uses what can't live twice: one worker runs all such units
    spans: dict[int, list[range]] = dataclasses.field(default_factory=dict)  # items by worker
    sharing: set[int] = dataclasses.field(default_factory=set)  # workers that are not through
    spent_seconds: float = 0.0  # by those that are
    known_slow: list[tuple[int, float]] = dataclasses.field(default_factory=list)  # as recorded
    slow: dict[int, float] = dataclasses.field(default_factory=dict)  # seconds by item
    unaffected: list[str] = dataclasses.field(default_factory=list)  # node ids; part of `skip`
    listed: list[str] | None = None  # node ids of all that was collected, where some are skipped
    unreadable: bool = False  # it could not be collected
    seen: bool = False  # another worker has collected it, and told what there is to be told
    piece: bool = False  # other workers run some of the file, as in a run that is repeated

    def copy(self) -> Unit:
        """The same tests, to run once more."""
        return Unit(self.key, self.argument, 0.0, position=self.position)

    def hand_on(self) -> Unit:
        """The same unit, for the one worker that runs what is exclusive; this one has no tests."""
        self.again = True
        return dataclasses.replace(
            self, exclusive=True, seen=True, again=False, worker=None, sharing=set(), spans={}
        )

    @property
    def tests(self) -> int:
        """How many tests it has, as far as is known."""
        return len(self.items) if self.items is not None else self.expected_tests

    @property
    def all_ids(self) -> list[str]:
        """The node ids of all its tests, once collected, also of those that are skipped."""
        return self.listed if self.listed is not None else self.ids(range(len(self.items or ())))

    def give(self, worker: int, first: int) -> None:
        """A worker gets the items from ``first`` on, as far as their worker had them."""
        for spans in self.spans.values():
            for number, span in enumerate(spans):
                if first in span:
                    spans[number] = range(span.start, first)
                    self.spans.setdefault(worker, []).append(range(first, span.stop))
                    return

    @property
    def split(self) -> bool:
        """Whether its items went to more than one worker."""
        return len(self.spans) > 1 or self.piece

    def left(self, worker: int) -> set[int]:
        """Positions of the items that a worker has and has not run."""
        return {n for span in self.spans.get(worker, ()) for n in span if n not in self.ran}

    def note_run(self, worker: int, item: int, seconds: float) -> None:
        """A worker has run an item."""
        self.ran.add(item)
        if seconds >= SLOW_SECONDS:
            self.slow[item] = seconds
        self.order.setdefault(worker, []).append(item)

    def slowest(self) -> list[tuple[int, float]]:
        """The items that took longest, by position, with their seconds."""
        return sorted(sorted(self.slow.items(), key=lambda one: -one[1])[:MOST_SLOW])

    def ids_up_to(self, positions: Iterable[int]) -> list[str]:
        """The node ids of the file's tests up to the last of these items, whoever runs them."""
        if self.listed is None or not self.only:
            return self.ids(range(max(positions) + 1))
        wanted = set(self.ids(positions))
        last = max(place for place, one in enumerate(self.listed) if one in wanted)
        return self.listed[: last + 1]

    def ids(self, positions: Iterable[int]) -> list[str]:
        """The node ids of items."""
        items = self.items or []
        return [items[position].node_id for position in positions]


def hints(config: pytest.Config, records: Records) -> list[Unit]:
    """The units that a walk of the file system finds, before any conftest can object.

    Real collection in a worker corrects them.

    Raises:
        pytest.UsageError: an argument names no file.
    """
    arguments = resolve_arguments(config)
    found = _walk(config, arguments)
    units: list[Unit] = []
    seen: set[str] = set()
    for path, argument, size, mtime_ns in found:
        if path not in seen:
            seen.add(path)
            unit = make_unit(path, argument, size, mtime_ns, records)
            if arguments[argument].parts:
                unit.partial, unit.known, unit.expected_tests = True, False, 1
            unit.position = len(units)
            units.append(unit)
    _estimate(units)
    return units


def _walk(
    config: pytest.Config, arguments: list[CollectionArgument]
) -> list[tuple[str, int, int, int]]:
    roots = [os.fsencode(argument.path) for argument in arguments]
    files, _, _ = native.walk(roots, **walk.rules(config))
    return [(os.fsdecode(path), argument, size, mtime) for path, argument, size, mtime in files]


def make_unit(path: str, argument: int, size: int, mtime_ns: int, records: Records) -> Unit:
    """A unit with what is remembered of its file."""
    record = records.files.get(path)
    exclusive = records.is_exclusive(path)
    if record is None or record.seconds <= 0:
        guess = LEAST_SECONDS + size * SECONDS_PER_BYTE
        return Unit(path, argument, guess, exclusive=exclusive)
    known = record.tests >= 0 and (record.size_bytes, record.mtime_ns) == (size, mtime_ns)
    tests = record.tests if known else 0
    return Unit(
        path,
        argument,
        record.seconds,
        recorded=True,
        expected_tests=tests,
        known=known,
        start_seconds=record.start_seconds,
        whole=records.is_whole(path),
        known_slow=record.slow if known else [],
        exclusive=exclusive,
    )


def shares(unit: Unit) -> int:
    """How many workers a unit can keep busy, as far as can be told before it runs."""
    if unit.partial or unit.whole or unit.exclusive:
        return 1
    if not unit.recorded:
        return 1 + unit.expected_tests // TESTS_PER_WORKER
    if unit.start_seconds < 0:
        return 1
    return 1 + max(0, int((unit.cost_seconds - unit.start_seconds) / SECONDS_PER_WORKER))


def _estimate(units: list[Unit]) -> None:
    """Guess from its source how many tests a file has that is not remembered."""
    unknown = [unit for unit in units if not (unit.known or unit.partial)]
    counts = native.count_tests([os.fsencode(unit.key) for unit in unknown])
    for unit, count in zip(unknown, counts, strict=True):
        unit.expected_tests = max(count, 0)
