"""The side that the user sees: one per run.

All that happens in workers reaches it as one stream of events, handled one by
one in the main thread; nothing else changes the state of a run. It never
imports a test module.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest

from pytest_dxpy import native, protocol, reports, units, xdist_compat
from pytest_dxpy._version import __version__
from pytest_dxpy.collection import resolve_arguments
from pytest_dxpy.confirmer import Confirmer
from pytest_dxpy.coverage_compat import merge_coverage
from pytest_dxpy.crew import Crew
from pytest_dxpy.errors import DxpyError, UnconfigureError
from pytest_dxpy.losses import Losses
from pytest_dxpy.mode import Mode, detail_of
from pytest_dxpy.progress import Progress
from pytest_dxpy.replay import Replay
from pytest_dxpy.run import Run, plural

if TYPE_CHECKING:
    from pytest_dxpy.crew import Member
    from pytest_dxpy.launch import Launcher
    from pytest_dxpy.options import Options
    from pytest_dxpy.records import Records
    from pytest_dxpy.units import Unit


class Controller:
    """A pytest plugin: takes collection and the run loop over."""

    def __init__(
        self, options: Options, mode: Mode, launcher: Launcher, records: Records, workers: int
    ) -> None:
        self._options = options
        self._mode = mode
        self._launcher = launcher
        self._records = records
        self._workers = workers
        self._run: Run | None = None
        self._taken: deque[tuple[Any, ...]] = deque()  # events that are not handled yet
        self._usage_error: pytest.UsageError | None = None
        self._late_errors: list[tuple[Member, UnconfigureError]] = []  # met after a session

    # What pytest calls.

    def pytest_report_header(self, config: pytest.Config) -> list[str]:
        """Say how this run works."""
        line = f"dxpy: {plural(self._workers, 'worker')}, {self._mode.collect} collection"
        if config.option.verbose > 0:
            line += f" ({self._mode.reason}), pytest-dxpy {__version__}"
        return [line]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Start the workers, or let them go on that were started early."""
        try:
            if self._run is None:
                self.start_workers(session.config, early=False)
        except pytest.UsageError as error:
            self._usage_error = error
        except DxpyError as error:
            self._usage_error = pytest.UsageError(str(error))
        else:
            self._begin(session)

    def start_workers(self, config: pytest.Config, *, early: bool) -> None:
        """Start as many workers as there is work for.

        Args:
            config: of the controller.
            early: it is not configured yet, and workers configure at the same time. Nothing
                that happens at a session's start can be told from outside then, and no
                worker waits for the others.

        Raises:
            pytest.UsageError: an argument names no file.
            StartError: no process can be started.
        """
        hints = self._hints(config)
        count = self._workers if self._mode.full else max(1, min(self._workers, self._busy(hints)))
        # From here on there are threads: nothing may be forked but by the zygote.
        dispatcher = native.Dispatcher(
            given_order=self._mode.full or self._options.order == "pytest",
            barrier=0 if early else count,
            discover=True,
            split=self._mode.split,
            max_failures=config.getvalue("maxfail") or 0,
            halt_on_collect_error=not config.option.continue_on_collection_errors,
            pause=self._mode.confirm,
        )
        crew = Crew(config, self._launcher, dispatcher, self._mode, count)
        self._run = run = Run(config, self._options, self._mode, self._records, crew, dispatcher)
        run.notes += [f"{name} is not called" for name in xdist_compat.unused_hooks(config)]
        self._confirmer = Confirmer(run)
        self._losses = Losses(run, self._confirmer, count)
        self._progress = Progress(run, self._confirmer, hints)
        for _ in range(count):
            crew.start(shared=True, full=self._mode.full)
        self._progress.begin()

    def _hints(self, config: pytest.Config) -> list[Unit]:
        if self._mode.full:
            resolve_arguments(config)  # for its error alone
            return []
        hints = units.hints(config, self._records)
        if self._mode.confirm and (name := units.clash(config, hints)):
            self._mode = Mode("full", confirm=False, reason=f"two files are module '{name}'")
            return []
        return hints

    def _busy(self, hints: list[Unit]) -> int:
        """How many workers the units can keep busy."""
        return sum(units.shares(unit) for unit in hints) if self._mode.split else len(hints)

    def _begin(self, session: pytest.Session) -> None:
        run = self._run
        assert run is not None
        detail = detail_of(run.config)
        run.session = session
        run.replay = Replay(run.config, session)
        if detail.all_phases:
            run.dispatcher.report_all_phases()
        careful = bool(run.config.getvalue("maxfail")) or not run.continuing
        run.crew.begin(detail, careful=careful)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> bool:
        """Nothing is collected here; say what is known of the number of tests."""
        if self._usage_error is not None:  # where plain pytest meets it
            raise self._usage_error
        self._progress.say_known()
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Follow the run to its end, and end it as pytest's own loop does."""
        assert self._run is not None
        try:
            self._follow(self._run)
        except KeyboardInterrupt:
            self._interrupt(self._run)
            raise
        finally:
            self._confirmer.give_up()
        if self._run.ending is not None:
            raise self._run.ending
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop or self._run.stop_reason:
            raise session.Interrupted(session.shouldstop or self._run.stop_reason)
        self._raise_collect_errors(self._run)
        return True

    def _raise_collect_errors(self, run: Run) -> None:
        errors = run.replay.collect_errors
        if errors and not run.continuing:
            ran = sum(len(unit.ran) for unit in run.units.values())
            after = f" ({plural(ran, 'test')} had run)" if ran else ""
            raise run.session.Interrupted(f"{plural(errors, 'error')} during collection{after}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """End what still runs, and remember what was learned."""
        if self._run is None:
            return
        for member in self._run.crew.working():  # the session ended before they did
            self._run.crew.bury(member, kill=True)
        self._progress.end()
        self._losses.remember()
        if problem := self._records.save():
            self._run.notes.append(problem)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write what the user should know."""
        notes = self._run.take_notes() if self._run is not None else []
        for note in notes:
            terminalreporter.write_line(f"dxpy: {note}", yellow=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """Spare pytest's five searches for garbage what is old: tests leave theirs in workers.

        Not before: gc.get_referrers() does not see frozen objects, and hypothesis looks
        there when it is imported.
        """
        gc.collect(1)
        gc.freeze()

    def close(self, config: pytest.Config) -> None:
        """Leave no process behind, however the session ended.

        The last thing of all: workers and the controller unconfigure at the same
        time.

        Raises:
            UnconfigureError: a worker could not unconfigure; plain pytest ends with such
                an error too.
        """
        if self._run is not None:
            self._see_off(self._run)
            for note in self._run.take_notes():
                sys.stderr.write(f"dxpy: {note}\n")
        self._launcher.close()
        merge_coverage(config)
        gc.unfreeze()
        for member, error in self._late_errors:
            if self._confirmer.answers_for(member):  # known only now
                raise error

    def _see_off(self, run: Run) -> None:
        """Wait for the processes of the workers whose sessions are over."""
        try:
            for member in run.crew.working():
                run.crew.bury(member, kill=True)
            while run.crew.alive():
                self._taken.extend(run.dispatcher.take_events(self._losses.patience()))
                while self._taken:
                    event = protocol.Event(*self._taken.popleft())
                    member = run.crew.members[event.worker]
                    if event.kind in (protocol.HEARD_EXITED, protocol.HEARD_LOST):
                        self._losses.exited(member)
                    elif event.kind == protocol.HEARD_EVENT:
                        self._on_told(run, member, reports.load(event.payload))
                self._losses.end_waits()
        except KeyboardInterrupt:
            run.crew.end_all()

    # The run.

    def _follow(self, run: Run) -> None:
        while run.crew.working():
            try:
                self._take_events(run)
                self._reconsider(run)
            except DxpyError as error:  # noqa: PERF203  # the run goes on, to its end
                run.end_with(pytest.exit.Exception(str(error), pytest.ExitCode.INTERNAL_ERROR))

    def _take_events(self, run: Run) -> None:
        # A Ctrl-C may come between any two of them: the others are not lost by that.
        self._taken.extend(run.dispatcher.take_events(self._losses.patience()))
        with run.replay.together():
            while self._taken:
                self._handle(run, protocol.Event(*self._taken.popleft()))
        self._losses.end_waits()

    def _interrupt(self, run: Run) -> None:
        """Ctrl-C: let workers end as pytest ends; a second one kills them."""
        run.stop()
        for member in run.crew.alive():
            run.crew.signal(member, signal.SIGINT)
        try:
            while run.crew.working():
                self._take_events(run)
        except KeyboardInterrupt:
            run.crew.end_all()

    def _handle(self, run: Run, event: protocol.Event) -> None:  # noqa: C901  # a line per kind
        member = run.crew.members[event.worker]
        match event.kind:
            case protocol.HEARD_ITEM:
                self._progress.on_item(event)
            case protocol.HEARD_BEGUN:
                self._progress.on_begun(event)
            case protocol.HEARD_COLLECTED:
                self._progress.on_collected(event)
            case protocol.HEARD_UNIT_DONE:
                self._progress.on_unit_done(event)
            case protocol.HEARD_EVENT:
                self._on_told(run, member, reports.load(event.payload))
            case protocol.HEARD_READY:
                member.ready = True
                run.config.hook.pytest_testnodeready(node=member.node)
            case protocol.HEARD_DISCOVERED:
                self._progress.on_discovered(event)
            case protocol.HEARD_FINISHED:
                self._on_finished(run, member, reports.load(event.payload))
            case protocol.HEARD_EXITED:
                self._losses.exited(member)
            case protocol.HEARD_LOST:
                self._losses.lost(event)
            case _:
                self._progress.on_sharing(event)

    def _on_finished(self, run: Run, member: Member, output: dict[str, Any]) -> None:
        member.finished = True
        self._losses.session_over(member.number)
        member.node.workeroutput = output
        run.config.hook.pytest_testnodedown(node=member.node, error=None)
        reason = output.get("shouldfail") or output.get("shouldstop")
        if reason and not run.session.shouldstop:
            run.session.shouldstop = reason
            run.stop()

    def _on_told(  # noqa: C901  # a line or two per kind
        self, run: Run, member: Member, message: tuple[Any, ...]
    ) -> None:
        name, unit, *values = message
        # What a rerun, or a second look at the same files, says was said before.
        counts = member.shared or self._confirmer.takes_over(unit)
        again = unit in run.units and run.units[unit].again
        match name, values:
            case "session fixtures" | "fixture setup" | "fixture ready", _:
                self._losses.fixtures(member.number, message)
            case "collectreport", [data]:
                self._on_collect_report(run, member, unit, data)
            case "collected everything", [count]:
                self._on_everything_collected(member, count)
            case "warning", [data, when, nodeid, location]:
                if counts and (when == "runtest" or not again):
                    run.replay.warning(data, when, nodeid, location)
            case "deselected", [node_ids]:
                self._on_deselected(run, member, unit, node_ids)
            case "teardown", [node_id, text]:
                run.replay.late_teardown(node_id, text, member.node)
            case "junit attribute" | "junit property", _ if counts:
                run.replay.junit.told(member.number, name, *values)
            case "usage" | "exit", _:
                error = pytest.UsageError if name == "usage" else pytest.exit.Exception
                run.end_with(error(*values))
            case "interrupted", [text]:
                if not run.stopping:
                    run.stop(f"{member.name}: {text}")
            case "internal", [text]:
                self._on_internal_error(run, member, text)

    def _on_collect_report(self, run: Run, member: Member, unit: int, data: Any) -> None:
        report = reports.from_data(run.config, data)
        report.node = member.node
        if not report.failed or not run.mode.confirm:
            if member.shared:
                run.replay.collect_report(report)
        elif member.full:
            self._confirmer.full_error(report)
        elif member.shared:
            self._confirmer.suspect(unit, report)

    def _on_everything_collected(self, member: Member, count: int) -> None:
        if member.shared:
            self._progress.everything_collected(member.number, count)
        else:
            self._confirmer.full_collected()

    def _on_deselected(self, run: Run, member: Member, unit: int, node_ids: list[str]) -> None:
        if run.mode.full:
            self._progress.deselected(member.number, node_ids)
        elif member.shared and not run.units[unit].again:
            run.units[unit].narrowed = True
            run.replay.deselected(node_ids)

    def _on_internal_error(self, run: Run, member: Member, text: str) -> None:
        if member.broken:
            return  # what follows says nothing of the suite
        if member.finished:
            error = UnconfigureError(
                f"{member.name} met an error after its session",
                hint=f"plain pytest ends with such an error too; here it is:\n{text}",
            )
            self._late_errors.append((member, error))
            return
        if run.mode.confirm and not member.full and not run.stopping:
            self._losses.broken(member)
            return
        for line in text.splitlines():
            run.replay.line(f"INTERNALERROR> [{member.name}] {line}", red=True)
        message = f"{member.name} ended with an internal error"
        run.end_with(pytest.exit.Exception(message, pytest.ExitCode.INTERNAL_ERROR))

    def _reconsider(self, run: Run) -> None:
        """Decide what follows from what has been heard."""
        failed_to_collect = run.replay.collect_errors and not run.continuing
        if run.session.shouldfail or run.session.shouldstop or failed_to_collect:
            run.stop()
        elif run.dispatcher.state() == protocol.PAUSED:
            self._confirmer.submit_all()
            if not self._confirmer.busy:
                # Not yet, where a failure is still on its way here: its event comes.
                run.dispatcher.resume(run.session.testsfailed)
        self._losses.replace()
        if not run.crew.working_shared() and not self._confirmer.busy:
            self._confirmer.release()
