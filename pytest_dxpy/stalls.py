"""Session fixtures that cannot be set up twice.

A fixture that serves on a fixed port, or takes a lock, waits in a second worker
for as long as the first one has it, which may be for ever. Such a worker is
recognised by what it waits in: the set-up of a session fixture that another
worker has finished setting up.
"""

from __future__ import annotations

from typing import NamedTuple

# A worker may take so many times as long as the first one, who may have set up for both.
PATIENCE = 3


def place_of(function: object) -> str:
    """Where a fixture is defined, as ``path:line``; ``?`` where that is unknown."""
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else "?"


class Stall(NamedTuple):
    """A worker that waits for another one's fixture."""

    worker: int
    holder: int
    seconds: float  # that it may wait
    fixture: str
    where: str


class _Setup(NamedTuple):
    """A set-up that has begun."""

    fixture: str
    where: str
    since: float


class Stalls:
    """Follows which worker sets up, or has, which session fixture."""

    def __init__(self, limit_seconds: float) -> None:
        self._limit = limit_seconds
        self._waiting: dict[int, _Setup] = {}  # by worker
        # By fixture and place: who has it, and what the first one's set-up took.
        self._holders: dict[tuple[str, str], list[int]] = {}
        self._took: dict[tuple[str, str], float] = {}
        self._deadlines: dict[int, tuple[float, Stall]] = {}  # by waiting worker

    def setup(self, worker: int, fixture: str, where: str, now: float) -> None:
        """A worker begins to set a fixture up."""
        self._waiting[worker] = _Setup(fixture, where, now)
        holders = self._holders.get((fixture, where))
        if holders:
            self._expect(worker, holders[0], now)

    def ready(self, worker: int, fixture: str, where: str, now: float) -> None:
        """A worker has set it up."""
        begun = self._waiting.pop(worker, None)
        self._deadlines.pop(worker, None)
        self._holders.setdefault((fixture, where), []).append(worker)
        self._took.setdefault((fixture, where), now - begun.since if begun else 0.0)
        for other, setup in self._waiting.items():
            if setup[:2] == (fixture, where) and other not in self._deadlines:
                self._expect(other, worker, now)

    def _expect(self, worker: int, holder: int, now: float) -> None:
        setup = self._waiting[worker]
        seconds = max(self._limit, PATIENCE * self._took[setup[:2]])
        self._deadlines[worker] = (now + seconds, Stall(worker, holder, seconds, *setup[:2]))

    def gone(self, worker: int) -> None:
        """A worker has ended, and its fixtures with it.

        Who waited for one of them goes on waiting, maybe for ever: what it could
        not get it may have asked for only once.
        """
        self._waiting.pop(worker, None)
        self._deadlines.pop(worker, None)
        for holders in self._holders.values():
            if worker in holders:
                holders.remove(worker)

    def patience(self, now: float) -> float:
        """Seconds until a wait has lasted too long; -1 where nobody waits."""
        deadlines = [deadline for deadline, _ in self._deadlines.values()]
        return max(0.0, min(deadlines) - now) if deadlines else -1.0

    def overdue(self, now: float) -> list[Stall]:
        """The waits that have lasted too long."""
        return [stall for deadline, stall in self._deadlines.values() if deadline <= now]
