"""Workers that die, and workers that wait for ever."""

from __future__ import annotations

import re
import signal
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_dxpy import protocol, reports, xdist_options
from pytest_dxpy.crew import describe_end
from pytest_dxpy.errors import DxpyError, WorkersLostError
from pytest_dxpy.exclusive import Exclusive
from pytest_dxpy.one_worker import OneWorker
from pytest_dxpy.shared_fixtures import SharedFixtures
from pytest_dxpy.stalls import Stalls
from pytest_dxpy.standstills import Standstills
from pytest_dxpy.units import Unit

if TYPE_CHECKING:
    from pytest_dxpy.confirmer import Confirmer
    from pytest_dxpy.crew import Member
    from pytest_dxpy.repetition import Repetition
    from pytest_dxpy.run import Run

_RUNNER = re.compile(
    r'  File ".*(/(_pytest|pytest|pluggy|pytest_dxpy)/.*|<frozen runpy>)", line \d+ in '
)


class Losses:
    """Sees to it that no test is lost with its worker."""

    def __init__(
        self, run: Run, confirmer: Confirmer, workers: int, repetition: Repetition | None
    ) -> None:
        self._run = run
        self._confirmer = confirmer
        self._repetition = repetition
        self._restarts_left = _restarts(run, workers)
        self._stalls = Stalls(run.options.stall)
        self._exclusive = Exclusive(run.records, run.options.exclusive_fixtures)
        self._one_worker = OneWorker(run)
        self.shared = SharedFixtures(run)
        self._stalled: dict[int, str] = {}  # worker: why it was ended
        self._overdue: dict[int, protocol.Event] = {}  # worker: the test that took too long
        self.standstills = Standstills(run)

    # Fixtures.

    def remember(self) -> None:
        """Keep what was learned for the next run."""
        self._exclusive.remember()

    def fixtures(self, worker: int, message: tuple[Any, ...]) -> None:
        """A worker sets a session fixture up, or has done so, or will need some for a unit."""
        match message:
            case "fixture setup", _, fixture, where:
                self._stalls.setup(worker, fixture, where, time.monotonic())
            case "fixture ready", _, fixture, where:
                self._stalls.ready(worker, fixture, where, time.monotonic())
            case "session fixtures", unit, keys:
                self._exclusive.uses(self._run.units[unit], keys)
            case "no session fixture", _, option, fixture, scope, where:
                self._run.notes.append(
                    f"{option}: '{fixture}' ({self._where(where)}) is of {scope} "
                    "scope, and may exist in several workers at a time; only a session fixture can "
                    "be named"
                )

    def asked(self, member: Member, unit: int) -> None:
        """A worker asks whether it may run a file that uses what is named to be exclusive."""
        self._one_worker.asked(member, unit)

    def session_over(self, member: Member) -> None:
        """A worker's session has ended; its process must follow."""
        self._stalls.gone(member.number)
        self.shared.gone(member, is_lost=False)

    def patience(self) -> float:
        """Seconds until ``end_waits`` has something to do; -1: never."""
        now = time.monotonic()
        return self._stalls.patience(now)

    def end_waits(self) -> None:
        """End the workers that have waited too long."""
        now = time.monotonic()
        for stall in self._stalls.overdue(now):
            crew = self._run.crew
            waiting, holder = crew.members[stall.worker], crew.members[stall.holder]
            self._stalled[stall.worker] = (
                f"{waiting.name} waited {stall.seconds:.3g} s in the set-up of session "
                f"fixture '{stall.fixture}' ({self._where(stall.where)}), which {holder.name} has; "
                "it was ended, and its tests went to other workers"
            )
            self._exclusive.found(stall.fixture, stall.where.rpartition(":")[0])
            self._stalls.gone(stall.worker)
            crew.signal(waiting, signal.SIGKILL)

    def _where(self, where: str) -> str:
        path, _, line = where.rpartition(":")
        return f"{self._run.show(path)}:{line}" if path else where

    def overdue(self, event: protocol.Event) -> None:
        """A phase of a test, or what is no test, takes too long; its worker is ended then."""
        if event.kind == protocol.HEARD_OVERDUE:
            self._overdue[event.worker] = event
        else:
            self.standstills.heard(event)

    def delay_of(self, event: protocol.Event) -> str:
        """What of a test that has run took too long; empty: nothing did."""
        late = self._overdue.get(event.worker)
        if late is None or (late.unit, late.item) != (event.unit, event.item):
            return ""
        return f"its {_describe_delay(late)}"

    # Deaths.

    def exited(self, member: Member) -> None:
        """A process has ended after its session."""
        shown = _stacks(self._run.crew.captured(member))
        status = self._run.crew.bury(member)
        if self.standstills.ended(member, status, shown):
            return
        if status < 0 and status != -signal.SIGKILL:
            self._run.notes.append(f"{member.name} {describe_end(status)} after its last test")

    def lost(self, event: protocol.Event) -> None:
        """A process has died in the middle of its session."""
        run, member = self._run, self._run.crew.members[event.worker]
        self._stalls.gone(event.worker)
        death = self._death_of(event, member)
        self.shared.gone(member, is_lost=True)
        if run.crew.problem:
            run.stop(run.crew.problem)
        stalled = self._stalled.get(event.worker)
        if stalled:
            run.notes.append(stalled)
        run.config.hook.pytest_testnodedown(node=member.node, error=stalled or death.end)
        if event.unit == protocol.NONE:
            if not (stalled or death.is_told or run.stopping):
                when = "between tests" if member.ready else "at its start"
                run.notes.append(f"{member.name} {death.end} {when}")
        elif not (member.broken or self._confirmer.reruns(event.unit)):
            self._leave_unit(event, death)
        self._confirmer.lost(member)
        if self._repetition is not None:
            self._repetition.forget(member.begun)
        if member.full and not member.shared:
            lost = self._confirmer.lose_takeovers()
            run.add([_rest(unit, unit.left(event.worker)) for unit in lost])

    def _death_of(self, event: protocol.Event, member: Member) -> _Death:
        crew = self._run.crew
        captured = crew.captured(member)
        status = crew.bury(member, kill=bool(event.payload))
        end = describe_end(status)
        if event.payload:
            problem = event.payload.decode(errors="replace")
            end = f"sent something that is no message ({problem}) and was killed"
        stalled = event.worker in self._stalled
        if stuck := self.standstills.ended(member, status, _stacks(captured)):
            if not member.ready:  # another one would do the same
                self._restarts_left = 0
            return _Death(member, stuck, captured, is_told=True)
        late = self._overdue.pop(event.worker, None)
        if late is None or -status not in (signal.SIGTERM, signal.SIGKILL):
            return _Death(member, end, captured, is_innocent=stalled, exclusive=stalled)
        self._restarts_left += 1  # it did not die by itself
        # Another one: the late test has ended at last, just before its worker was ended for it.
        is_innocent = (late.unit, late.item) != (event.unit, event.item)
        end = f"was ended, as a {_describe_delay(late)},"
        captured = [(name, _without_runner(text)) for name, text in captured]
        return _Death(member, end, captured, is_innocent, exclusive=stalled)

    def broken(self, member: Member) -> None:
        """The session of a lazy worker meets an internal error, which plain pytest may not."""
        run = self._run
        member.broken = True
        unfinished = [n for n in member.begun if member.number in run.units[n].sharing]
        for number in unfinished:
            unit = run.units[number]
            unit.sharing.discard(member.number)
            if not self._confirmer.reruns(number):
                run.notes.append(
                    f"{member.name} met an internal error in {run.show(unit.key)}, and what was "
                    "left of that ran again where the whole suite is imported first"
                )
                self._confirmer.take_over_rest(unit, member.number)
                if not unit.sharing:
                    self._confirmer.submit(number)
        self._confirmer.broken(member)
        if self._repetition is not None:
            self._repetition.forget(member.begun)

    def _leave_unit(self, event: protocol.Event, death: _Death) -> None:
        """A worker has died that ran a unit, or had joined it."""
        unit = self._run.units[event.unit]
        unit.sharing.discard(event.worker)
        if event.worker == unit.worker or event.worker in unit.spans:
            self._save_unit(event, death)
        elif not death.is_innocent:
            where = f"while collecting {self._run.show(unit.key)}, to share it"
            self._run.notes.append(f"{death.member.name} {death.end} {where}")
        if not unit.sharing:
            self._confirmer.submit(event.unit)

    def _save_unit(self, event: protocol.Event, death: _Death) -> None:
        """Report the test that the worker died in, and queue the others again."""
        run = self._run
        unit = run.units[event.unit]
        if unit.items is None:
            if death.is_innocent:
                run.add([_rest(unit, set(), exclusive=death.exclusive)])
            else:
                where = f"while collecting {run.show(unit.key)}"
                message = f"worker '{death.member.name}' {death.end} {where}"
                run.replay.collect_report(
                    reports.collect_crash_report(run.node_id(unit.key), message)
                )
            return
        if event.item != protocol.NONE and not death.is_innocent:
            item = unit.items[event.item]
            death.member.ran[-1].append(event.item)
            if not self._report_crash(item, event, death):
                unit.ran.add(event.item)
        if left := unit.left(event.worker):
            run.add([_rest(unit, left, exclusive=death.exclusive)])

    def _report_crash(self, item: protocol.Item, event: protocol.Event, death: _Death) -> bool:
        """Report the test as failed; whether a plugin wants it to run again."""
        node = death.member.node
        message = f"worker '{death.member.name}' {death.end} while running '{item.node_id}'"
        made: list[Any] = self._run.replay.reports_of(item, event.phases, node)
        crash = reports.crash_report(item, message, death.captured)
        sched = _Sched(self._run.config)
        self._run.config.hook.pytest_handlecrashitem(
            crashitem=item.node_id, report=crash, sched=sched
        )
        self._run.replay.item(item, [*made, crash], node)
        return item.node_id in sched.pending

    def replace(self) -> None:
        """Start a worker where tests wait and too few workers are left to take them."""
        run = self._run
        self._one_worker.let_in()
        if run.stopping or not run.dispatcher.has_queued_units():
            return
        able = [member for member in run.crew.working_shared() if not member.leaving]
        if able and (self._stalled or len(able) >= run.crew.count):
            return
        if self._restarts_left > 0:
            self._restarts_left -= 1
            try:
                run.crew.start(shared=True, full=run.mode.full)
            except DxpyError as error:
                run.notes.append(str(error))
                self._restarts_left = 0
        if not run.crew.working_shared():
            reason = "every worker has died and no more may be started (--dx-max-restarts)"
            run.stop(str(WorkersLostError(reason)))


