"""Failures of lazily collected files, held back until they are confirmed.

Plain pytest has imported every test file when the first test runs; a worker that
collects lazily has not. So a test can fail there because only another file
brings an import it needs, or because its own file was imported after other
tests had run. Such a failure must not be reported, and a flaky test's must.

The file, up to the failing test (which may need the ones before it), runs again. Where
several workers had shared it, stage 2 repeats that: what each worker had run of it runs
in that order in a fresh worker, all at the same time.

1. in a worker that has collected the whole suite. If it fails, the failure is
   confirmed.
2. else in a fresh worker that has collected only this file. If it fails, the
   file needs something that its own imports do not bring, or one worker to run it
   all, and the full worker's outcome counts.
3. else in a fresh worker after the same files as the first time. If it passes,
   the test is flaky and its first failure stands.
4. else after the same files in a worker that has collected the whole suite. If
   it passes, the file must be imported before other tests run, and that outcome
   counts.
5. else the tests before it are the cause, and only plain pytest's order can tell:
   after all the files before it, in a worker that has collected the whole suite.
   If it passes, that outcome counts; if not, the first failure stands.
"""

from __future__ import annotations

import dataclasses
import enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_dxpy import protocol

if TYPE_CHECKING:
    from pytest_dxpy.units import Unit


@dataclasses.dataclass(eq=False, repr=False)
class Held:
    """A test that failed in a lazy worker, and is not reported yet."""

    item: protocol.Item
    occurrence: int  # a node id may stand for several items; from 0
    reports: list[Any]
    node: object
    index: int  # its position in the unit

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from the file's other tests."""
        return self.item.node_id, self.occurrence


class Verdict(NamedTuple):
    """What is reported of a held test."""

    item: protocol.Item
    reports: list[Any]
    node: object


class Stage(enum.Enum):
    """Where a file runs again."""

    FULL = 1  # with the whole suite collected
    FRESH = 2  # with nothing else collected
    AGAIN = 3  # after the files that ran before it, collected one by one
    FULL_AGAIN = 4  # after the same files, with the whole suite collected
    IN_ORDER = 5  # after all files that come before it, with the whole suite collected

    @property
    def is_full(self) -> bool:
        """Whether the whole suite is collected first."""
        return self in (Stage.FULL, Stage.FULL_AGAIN, Stage.IN_ORDER)

    @property
    def is_alone(self) -> bool:
        """Whether no other file runs before."""
        return self is Stage.FRESH

    @property
    def is_in_order(self) -> bool:
        """Whether all files run before that come before in pytest's order."""
        return self is Stage.IN_ORDER


# In this stage a test must have failed, or not, for the next one to tell more.
_STAGES: Final = (
    (Stage.FULL, False, Stage.FRESH),
    (Stage.FRESH, False, Stage.AGAIN),
    (Stage.AGAIN, True, Stage.FULL_AGAIN),
    (Stage.FULL_AGAIN, True, Stage.IN_ORDER),
)

_Results = dict[tuple[str, int], tuple[bool, Verdict]]  # by test: whether it failed, its reports


@dataclasses.dataclass(eq=False, repr=False)
class Group:
    """What the jobs of one unit share, one for each of its workers where a test failed."""

    pending: set[int] = dataclasses.field(default_factory=set)  # units that run again
    full: _Results = dataclasses.field(default_factory=dict)  # a file runs once in the full worker
    shared: bool = False  # several workers had run the unit
    conflict: bool = False  # a test failed when they did so again, and passes in the full worker

    def ran_alike(self, key: tuple[str, int], failed: bool) -> None:
        """A test has run again as the first time."""
        result = self.full.get(key)
        if self.shared and failed and (result is None or not result[0]):
            self.conflict = True


