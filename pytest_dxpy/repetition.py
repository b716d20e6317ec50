"""A run that repeats another one: who runs what is not decided again.

What a worker had collected and run is pinned to the worker of the same number, as soon
as the first of them has listed what there is. What nobody had run comes at the end:
other files, and other tests of the same ones. Of these it is only known when the file
is collected, so discovery stays open until all that is pinned has been.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Final

from pytest_dxpy.arguments import resolve_arguments
from pytest_dxpy.schedules import Piece, Schedule, Schedules, encode
from pytest_dxpy.units import NO_TEST, Unit
from pytest_dxpy.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_dxpy.run import Run

MOST_NAMED: Final = 10  # tests in a note


def keep(run: Run, schedules: Schedules) -> str:
    """Keep what the workers of a run have done; the run's number, empty where it is not kept."""
    schedule = note_schedule(run)
    if not schedule.pieces:
        return ""
    return schedules.keep(encode(str(run.config.rootpath), schedule))


def note_schedule(run: Run) -> Schedule:
    """What the workers of a run have collected and run so far."""
    beginning: list[list[Piece]] = []
    late: list[list[Piece]] = []
    ids: dict[int, list[str]] = {}  # by unit
    for member in run.crew.members.values():
        if not member.shared:
            continue
        pieces = []
        for number, order in zip(member.begun, member.ran, strict=True):
            unit = run.units[number]
            if number not in ids:
                ids[number] = unit.ids(range(len(unit.items or ())))
            pieces.append(Piece(unit.key, ids[number], order))
        (beginning if member.number < run.crew.count else late).append(pieces)
    collect = "full" if run.mode.full else "lazy"
    return Schedule("", collect, beginning, late, run.replay.failed)


class Repetition:
    """Has a run's workers do what those of another one did."""

    def __init__(self, run: Run, schedule: Schedule) -> None:
        self._run = run
        self._schedule = schedule
        self._named = [bool(one.parts) for one in resolve_arguments(run.config)]
        self._ran: dict[str, Counter[str]] = {}  # by key: what had run, by node id
        for piece in schedule.pieces:
            self._ran.setdefault(piece.key, Counter()).update(piece.ran)
        self._open: set[int] = set()  # units that are pinned, and not collected
        self._places: dict[str, tuple[int, int]] | None = None  # by key: argument, position
        self._listed: dict[str, list[str]] = {}  # by key: all that there is now
        self._told: dict[str, int] = {}  # by key: the unit whose worker says what is said once

    def assign(self, found: list[tuple[str, int, int]]) -> list[Unit]:
        """Give out what there is.

        Args:
            found: keys of units, indexes of their arguments and sizes, in pytest's order.

        Returns:
            The units that nobody had run, which are the caller's.
        """
        run = self._run
        self._places = {key: (argument, n) for n, (key, argument, _) in enumerate(found)}
        for worker, pieces in enumerate(self._schedule.workers):
            for unit in map(self._unit, self._there(pieces)):
                self._open.add(run.pin(worker, unit, unit.only))
        late = [piece for pieces in self._schedule.late for piece in pieces]
        run.add([self._unit(piece) for piece in self._there(late)])
        if self._schedule.is_all:
            return []
        known = self._ran.keys()
        return [
            Unit(key, argument, 0.0, position=n)
            for n, (key, argument, _) in enumerate(found)
            if key not in known
        ]

    def _there(self, pieces: Iterable[Piece]) -> list[Piece]:
        assert self._places is not None
        return [piece for piece in pieces if piece.key in self._places]

    def _unit(self, piece: Piece) -> Unit:
        argument, position = self._place(piece.key)
        return Unit(
            piece.key,
            argument,
            0.0,
            position=position,
            only=piece.ran or [NO_TEST],
            partial=True,
            piece=len(piece.order) < self._ran[piece.key].total(),
        )

    def _place(self, key: str) -> tuple[int, int]:
        assert self._places is not None
        return self._places[key]

    def end_discovery(self) -> None:
        """Let workers go, if nothing can come any more."""
        if self._places is not None and not self._open:
            self._run.dispatcher.end_discovery()

    def is_told_by(self, number: int) -> bool:
        """Whether this unit's worker says what is said once of what it collects."""
        return self._told.setdefault(self._run.units[number].key, number) == number

    def on_listed(self, number: int, node_ids: list[str]) -> None:
        """A worker has collected a unit: what nobody had run of it comes at the end."""
        unit = self._run.units[number]
        if number not in self._open:
            return
        unit.listed = node_ids
        if unit.key not in self._listed and not unit.unreadable:
            self._listed[unit.key] = node_ids
            left = Counter(node_ids) - self._ran[unit.key]
            if left and not self._schedule.is_all:
                self._run.add([self._rest(unit, node_ids)])
        self.forget([number])

    def _rest(self, unit: Unit, node_ids: list[str]) -> Unit:
        had, only = self._ran[unit.key].copy(), []
        for node_id in node_ids:
            had[node_id] -= 1
            if had[node_id] < 0:
                only.append(node_id)
        return Unit(
            unit.key,
            unit.argument,
            0.0,
            position=unit.position,
            only=only,
            partial=True,
            piece=True,
        )

    def forget(self, numbers: Iterable[int]) -> None:
        """Nobody need wait for these units: they were collected, or will not be."""
        self._open.difference_update(numbers)
        self.end_discovery()

    def notes(self) -> list[str]:
        """What the user should know: tests that are gone."""
        gone = self._gone()
        if not gone or self._places is None:
            return []
        some, more = gone[:MOST_NAMED], len(gone) - MOST_NAMED
        names = ", ".join(some) + (f" and {more} more" if more > 0 else "")
        verb = "does" if len(gone) == 1 else "do"
        return [
            f"{plural(len(gone), 'test')} of run {self._schedule.name} {verb} not exist: {names}"
        ]

    def _gone(self) -> list[str]:
        """Tests that had run, and that are neither there nor taken away by an option."""
        run, places = self._run, self._places or {}
        deselected = Counter(run.replay.deselected_ids())
        gone: list[str] = []
        for key, ran in self._ran.items():
            if key not in places:
                if not (key.startswith("@") or os.path.lexists(key)):
                    gone += ran.elements()
            elif key in self._listed and not self._named[places[key][0]]:
                gone += (ran - Counter(self._listed[key]) - deselected).elements()
        return gone
