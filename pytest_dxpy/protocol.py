"""What travels between the controller and its workers, as Python sees it.

The layout of the messages is native (docs/formats/messages.md); here are their
names, and the events that the controller hears, each a small immutable value.
"""

from __future__ import annotations

import dataclasses
from typing import Final, NamedTuple

# Commands; the numbers are those of native/codec/message_format.h.
CONFIGURE: Final = 1
DISCOVER: Final = 2
RUN: Final = 3
FINISH: Final = 4
WAIT: Final = 5

# Results.
READY: Final = 1
NEED: Final = 3
BEGUN: Final = 4
STARTED: Final = 6
DONE: Final = 8
UNIT_DONE: Final = 9
FINISHED: Final = 11

NONE: Final = 0xFFFF_FFFF  # no unit, no item

PHASES: Final = {"setup": 1, "call": 2, "teardown": 3}
OTHER_PHASE: Final = 4
PHASE_NAMES: Final = {number: name for name, number in PHASES.items()}

PASSED: Final = 1
FAILED: Final = 2
SKIPPED: Final = 3
OTHER_OUTCOME: Final = 4
OUTCOMES: Final = {"passed": PASSED, "failed": FAILED, "skipped": SKIPPED}

# States of a run; native/ring/ring_format.h.
RUNNING: Final = 0
PAUSED: Final = 1
STOPPED: Final = 2


# One report of one item: phase, outcome, start and duration in seconds, and a
# payload that is empty where the outcome says it all.
Phase = tuple[int, int, float, float, bytes]


class Item(NamedTuple):
    """One collected test: its node id and what ``item.location`` says."""

    node_id: str
    location: tuple[str, int | None, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Ready:
    """A worker's session has started."""

    worker: int


@dataclasses.dataclass(frozen=True, slots=True)
class Discovered:
    """A worker has walked the arguments; the payload holds the units."""

    worker: int
    payload: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Begun:
    """A worker has taken a unit."""

    worker: int
    unit: int


@dataclasses.dataclass(frozen=True, slots=True)
class Collected:
    """A worker has collected a unit, ``seconds`` after it began to."""

    worker: int
    unit: int
    count: int
    seconds: float
    payload: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class ItemRan:
    """A test has run; ``phases`` are its reports, in order."""

    worker: int
    unit: int
    item: int
    phases: list[Phase]


@dataclasses.dataclass(frozen=True, slots=True)
class UnitDone:
    """Every test of a unit has run, ``seconds`` after it was begun."""

    worker: int
    unit: int
    seconds: float


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """A worker says something that pytest's hooks want to know."""

    worker: int
    payload: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Finished:
    """A worker's session has ended."""

    worker: int
    payload: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Exited:
    """A worker's process has ended as it should."""

    worker: int


@dataclasses.dataclass(frozen=True, slots=True)
class Lost:
    """A worker's process has died, or ``problem`` is wrong with its messages."""

    worker: int
    unit: int | None
    item: int | None
    phases: list[Phase]
    problem: str


Event = (
    Ready
    | Discovered
    | Begun
    | Collected
    | ItemRan
    | UnitDone
    | Told
    | Finished
    | Exited
    | Lost
)

RawEvent = tuple[int, int, "int | None", "int | None", float, "list[Phase]", bytes]


def event_of(raw: RawEvent) -> Event:  # noqa: PLR0911  # one line per kind
    """The event behind a tuple of the native dispatcher."""
    kind, worker, unit, item, seconds, phases, payload = raw
    match kind:
        case 1:
            return Ready(worker)
        case 2:
            return Discovered(worker, payload)
        case 3:
            return Begun(worker, unit or 0)
        case 4:
            return Collected(worker, unit or 0, item or 0, seconds, payload)
        case 5:
            return ItemRan(worker, unit or 0, item or 0, phases)
        case 6:
            return UnitDone(worker, unit or 0, seconds)
        case 7:
            return Told(worker, payload)
        case 8:
            return Finished(worker, payload)
        case 9:
            return Exited(worker)
        case _:
            return Lost(worker, unit, item, phases, payload.decode(errors="replace"))
