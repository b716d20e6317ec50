"""What travels between the controller and its workers, as Python sees it.

The layout of the messages is native (docs/formats/messages.md); here are their
names, and the events that the controller hears, each a small immutable value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# Commands; the numbers are those of native/codec/message_format.h.
CONFIGURE: Final = 1
DISCOVER: Final = 2
RUN: Final = 3
FINISH: Final = 4
WAIT: Final = 5
JOIN: Final = 7
SPAN: Final = 8

# Results.
READY: Final = 1
NEED: Final = 3
BEGUN: Final = 4
DONE: Final = 8
UNIT_DONE: Final = 9
FINISHED: Final = 11
ENDING: Final = 14

# What a worker has asked by an event comes as a CONFIGURE: this, and the answer.
ANSWER: Final = "answer"
# On the function of a fixture that is built once for all workers.
SHARED_MARK: Final = "_dxpy_shared"
# What one asks for who needs it is answered with, and what its set-up has come to.
BUILD: Final = "build"
VALUE: Final = "value"
FAILURE: Final = "failure"
FINAL_FAILURE: Final = "final failure"  # to build it again would fail as well

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


def failing(phases: Iterable[Phase]) -> bool:
    """Whether one of a test's reports is what pytest counts as a failure."""
    return any(outcome == FAILED for _, outcome, _, _, _ in phases)


class Item(NamedTuple):
    """One collected test: its node id and what ``item.location`` says."""

    node_id: str
    location: tuple[str, int | None, str]


# What the controller hears of a worker; native/dispatch/event.h.
HEARD_READY: Final = 1  # its session has started
HEARD_DISCOVERED: Final = 2  # it has walked the arguments; payload: the units
HEARD_BEGUN: Final = 3  # it has taken a unit
HEARD_COLLECTED: Final = 4  # it has collected the unit; payload: its items
HEARD_ITEM: Final = 5  # a test has run; phases: its reports, in order
HEARD_UNIT_DONE: Final = 6  # every test of the unit has run, `seconds` after it was begun
HEARD_EVENT: Final = 7  # payload: something that pytest's hooks want to know
HEARD_FINISHED: Final = 8  # its session has ended; payload: workeroutput, bytes of memory
HEARD_EXITED: Final = 9  # its process has ended as it should
HEARD_LOST: Final = 10  # its process has died; payload: what was wrong with its messages
HEARD_JOINED: Final = 11  # it shares a unit that another worker has begun
HEARD_CUT: Final = 12  # it got the unit's items from `item` on, as far as their worker had them
HEARD_DIFFERS: Final = 13  # it collects other items of the unit than who began it
HEARD_DIVISIBLE: Final = 14  # the unit could be shared, `seconds` after a worker starts with it
HEARD_OVERDUE: Final = 15  # a phase of a test has taken more than `seconds`
HEARD_SLOW: Final = 17  # its test has been running for `seconds`, and runs
HEARD_WAITS: Final = 18  # it says nothing for `seconds` in the stage `item`, where no test runs
HEARD_STUCK: Final = 19  # the same, and it is ended if it goes on
HEARD_OUTPUT: Final = 16  # payload: whole lines that it has written to its stream `item`, 1 or 2

# Where a worker is that runs no test; native/dispatch/standstill.h.
STAGE_START: Final = 1
STAGE_COLLECT: Final = 2
STAGE_END: Final = 3
STAGE_EXIT: Final = 4


class Birth(NamedTuple):
    """What a worker must know to be configured. Marshalled."""

    workerinput: dict[str, Any]
    full: bool  # collect everything at once
    by_group: bool  # the tests of an xdist_group are one unit
    early: bool  # the orders come only when the controller is configured
    divide: bool  # a file's tests may go to several workers
    listing: bool  # tell what there is also of a file of which certain tests run
    timeout: float  # seconds for each phase of a test; 0: no limit
    exclusive: list[str]  # names of session fixtures that cannot live twice
    shared: list[str]  # of those that are built once for all


class Orders(NamedTuple):
    """What a worker must know before it runs a test. Marshalled."""

    compact: bool  # a passed phase may travel without its report
    careful: bool  # after a failure wait until the controller knows
    basetemp: str | None


RawEvent = tuple[int, int, int, int, float, list[Phase], bytes]


class Event(NamedTuple):
    """One of the above. ``unit`` and ``item`` are ``NONE`` where they do not apply."""

    kind: int
    worker: int
    unit: int
    item: int
    seconds: float
    phases: list[Phase]
    payload: bytes
