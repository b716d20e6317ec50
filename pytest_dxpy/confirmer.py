"""Confirms what failed: the live part of ``confirmation``.

Owns the worker that has collected the whole suite, which is started when
something has failed and not before.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from pytest_dxpy.records import content_hash

if TYPE_CHECKING:
    from pytest_dxpy import protocol
    from pytest_dxpy.confirmation import Group, Held, Job
    from pytest_dxpy.crew import Member
    from pytest_dxpy.run import Run
    from pytest_dxpy.units import Unit

IMPORTED_FIRST: Final = (
    "and passes where the whole suite is imported first, as in plain pytest; that outcome was taken"
)
NEEDS_IMPORTS: Final = (
    f"needs something that its own imports do not bring: it fails alone, {IMPORTED_FIRST}"
)
NEEDS_FILE: Final = (
    "cannot be shared by workers: a test failed where another worker ran some of the file's tests, "
    "and passes where one worker runs them all, as in plain pytest; that outcome was taken"
)
NEEDS_EARLY_IMPORT: Final = (
    "must be imported before other tests run: it fails where it is imported after them, "
    f"{IMPORTED_FIRST}"
)
NEEDS_ORDER: Final = (
    "fails after some of the files that come before it, and passes after all of them, "
    "as in plain pytest; that outcome was taken"
)


class Confirmer:
    """Holds failures back, runs their files again, and reports what counts."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._held: dict[tuple[int, int], list[Held]] = {}  # by unit and worker
        self._jobs: dict[int, Job] = {}  # by the unit that runs again
        self._waiting: list[Job] = []  # jobs that have run, and others of their group have not
        self._beside: dict[int, tuple[Group, int]] = {}  # by the unit that runs again; its worker
        self._unheeded: set[int] = set()  # units that run again before a job's
        self._takeovers: set[int] = set()  # units that the full worker runs for good
        self._final: set[int] = set()  # workers that ran such a unit
        self._excused: set[int] = set()  # workers with a failure that did not count
        self._full: Member | None = None
        self._full_ready = False
        self._full_errors: dict[str, Any] = {}  # collection reports by node id
        self._suspects: dict[str, tuple[int, Any]] = {}  # by node id: unit, collection report

    @property
    def busy(self) -> bool:
        """Whether something is not decided yet."""
        return bool(self._jobs or self._waiting or self._suspects or self._held or self._takeovers)

    def reruns(self, unit: int) -> bool:
        """Whether a unit only runs again."""
        return unit in self._jobs or unit in self._unheeded or unit in self._beside

    def takes_over(self, unit: int) -> bool:
        """Whether a unit runs in the full worker for good."""
        return unit in self._takeovers

    def answers_for(self, member: Member) -> bool:
        """Whether plain pytest would have met an error that a worker meets at its end.

        Not one that only ran tests again, or in which a test failed that passes elsewhere:
        what that left behind is nobody's.
        """
        final = member.shared or member.number in self._final
        return final and member.number not in self._excused

    def holds(self, number: int) -> bool:
        """Whether a failure in the unit must be confirmed."""
        unit = self._run.units[number]
        if not self._run.mode.confirm or number in self._takeovers:
            return False
        if unit.exclusive and self._run.config.getvalue("maxfail"):
            return False  # its worker would wait for us, and we for what it has
        if unit.split:
            return True
        if unit.proven is None:
            unit.proven = self._run.records.is_proven(unit.key)
        return not unit.proven

    def hold(self, event: protocol.Event, made: list[Any], node: object) -> None:
        """Keep a failed test back."""
        from pytest_dxpy.confirmation import Held  # noqa: PLC0415  # most runs need none of it

        index = event.item
        items = self._run.units[event.unit].items or []
        occurrence = sum(item.node_id == items[index].node_id for item in items[:index])
        held = Held(items[index], occurrence, made, node, index)
        self._held.setdefault((event.unit, event.worker), []).append(held)

    def submit(self, number: int) -> None:
        """Have what is held of a unit confirmed."""
        workers = [worker for unit, worker in self._held if unit == number]
        if not workers:
            return
        from pytest_dxpy.confirmation import Group  # noqa: PLC0415

        group = Group(shared=self._run.units[number].split)
        jobs = [self._job(number, worker, group) for worker in workers]
        first, *first.others = sorted(jobs, key=lambda job: -len(job.up_to))
        self._pin(self._full_worker(), first)

    def _job(self, number: int, worker: int, group: Group) -> Job:
        from pytest_dxpy.confirmation import Job  # noqa: PLC0415

        unit = self._run.units[number]
        held = self._held.pop((number, worker))
        order = unit.order[worker]
        last = max(order.index(one.index) for one in held)
        up_to = unit.ids_up_to([one.index for one in held])
        before = self._run_before(number, worker)
        ran_alike = unit.ids(order[: last + 1])
        return Job(unit, held, up_to, ran_alike, before, group, first_worker=worker)

    def _run_before(self, number: int, worker: int) -> list[Unit]:
        """What a worker had run before a unit."""
        begun = self._run.crew.members[worker].begun
        return [self._run.units[before] for before in begun[: begun.index(number)]]

    def _pin(self, worker: Member, job: Job) -> None:
        job.worker = worker.number
        number = self._run.pin(worker.number, job.unit.copy(), job.only)
        self._jobs[number] = job
        job.group.pending.add(number)

    def submit_all(self) -> None:
        """The run is paused: nothing more will fail in the units under way."""
        for number in {unit for unit, _ in self._held}:
            self.submit(number)

    def take_over(self, unit: Unit) -> None:
        """Run a whole unit in the full worker, for good."""
        copy = unit.copy()
        copy.expected_tests, copy.known = unit.tests, unit.known
        self._pin_for_good(copy, [])

    def take_over_rest(self, unit: Unit, worker: int) -> None:
        """Run what a worker has left of a unit in the full worker, for good."""
        if unit.items is None:
            self.take_over(unit)
        elif left := unit.left(worker):
            rest, ids = unit.copy(), unit.ids(sorted(left))
            rest.again = True
            self._pin_for_good(rest, ids)

    def _pin_for_good(self, unit: Unit, only: list[str]) -> None:
        worker = self._full_worker().number
        self._final.add(worker)
        self._takeovers.add(self._run.pin(worker, unit, only))

    def _full_worker(self) -> Member:
        if self._full is None or self._full.gone:
            self._full_ready = False
            self._full_errors.clear()
            self._full = self._run.crew.start(shared=False, full=True)
        return self._full

    # Tests that run again.

    def ran_again(
        self, number: int, item: protocol.Item, failed: bool, made: list[Any], node: object
    ) -> None:
        """A test of a unit that runs again has run."""
        if number in self._jobs:
            self._jobs[number].ran(item, failed, made, node)
        elif number in self._beside:
            group, _ = self._beside[number]
            group.ran_alike((item.node_id, 0), failed)

    def unit_done(self, number: int) -> None:
        """A unit has run to its end."""
        self._takeovers.discard(number)
        self._unheeded.discard(number)
        job = self._jobs.pop(number, None)
        if job is not None:
            self._waiting.append(job)
            self._has_run(job.group, number)
        elif number in self._beside:
            group, _ = self._beside.pop(number)
            self._has_run(group, number)
        else:
            self.submit(number)

    def _has_run(self, group: Group, number: int) -> None:
        """One of a group's units has run again; go on where that was the last."""
        group.pending.discard(number)
        if group.pending:
            return
        ready = [job for job in self._waiting if job.group is group]
        self._waiting = [job for job in self._waiting if job.group is not group]
        again = []
        for job in [one for first in ready for one in first.take_all()]:
            stage = job.next_stage()
            if stage is None or self._run.stopping:
                self._conclude(job)
            else:
                job.stage = stage
                again.append(job)
        for job in again:
            self._rerun(job)
        if again and group.shared and again[0].stage.is_alone:
            self._run_beside(again)

    def _run_beside(self, jobs: list[Job]) -> None:
        """Repeat what workers had run of a shared unit that have no failure to confirm."""
        unit, group = jobs[0].unit, jobs[0].group
        repeated = {job.first_worker for job in jobs}
        for order in (order for worker, order in unit.order.items() if worker not in repeated):
            worker = self._run.crew.start(shared=False, full=False)
            number = self._run.pin(worker.number, unit.copy(), unit.ids(order))
            self._beside[number] = (group, worker.number)
            group.pending.add(number)
            self._run.dispatcher.release(worker.number)

    def _rerun(self, job: Job) -> None:
        """Run a job's unit in a worker of its own."""
        full = job.stage.is_full
        worker = self._run.crew.start(shared=False, full=full)
        for unit in self._first(job):
            self._unheeded.add(self._run.pin(worker.number, unit.copy(), []))
        self._pin(worker, job)
        self._run.dispatcher.release(worker.number)

    def _first(self, job: Job) -> list[Unit]:
        """What a job's worker runs before the job's unit."""
        if job.stage.is_alone:
            return []
        if not job.stage.is_in_order:
            return job.before
        earlier = {
            unit.position: unit
            for unit in self._run.units.values()
            if unit.position < job.unit.position and not unit.again
        }
        return [unit for _, unit in sorted(earlier.items())]

    def _conclude(self, job: Job) -> None:
        for item, made, node in job.verdicts():
            self._run.replay.item(item, made, node)
        record = self._run.records.get(job.unit.key)
        if job.is_excused:
            self._excused.add(job.first_worker)
        if job.needs_imports and job.group.shared:
            record.whole = content_hash(job.unit.key)
            self._run.notes.append(f"{self._run.show(job.unit.key)} {NEEDS_FILE}")
        elif job.needs_imports:
            self._note_dependent(job.unit, NEEDS_IMPORTS)
        elif job.needs_early_import:
            self._note_dependent(job.unit, NEEDS_EARLY_IMPORT)
        elif job.needs_order:
            self._run.notes.append(f"{self._run.show(job.unit.key)} {NEEDS_ORDER}")
        elif job.confirmed and not job.group.shared:
            record.proven = content_hash(job.unit.key)

    def _note_dependent(self, unit: Unit, what: str) -> None:
        self._run.records.get(unit.key).dependent = content_hash(unit.key)
        self._run.notes.append(f"{self._run.show(unit.key)} {what}")

    # Files that a lazy worker could not collect.

    def suspect(self, number: int, report: Any) -> None:
        """A lazy worker could not collect something: see whether the full worker can."""
        self._suspects.setdefault(report.nodeid, (number, report))
        self._full_worker()
        if self._full_ready:
            self._judge_suspects()

    def full_error(self, report: Any) -> None:
        """The full worker could not collect something."""
        self._full_errors[report.nodeid] = report

    def full_collected(self) -> None:
        """The full worker has collected everything."""
        self._full_ready = True
        self._judge_suspects()

    def _judge_suspects(self) -> None:
        suspects, self._suspects = self._suspects, {}
        if suspects and self._full_errors and not self._run.continuing:
            # What plain pytest shows, and where it stops.
            for report in self._full_errors.values():
                self._run.replay.collect_report(report)
            return
        for node_id, (number, report) in suspects.items():
            unit = self._run.units.get(number)
            if node_id in self._full_errors:
                self._run.replay.collect_report(self._full_errors[node_id])
            elif unit is None or not os.path.lexists(unit.key):
                # Deleted by a test, the file is unknown to the full worker, which met no error.
                self._run.replay.collect_report(report)
            else:
                self._note_dependent(unit, NEEDS_IMPORTS)
                self.take_over(unit)

    # Ends.

    def broken(self, member: Member) -> None:
        """A worker that confirms has met an internal error: its tests count as failed."""
        for number in [*self._jobs]:
            job = self._jobs[number]
            if job.worker == member.number:
                job.fail_rest()
                self.unit_done(number)
        self._forget_beside(member)

    def _forget_beside(self, member: Member) -> None:
        for number, (group, worker) in [*self._beside.items()]:
            if worker == member.number:
                del self._beside[number]
                self._has_run(group, number)

    def lost(self, member: Member) -> None:
        """A worker has died: what it was to confirm stands as it is."""
        for unit in [*self._jobs]:
            if self._jobs[unit].worker == member.number:
                job = self._jobs.pop(unit)
                self._conclude_unconfirmed(job)
                self._has_run(job.group, unit)
        self._forget_beside(member)
        if member is self._full:
            self._full_ready = False
            for _, report in self._suspects.values():
                self._run.replay.collect_report(report)
            self._suspects.clear()

    def lose_takeovers(self) -> list[Unit]:
        """The full worker has died: the units that it was to run."""
        lost = [self._run.units[number] for number in self._takeovers]
        self._takeovers.clear()
        return lost

    def release(self) -> None:
        """Nothing more will fail: the full worker may go."""
        if self._full is not None and not self._full.gone:
            self._run.dispatcher.release(self._full.number)

    def give_up(self) -> None:
        """The run ends now: every first failure stands."""
        for _, report in self._suspects.values():
            self._run.replay.collect_report(report)
        self._beside.clear()
        for job in [*self._jobs.values(), *self._waiting]:
            self._conclude_unconfirmed(job)
        for key in [*self._held]:
            for held in self._held.pop(key):
                self._run.replay.item(held.item, held.reports, held.node)

    def _conclude_unconfirmed(self, job: Job) -> None:
        for held in (held for one in job.take_all() for held in one.held):
            self._run.replay.item(held.item, held.reports, held.node)