@dataclasses.dataclass(eq=False, repr=False)
class Job:
    """The confirmation of what failed in one unit."""

    unit: Unit
    held: list[Held]
    up_to: list[str]  # the unit's node ids up to its last held test
    ran_alike: list[str]  # what the same worker had run of the unit, in that order
    before: list[Unit]  # what the same worker had run before
    group: Group = dataclasses.field(default_factory=Group)
    others: list[Job] = dataclasses.field(default_factory=list)  # of the unit's other workers
    stage: Stage = Stage.FULL
    first_worker: int = -1  # where the tests failed
    worker: int = -1  # where it runs now
    _ran: dict[Stage, _Results] = dataclasses.field(
        default_factory=lambda: {stage: {} for stage in Stage}
    )

    def __post_init__(self) -> None:
        """Take the outcomes of the full worker from the group."""
        self._ran[Stage.FULL] = self.group.full

    def take_all(self) -> list[Job]:
        """This job and those it has led, each on its own from here on."""
        others, self.others = self.others, []
        return [self, *others]

    def ran(self, item: protocol.Item, failed: bool, reports: list[Any], node: object) -> None:
        """A test of the unit has run again."""
        results = self._ran[self.stage]
        occurrence = 0
        while (item.node_id, occurrence) in results:
            occurrence += 1
        results[item.node_id, occurrence] = (failed, Verdict(item, reports, node))
        if self.stage is Stage.FRESH:
            self.group.ran_alike((item.node_id, occurrence), failed)

    def fail_rest(self) -> None:
        """What has not run again in this stage cannot: its worker is broken."""
        for held in self.held:
            verdict = Verdict(held.item, held.reports, held.node)
            self._ran[self.stage].setdefault(held.key, (True, verdict))

    def _failed(self, held: Held, stage: Stage) -> bool | None:
        """Whether a test failed in a stage; None where it did not run."""
        result = self._ran[stage].get(held.key)
        return None if result is None else result[0]

    def next_stage(self) -> Stage | None:
        """Where to run it next; None where everything is decided."""
        open_ = self.held
        for stage, failed, following in _STAGES:
            open_ = [held for held in open_ if self._failed(held, stage) is failed]
            if stage is self.stage:
                decided = not open_ or self.group.conflict
                return (
                    None if decided or (following is Stage.AGAIN and not self.before) else following
                )
        return None

    def _excuse(self, held: Held) -> Stage | None:
        """The stage whose outcome counts in place of the first; None where none does."""
        if self._failed(held, Stage.FULL) is not False:
            return None
        if self._failed(held, Stage.FRESH) or self.group.conflict:
            return Stage.FULL
        if not self._failed(held, Stage.AGAIN):
            return None
        cures = (Stage.FULL_AGAIN, Stage.IN_ORDER)
        return next((stage for stage in cures if self._failed(held, stage) is False), None)

    @property
    def only(self) -> list[str]:
        """The node ids that run in the present stage."""
        return self.ran_alike if self.stage in (Stage.FRESH, Stage.AGAIN) else self.up_to

    @property
    def confirmed(self) -> bool:
        """Whether the full worker agreed on every failure."""
        return all(self._failed(held, Stage.FULL) for held in self.held)

    @property
    def needs_imports(self) -> bool:
        """Whether the file is proven to need what other files import."""
        return any(self._excuse(held) is Stage.FULL for held in self.held)

    @property
    def needs_early_import(self) -> bool:
        """Whether the file is proven to need its import before other tests run."""
        return any(self._excuse(held) is Stage.FULL_AGAIN for held in self.held)

    @property
    def needs_order(self) -> bool:
        """Whether the file is proven to need other tests to run before it."""
        return any(self._excuse(held) is Stage.IN_ORDER for held in self.held)

    @property
    def is_excused(self) -> bool:
        """Whether a failure does not count."""
        return any(self._excuse(held) is not None for held in self.held)

    def verdicts(self) -> list[Verdict]:
        """What is reported of each held test."""
        verdicts = []
        for held in self.held:
            stage = self._excuse(held)
            first = Verdict(held.item, held.reports, held.node)
            verdicts.append(first if stage is None else self._ran[stage][held.key][1])
        return verdicts