def _restarts(run: Run, workers: int) -> int:
    """How many dead workers may be replaced."""
    if run.options.max_restarts is not None:
        return run.options.max_restarts
    asked = xdist_options.restarts(run.config.option)
    return 4 * workers if asked is None else asked


def _describe_delay(event: protocol.Event) -> str:
    phase = protocol.PHASE_NAMES[event.phases[0][0]]
    return f"{phase} took more than {event.seconds:g} s"


def _without_runner(text: str) -> str:
    """Stacks, as faulthandler writes them, less what runs tests."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not _RUNNER.match(line))


def _stacks(captured: list[tuple[str, str]]) -> str:
    """What it has written to its standard error, where stacks are."""
    return "".join(_without_runner(text) for name, text in captured if "stderr" in name)


class _Death(NamedTuple):
    """How a worker died."""

    member: Member
    end: str  # in words
    captured: list[tuple[str, str]]  # its last output: sections of a report
    is_innocent: bool = False  # it was ended for something else than the test that it ran
    exclusive: bool = False  # what it had begun is for the worker that has a fixture
    is_told: bool = False  # the user is told otherwise


class _Sched:
    """What ``pytest_handlecrashitem`` may call."""

    def __init__(self, config: Any) -> None:
        self.config = config
        self.pending: set[str] = set()

    def mark_test_pending(self, nodeid: str) -> None:
        """A plugin wants the test to run again."""
        self.pending.add(nodeid)


def _rest(unit: Unit, left: set[int], *, exclusive: bool = False) -> Unit:
    """Those items of a unit, as a unit of its own; all of it where it is not collected."""
    others = [position for position in range(len(unit.items or ())) if position not in left]
    if unit.only and unit.items is not None:
        only, skip = unit.ids(sorted(left)), unit.skip
    else:
        only, skip = unit.only, [*unit.skip, *unit.ids(others)]
    return Unit(
        unit.key,
        unit.argument,
        unit.cost_seconds,
        position=unit.position,
        only=only,
        skip=skip,
        again=True,
        exclusive=unit.exclusive or exclusive,
    )
