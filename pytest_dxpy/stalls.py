"""Session fixtures that cannot be set up twice.

A fixture that serves on a fixed port, or takes a lock, waits in a second worker
for as long as the first one has it, which may be for ever. Such a worker is
recognised by what it waits in: the set-up of a session fixture that another
worker has finished setting up.
"""

from __future__ import annotations

from typing import NamedTuple


class Stall(NamedTuple):
    """A worker that waits for another one's fixture."""

    worker: int
    holder: int
    fixture: str
    where: str


class Stalls:
    """Follows which worker sets up, or has, which session fixture."""

    def __init__(self, limit_seconds: float) -> None:
        self._limit = limit_seconds
        self._waiting: dict[int, tuple[str, str, float]] = {}  # worker: fixture, where, since
        self._ready: dict[tuple[str, str], dict[int, float]] = {}  # fixture: worker: since

    def setup(self, worker: int, fixture: str, where: str, now: float) -> None:
        """A worker begins to set a fixture up."""
        self._waiting[worker] = (fixture, where, now)

    def ready(self, worker: int, fixture: str, where: str, now: float) -> None:
        """A worker has set it up."""
        self._waiting.pop(worker, None)
        self._ready.setdefault((fixture, where), {})[worker] = now

    def gone(self, worker: int) -> None:
        """A worker has ended, and its fixtures with it."""
        self._waiting.pop(worker, None)
        for holders in self._ready.values():
            holders.pop(worker, None)

    def _deadlines(self) -> list[tuple[float, Stall]]:
        found = []
        for worker, (fixture, where, since) in self._waiting.items():
            holders = self._ready.get((fixture, where), {})
            if holders:
                holder, ready = min(holders.items(), key=lambda entry: entry[1])
                deadline = max(since, ready) + self._limit
                found.append((deadline, Stall(worker, holder, fixture, where)))
        return found

    def patience(self, now: float) -> float:
        """Seconds until a wait has lasted too long; -1 where nobody waits."""
        deadlines = [deadline for deadline, _ in self._deadlines()]
        return max(0.0, min(deadlines) - now) if deadlines else -1.0

    def overdue(self, now: float) -> list[Stall]:
        """The waits that have lasted too long."""
        return [stall for deadline, stall in self._deadlines() if deadline <= now]
