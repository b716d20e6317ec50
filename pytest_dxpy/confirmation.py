"""Failures of lazily collected files, held back until they are confirmed.

A test may need an import that only another test file brings. Plain pytest has
imported all of them when the first test runs; a worker that collects lazily has
not. So a failure there counts only if

1. the file, up to the failing test, fails as well in a worker that has collected
   the whole suite: the failure is confirmed; or
2. it passes there, and passes in a fresh worker that has collected only this
   file: the test is flaky, and its first failure stands. A confirmation must
   never hide a flaky failure.

Where it passes in the full worker and fails again in the fresh one, the file
needs something that its own imports do not bring. That is proven then: the full
worker's outcome is reported, with one note that names the file.

The whole file up to the test runs again, and not the test alone, since a test
may also need the ones before it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_dxpy import protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_dxpy.units import Unit


@dataclasses.dataclass
class Held:
    """A test that failed in a lazy worker, and is not reported yet."""

    item: protocol.Item
    occurrence: int  # a node id may stand for several items; from 0
    reports: list[Any]
    node: object

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from the file's other tests."""
        return self.item.node_id, self.occurrence


class Verdict(NamedTuple):
    """What is reported of a held test."""

    item: protocol.Item
    reports: list[Any]
    node: object


def failing(phases: Iterable[protocol.Phase]) -> bool:
    """Whether one of a test's reports is what pytest counts as a failure."""
    return any(outcome == protocol.FAILED for _, outcome, _, _, _ in phases)


class Job:
    """The confirmation of what failed in one unit.

    Follows a unit that is run again, first in the full worker and then, where
    that passed something, in a fresh one.
    """

    def __init__(self, unit: Unit, held: list[Held], only: list[str]) -> None:
        """Start; ``only`` are the unit's node ids up to its last held test."""
        self.unit = unit
        self.held = held
        self.only = only
        self.fresh = False  # the second stage
        self._full: dict[tuple[str, int], tuple[bool, Verdict]] = {}
        self._fresh: dict[tuple[str, int], bool] = {}
        self._seen: Counter[str] = Counter()

    def ran(self, item: protocol.Item, failed: bool, reports: list[Any], node: object) -> None:
        """A test of the unit has run again."""
        key = (item.node_id, self._seen[item.node_id])
        self._seen[item.node_id] += 1
        if self.fresh:
            self._fresh[key] = failed
        else:
            self._full[key] = (failed, Verdict(item, reports, node))

    def passed_in_full(self) -> list[Held]:
        """The held tests that the full worker does not confirm."""
        return [held for held in self.held if not self._full.get(held.key, (True, None))[0]]

    def begin_fresh(self) -> None:
        """The second stage begins."""
        self.fresh = True
        self._seen.clear()

    @property
    def dependent(self) -> bool:
        """Whether the file is proven to need what other files import."""
        return any(self._fresh.get(held.key, False) for held in self.passed_in_full())

    @property
    def confirmed(self) -> bool:
        """Whether the full worker agreed on every failure."""
        return not self.passed_in_full()

    def verdicts(self) -> list[Verdict]:
        """What is reported of each held test."""
        excused = {held.key for held in self.passed_in_full() if self._fresh.get(held.key, False)}
        return [
            self._full[held.key][1]
            if held.key in excused
            else Verdict(held.item, held.reports, held.node)
            for held in self.held
        ]


def up_to_last(unit: Unit, held: list[Held]) -> list[str]:
    """The unit's node ids up to the last held test."""
    waiting = {one.key for one in held}
    seen: Counter[str] = Counter()
    ids = []
    for item in unit.items or ():
        ids.append(item.node_id)
        waiting.discard((item.node_id, seen[item.node_id]))
        seen[item.node_id] += 1
        if not waiting:
            break
    return ids
