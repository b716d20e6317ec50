"""How long our own work takes, stage by stage, for ``--dx-stats``."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager


class Times:
    """Seconds by a clock on the wall, and of all CPUs by all threads of this process."""

    # No NamedTuple: to make one takes longer than to import the rest of this module.
    __slots__ = ("cpu", "wall")

    def __init__(self, wall: float, cpu: float) -> None:
        self.wall = wall
        self.cpu = cpu

    @classmethod
    def now(cls) -> Times:
        """Of clocks whose zero means nothing."""
        return cls(time.perf_counter(), time.process_time())

    def less(self, other: Times) -> Times:
        """What lies between."""
        return Times(self.wall - other.wall, self.cpu - other.cpu)

    def __str__(self) -> str:
        return f"{self.wall * 1e3:,.1f} ms, CPU {self.cpu * 1e3:,.1f} ms"


class Stages:
    """Adds up what stages take.

    A stage within another one is not counted for both: the outer one stands still.
    """

    def __init__(self) -> None:
        self._spent: dict[str, Times] = {}  # in the order in which stages began
        self._running: list[str] = []  # the innermost is the last
        self._since = Times(0.0, 0.0)

    @contextlib.contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Count what is done within."""
        self._charge()
        self._spent.setdefault(name, Times(0.0, 0.0))
        self._running.append(name)
        try:
            yield
        finally:
            self._charge()
            self._running.pop()

    def add(self, name: str, since: Times) -> None:
        """Count what was done since then, in no stage."""
        self._spent[name] = Times.now().less(since)

    def _charge(self) -> None:
        now = Times.now()
        if self._running:
            passed, spent = now.less(self._since), self._spent[self._running[-1]]
            self._spent[self._running[-1]] = Times(spent.wall + passed.wall, spent.cpu + passed.cpu)
        self._since = now

    def lines(self) -> list[str]:
        """What the user is told: all of it, then stage by stage."""
        self._charge()
        total = Times(
            sum(spent.wall for spent in self._spent.values()),
            sum(spent.cpu for spent in self._spent.values()),
        )
        rows = [f"dxpy:   {name}: {spent}" for name, spent in self._spent.items()]
        return [f"dxpy: our own work took {total}", *rows]


class NoStages(Stages):
    """Counts nothing, and looks at no clock."""

    def stage(self, name: str) -> AbstractContextManager[None]:  # type: ignore[override]
        """Nothing."""
        del name
        return contextlib.nullcontext()

    def add(self, name: str, since: Times) -> None:
        """Nothing."""

    def lines(self) -> list[str]:
        """Nothing."""
        return []


STAGES: Final[pytest.StashKey[Stages]] = pytest.StashKey()


def begin(config: pytest.Config, *, counts: bool) -> Stages:
    """Count from now on what a run takes, or do not."""
    if STAGES not in config.stash:
        config.stash[STAGES] = Stages() if counts else NoStages()
    return config.stash[STAGES]


def of(config: pytest.Config) -> Stages:
    """Those of a run that has begun."""
    return config.stash[STAGES]
