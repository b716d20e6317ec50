"""Units on their way: discovered, begun, collected, run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_dxpy import native, protocol, reports, units
from pytest_dxpy.records import content_hash

if TYPE_CHECKING:
    from pytest_dxpy.confirmer import Confirmer
    from pytest_dxpy.repetition import Repetition
    from pytest_dxpy.run import Run
    from pytest_dxpy.units import Unit


class Progress:
    """Follows the units that all workers share."""

    def __init__(
        self, run: Run, confirmer: Confirmer, hints: list[Unit], repetition: Repetition | None
    ) -> None:
        self._run = run
        self._confirmer = confirmer
        self._hints = hints
        self._repetition = repetition
        self._total = 0
        self._said: tuple[int, int] | None = None  # tests that there are, and need not run
        self._known = False
        self._left_out: dict[int, list[str]] = {}  # by worker
        self._slow: set[str] = set()  # tests that were named for it
        self._ids: dict[int, list[str]] = {}  # by worker; for plugins that ask

    def begin(self) -> None:
        """Queue what is known before any worker has looked."""
        hints = self._hints
        self._total = sum(unit.tests for unit in hints)
        dependent = []
        if self._run.mode.confirm:
            dependent = [unit for unit in hints if self._run.records.is_dependent(unit.key)]
        self._run.add([unit for unit in hints if unit not in dependent])
        for unit in dependent:
            self._confirmer.take_over(unit)
        option = self._run.config.option
        narrowed = option.keyword or option.markexpr or option.deselect
        self._known = bool(hints) and not narrowed and all(unit.known for unit in hints)

    def say_known(self) -> None:
        """Say how many tests there are, where that is remembered."""
        self._count(say=self._known)
        if self._known:
            self._run.replay.line("")

    def deselected(self, worker: int, node_ids: list[str]) -> None:
        """A worker that collects everything has left tests out, as all of them do."""
        self._left_out.setdefault(worker, []).extend(node_ids)

    def everything_collected(self, worker: int, count: int) -> None:
        """A worker that collects everything has done so; the first one counts."""
        if self._run.mode.full and self._said is None:
            self._run.replay.deselected(self._left_out.get(worker, []))
            self._total = count
            self._count(say=True)

    def end(self) -> None:
        """Say how many tests there were, where that was not known."""
        if self._run.stopping:
            return
        if self._run.mode.full and self._said is not None:
            self._run.replay.say_unaffected()
        elif self._counts() != self._said:
            self._count(say=True)

    def _counts(self) -> tuple[int, int]:
        """How many tests there are, and how many of these need not run."""
        unaffected = self._run.replay.unaffected_count
        # Who collects everything has counted them.
        return self._total + (0 if self._run.mode.full else unaffected), unaffected

    def _count(self, *, say: bool) -> None:
        counts = self._counts()
        self._run.replay.count(counts[0], say=say)
        if say:
            self._said = counts

    def on_discovered(self, event: protocol.Event) -> None:
        """A worker has listed the units as pytest finds them: correct the hints."""
        run = self._run
        found = native.decode_units(event.payload)
        if self._repetition is not None:
            self._repeat(self._repetition, found)
            return
        hinted = {unit.key: number for number, unit in run.units.items()}
        gone = self._gone({key for key, _, _ in found})
        run.dispatcher.drop_units(gone)
        new = [
            units.make_unit(key, argument, size, -1, run.records)
            for key, argument, size in found
            if key not in hinted
        ]
        new = run.selection.reduce(new)
        run.add(new)
        numbers = {unit.key: number for number, unit in run.units.items()}
        order = [numbers[key] for key, _, _ in found if key in numbers]
        for position, number in enumerate(order):
            run.units[number].position = position
        run.dispatcher.set_positions(order)
        run.dispatcher.end_discovery()
        if not run.mode.full:
            self._total += sum(unit.tests for unit in new)
            for number in gone:  # one may have been begun by now
                self._total -= run.units[number].tests
                run.units[number].expected_tests = 0
            self._count(say=False)

    def _repeat(self, repetition: Repetition, found: list[tuple[str, int, int]]) -> None:
        """The units are given out as in another run."""
        others = repetition.assign(found)
        dependent = []
        if self._run.mode.confirm:
            dependent = [unit for unit in others if self._run.records.is_dependent(unit.key)]
        self._run.add([unit for unit in others if unit not in dependent])
        for unit in dependent:
            self._confirmer.take_over(unit)
        repetition.end_discovery()

    def _gone(self, found: set[str]) -> list[int]:
        """The hints that pytest does not find.

        Not a file that a test may have deleted: whoever gets it meets the error.
        """
        return [
            number
            for number, unit in self._run.units.items()
            if unit.key not in found and unit.worker is None and not self._may_be_deleted(unit)
        ]

    def _may_be_deleted(self, unit: Unit) -> bool:
        """Whether the file is gone, and may have been there when the first test could run.

        What deletes it before that, such as a hook, deletes it in plain pytest too.
        """
        begun_ns = self._run.dispatcher.first_offer_ns()
        if begun_ns == 0 or os.path.lexists(unit.key):
            return False
        try:
            return os.stat(os.path.dirname(unit.key)).st_mtime_ns >= begun_ns  # noqa: PTH116, PTH120
        except OSError:
            return True

    def on_begun(self, event: protocol.Event) -> None:
        """A worker has taken a unit."""
        unit = self._run.units[event.unit]
        member = self._run.crew.members[event.worker]
        unit.worker = event.worker
        unit.alone = not member.begun and not member.full
        unit.sharing.add(event.worker)
        member.begin_unit(event.unit)

    def on_sharing(self, event: protocol.Event) -> None:
        """Several workers run one unit, or could."""
        unit = self._run.units[event.unit]
        match event.kind:
            case protocol.HEARD_JOINED:
                unit.sharing.add(event.worker)
                self._run.crew.members[event.worker].begin_unit(event.unit)
            case protocol.HEARD_CUT:
                unit.give(event.worker, event.item)
            case protocol.HEARD_DIVISIBLE:
                unit.start_seconds = event.seconds
            case protocol.HEARD_DIFFERS:
                self._note_difference(event, unit)

    def _note_difference(self, event: protocol.Event, unit: Unit) -> None:
        run = self._run
        if unit.again:  # it was handed on
            return
        assert unit.worker is not None
        first, second = (run.crew.members[number].name for number in (unit.worker, event.worker))
        run.notes.append(
            f"{run.show(unit.key)} was not shared: {second} collects other tests than {first} "
            "(ids from a set, a clock or an address?)"
        )

    def on_collected(self, event: protocol.Event) -> None:
        """A unit's tests are known."""
        unit = self._run.units[event.unit]
        expected = unit.tests
        unit.items = native.decode_items(event.payload)
        unit.spans[event.worker] = [range(len(unit.items))]
        if self._confirmer.reruns(event.unit):
            return
        if not unit.items and self._may_be_deleted(unit):
            path, node_id = self._run.show(unit.key), self._run.node_id(unit.key)
            message = f"{path} was deleted after the run had begun, and its tests did not run"
            self._run.replay.collect_report(reports.collect_crash_report(node_id, message))
        if not (unit.again or self._run.mode.full):
            self._total += len(unit.items) - expected
            self._count(say=False)
        self._tell_ids(event.worker, unit)

    def _tell_ids(self, worker: int, unit: Unit) -> None:
        hook = self._run.config.hook.pytest_xdist_node_collection_finished
        if hook.get_hookimpls():
            ids = self._ids.setdefault(worker, [])
            ids.extend(item.node_id for item in unit.items or ())
            hook(node=self._run.crew.members[worker].node, ids=ids)

    def on_item(self, event: protocol.Event, delay: str) -> None:
        """A test has run.

        Args:
            event: of its worker.
            delay: what of it took too long; empty: nothing did.
        """
        run = self._run
        unit = run.units[event.unit]
        if unit.items is None:
            return  # a Ctrl-C came while its collection was being handled
        item = unit.items[event.item]
        unit.note_run(event.worker, event.item, event.seconds)
        member = run.crew.members[event.worker]
        member.ran[-1].append(event.item)
        node = member.node
        failed = protocol.failing(event.phases)
        unit.failed |= failed
        made = run.replay.reports_of(item, event.phases, node)
        if delay and not failed:
            failed = True
            made = [report for report in made if report.when != "call"]  # it counts once
            made.append(reports.crash_report(item, delay, []))
        if self._confirmer.reruns(event.unit):
            self._confirmer.ran_again(event.unit, item, failed, made, node)
        elif failed and self._confirmer.holds(event.unit):
            self._confirmer.hold(event, made, node)
        else:
            run.replay.item(item, made, node)

    def on_slow(self, event: protocol.Event) -> None:
        """A test takes its time: name it, once."""
        items = self._run.units[event.unit].items
        if items is None or (node_id := items[event.item].node_id) in self._slow:
            return
        self._slow.add(node_id)
        name = self._run.crew.members[event.worker].name
        self._run.output.say(f"dxpy: {node_id} has been running for {event.seconds:.3g} s ({name})")

    def on_unit_done(self, event: protocol.Event) -> None:
        """A worker is through with its tests of a unit."""
        unit = self._run.units[event.unit]
        unit.spent_seconds += event.seconds
        unit.sharing.discard(event.worker)
        if unit.sharing:
            return
        if not self._confirmer.reruns(event.unit):
            self._remember(unit, unit.spent_seconds)
        self._confirmer.unit_done(event.unit)

    def _remember(self, unit: Unit, seconds: float) -> None:
        if unit.again or unit.partial or unit.unaffected or unit.key.startswith("@"):
            return
        try:
            status = os.stat(unit.key)  # noqa: PTH116
        except OSError:
            return
        record = self._run.records.get(unit.key)
        record.seconds = seconds
        record.start_seconds = unit.start_seconds
        record.slow = unit.slowest()
        record.tests = -1 if unit.narrowed or self._run.mode.full else len(unit.items or ())
        record.size_bytes, record.mtime_ns = status.st_size, status.st_mtime_ns
        if unit.alone and unit.items and not (unit.failed or unit.split):
            record.proven = content_hash(unit.key)
