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

from pytest_dxpy import native, protocol, reports, stages, units, walk, xdist_compat
from pytest_dxpy.arguments import resolve_arguments
from pytest_dxpy.confirmer import Confirmer
from pytest_dxpy.coverage_compat import merge_coverage
from pytest_dxpy.crew import Crew, fitting
from pytest_dxpy.errors import DxpyError
from pytest_dxpy.hearing import Hearing
from pytest_dxpy.losses import Losses
from pytest_dxpy.mode import Mode, after_configure, detail_of, header
from pytest_dxpy.progress import Progress
from pytest_dxpy.repetition import Repetition, keep
from pytest_dxpy.replay import Replay
from pytest_dxpy.run import Run
from pytest_dxpy.standstills import limits
from pytest_dxpy.status import Status
from pytest_dxpy.wording import plural
from pytest_dxpy.xdist_options import IS_ASKED

if TYPE_CHECKING:
    from pytest_dxpy.launch import Launcher
    from pytest_dxpy.options import Options
    from pytest_dxpy.schedules import Plan
    from pytest_dxpy.selection import Selection
    from pytest_dxpy.units import Unit


class Controller:
    """A pytest plugin: takes collection and the run loop over."""

    def __init__(
        self, options: Options, mode: Mode, launcher: Launcher, selection: Selection, plan: Plan
    ) -> None:
        self._options = options
        self._mode = mode
        self._launcher = launcher
        self._records = selection.records
        self._selection = selection
        self._plan = plan
        self._name = ""  # under which the run is kept
        self._run: Run | None = None
        self._repetition: Repetition | None = None
        self._taken: deque[tuple[Any, ...]] = deque()  # events that are not handled yet
        self._usage_error: pytest.UsageError | None = None

    # What pytest calls.

    def pytest_report_header(self, config: pytest.Config) -> list[str]:
        """Say how this run works."""
        lines = header(config, self._mode, self._plan.workers)
        if self._plan.repeated is not None:
            lines[0] += f", repeating run {self._plan.repeated.name}"
        return lines

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
        counted = stages.of(config)
        with counted.stage("walk"):
            hints = self._hints(config)
        hints = self._selection.reduce(hints)
        with counted.stage("start of workers"):
            self._start_workers(config, hints, early=early)

    def _start_workers(self, config: pytest.Config, hints: list[Unit], *, early: bool) -> None:
        count, repeated = self._plan.workers, self._plan.repeated
        if not (self._mode.full or repeated):
            count = min(count, self._busy(hints))
        is_asked = config.stash[IS_ASKED] or repeated
        count, notes = (count, []) if is_asked else fitting(count, self._records.worker_bytes)
        if count == 0 and not self._leaves_out_all(config):
            count = 1
        # From here on there are threads: nothing may be forked but by the zygote.
        dispatcher = native.Dispatcher(
            given_order=self._mode.full or self._options.order == "pytest" or bool(repeated),
            barrier=0 if early else count,
            discover=True,
            split=self._mode.split,
            max_failures=config.getvalue("maxfail") or 0,
            halt_on_collect_error=not config.option.continue_on_collection_errors,
            pause=self._mode.confirm,
            slow_seconds=self._options.slow,
            stage_limits=limits(self._options),
        )
        crew = Crew(config, self._launcher, dispatcher, self._birth(config), count)
        self._run = run = Run(
            config, self._options, self._mode, self._records, self._selection, crew, dispatcher
        )
        unused = xdist_compat.unused_hooks(config)
        run.notes += [*notes, *(f"{name} is not called" for name in unused)]
        self._confirmer = Confirmer(run)
        if repeated is not None:
            self._repetition, hints = Repetition(run, repeated), []
        repetition = self._repetition
        self._losses = Losses(run, self._confirmer, count, repetition)
        self._progress = Progress(run, self._confirmer, hints, repetition)
        self._hearing = Hearing(run, self._confirmer, self._losses, self._progress, repetition)
        for _ in range(count):
            crew.start(shared=True, full=self._mode.full)
        self._progress.begin()

    def _birth(self, config: pytest.Config) -> protocol.Birth:
        """What every worker is told."""
        return protocol.Birth(
            workerinput={},
            full=self._mode.full,
            by_group=getattr(config.option, "dist", "no") == "loadgroup",
            early=False,
            divide=self._mode.split,
            listing=self._plan.repeated is not None,
            timeout=self._options.timeout,
            exclusive=self._options.exclusive_fixtures,
            shared=self._options.shared_fixtures,
        )

    def _leaves_out_all(self, config: pytest.Config) -> bool:
        """Whether no test need run, also of those that a walk does not find."""
        if not self._selection.active:
            return False
        return walk.finds_all(config, walk.test_files(config).conftests())

    def _hints(self, config: pytest.Config) -> list[Unit]:
        self._mode = after_configure(config, self._mode)
        if self._mode.full:
            resolve_arguments(config)  # for its error alone
            return []
        hints = units.hints(config, self._records)
        paths = [unit.key for unit in hints]
        if self._mode.confirm and (name := walk.Modules(config, paths).clash):
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
        self._selection.begin(run.replay)
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
        self._status = Status(self._run, self._confirmer.reruns)
        self._status.begin()
        try:
            self._follow(self._run)
        except KeyboardInterrupt:
            self._interrupt(self._run)
            raise
        finally:
            self._status.end()
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
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """End what still runs, and remember what was learned."""
        if self._run is None or self._usage_error is not None:
            return
        left = self._selection.failures_left(self._run.replay.deselected_ids())
        if left and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self._run.notes.append(
                f"{plural(len(left), 'test')} failed before and did not run: {left[0]}"
            )
        for member in self._run.crew.working():  # the session ended before they did
            self._run.crew.bury(member, kill=True)
        self._losses.shared.close()
        self._progress.end()
        self._losses.remember()
        with stages.of(session.config).stage("keeping durations"):
            problem = self._records.save()
        if problem:
            self._run.notes.append(problem)
        else:
            self._run.notes += self._selection.keep(self._run.units.values())
        if self._repetition is not None:
            self._run.notes += self._repetition.notes()
        with stages.of(session.config).stage("keeping what ran where"):
            self._name = keep(self._run, self._plan.schedules)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write what the user should know."""
        for line in self._selection.summary():
            terminalreporter.write_line(line)
        notes = self._run.take_notes() if self._run is not None else []
        for note in notes:
            terminalreporter.write_line(f"dxpy: {note}", yellow=True)
        if self._name and self._run is not None and self._run.session.testsfailed:
            repeat = f"--dx-replay={self._name}"
            terminalreporter.write_line(f"dxpy: run {self._name}: {repeat} repeats its order")

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
        for member, error in self._hearing.late_errors if self._run is not None else ():
            if self._confirmer.answers_for(member):  # known only now
                raise error
        for stuck in self._losses.standstills.late if self._run is not None else ():
            raise stuck

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
                    elif event.kind in (protocol.HEARD_EVENT, protocol.HEARD_OUTPUT):
                        self._hearing.heard(member, event)
                    elif event.kind in (protocol.HEARD_WAITS, protocol.HEARD_STUCK):
                        self._losses.overdue(event)
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
        patience = self._status.patience(self._losses.patience())
        self._taken.extend(run.dispatcher.take_events(patience))
        with stages.of(run.config).stage("results, with pytest's reports"), run.replay.together():
            while self._taken:
                self._handle(run, protocol.Event(*self._taken.popleft()))
        self._losses.end_waits()
        self._status.refresh()

    def _interrupt(self, run: Run) -> None:
        """Ctrl-C: let workers end as pytest ends; a second one kills them."""
        run.stop()
        for member in run.crew.alive():
            run.crew.signal(member, signal.SIGINT)
        try:
            while run.crew.working():
                self._take_events(run)
                self._losses.shared.let_go()
        except KeyboardInterrupt:
            run.crew.end_all()

    def _handle(self, run: Run, event: protocol.Event) -> None:  # noqa: C901  # a line per kind
        member = run.crew.members[event.worker]
        match event.kind:
            case protocol.HEARD_ITEM:
                self._progress.on_item(event, self._losses.delay_of(event))
            case protocol.HEARD_BEGUN:
                self._progress.on_begun(event)
            case protocol.HEARD_COLLECTED:
                self._progress.on_collected(event)
            case protocol.HEARD_UNIT_DONE:
                self._progress.on_unit_done(event)
            case protocol.HEARD_EVENT | protocol.HEARD_OUTPUT | protocol.HEARD_SLOW:
                self._hearing.heard(member, event)
            case protocol.HEARD_READY:
                member.ready = True
                run.config.hook.pytest_testnodeready(node=member.node)
            case protocol.HEARD_DISCOVERED:
                self._progress.on_discovered(event)
            case protocol.HEARD_FINISHED:
                self._hearing.session_over(member, *reports.load(event.payload))
            case protocol.HEARD_EXITED:
                self._losses.exited(member)
            case protocol.HEARD_LOST:
                self._losses.lost(event)
            case protocol.HEARD_OVERDUE | protocol.HEARD_WAITS | protocol.HEARD_STUCK:
                self._losses.overdue(event)
            case _:
                self._progress.on_sharing(event)

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
        # Who leaves may wait for the end of all others.
        if all(one.leaving for one in run.crew.working_shared()) and not self._confirmer.busy:
            self._confirmer.release()
        self._losses.shared.let_go()
