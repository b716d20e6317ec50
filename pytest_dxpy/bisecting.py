"""Finds what has to run, or to be imported, before a test for it to fail.

``--dx-bisect=NODEID`` runs no test itself: each trial is a pytest of its own that repeats
a part of a run (``--dx-replay``) with one worker. What came before the test in its worker
are *steps*, each the import of a file or a test; a test brings the import of its file.
"""

from __future__ import annotations

import contextlib
import difflib
import math
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from pytest_dxpy import schedules
from pytest_dxpy.errors import BisectError, ScheduleError
from pytest_dxpy.schedules import Piece, Schedule
from pytest_dxpy.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_dxpy.mode import Mode
    from pytest_dxpy.options import Options

MOST_CULPRITS: Final = 4  # that are looked for with a number of runs that grows with log2
MOST_NAMED: Final = 2  # steps of a trial
MOST_OUTPUT: Final = 2000  # characters of a trial that could not run


class Step(NamedTuple):
    """The import of a file, or a test."""

    key: str
    node_id: str  # empty: the import


class EndlessError(Exception):
    """It takes more trials than are worth it."""


def most_trials(steps: int) -> int:
    """How many trials a search may take."""
    return MOST_CULPRITS * (math.ceil(math.log2(steps + 1)) + 1)


def culprits(count: int, fails: Callable[[list[int]], bool]) -> list[int]:
    """A smallest set of steps after which the test fails.

    The last of them is the end of the shortest beginning that is enough; the one before it
    is found in the same way, among the steps before, with the last one kept. Each takes
    log2 trials.

    Args:
        count: of the steps; after all of them it fails, and after none it passes.
        fails: whether it fails after the steps at these positions, ascending.

    Raises:
        EndlessError: it takes too many trials.
    """
    found: list[int] = []
    trials = 0

    def try_after(positions: list[int]) -> bool:
        nonlocal trials
        trials += 1
        if trials > most_trials(count):
            raise EndlessError
        return fails(positions)

    stop = count
    while True:
        low, high = 0, stop
        while high - low > 1:
            middle = (low + high) // 2
            if try_after([*range(middle), *found]):
                high = middle
            else:
                low = middle
        stop = high - 1
        found.insert(0, stop)
        if stop == 0 or try_after(found):
            return found


def steps_before(schedule: Schedule, node_id: str) -> list[Step]:
    """What its worker had imported and run before a test, and the test itself.

    Raises:
        LookupError: nobody had run it.
    """
    workers = (one for one in (*schedule.workers, *schedule.late))
    own = next((one for one in workers if any(node_id in piece.ran for piece in one)), None)
    if own is None:
        raise LookupError(node_id)
    imported: list[Step] = []
    if schedule.collect == "full":
        keys = dict.fromkeys(_path(schedule, piece) for piece in schedule.pieces)
        imported = [Step(key, "") for key in keys]
    steps: dict[Step, None] = dict.fromkeys(imported)
    for piece in own:
        key = _path(schedule, piece)
        steps.setdefault(Step(key, ""))
        for one in piece.ran:
            steps.setdefault(Step(key, one))
            if one == node_id:
                return [*steps]
    raise LookupError(node_id)


def _path(schedule: Schedule, piece: Piece) -> str:
    """The file of a piece, which may be a group's."""
    if not piece.key.startswith("@"):
        return piece.key
    raise BisectError(
        f"run {schedule.name} had shared tests out by xdist_group",
        hint="run once without --dist=loadgroup",
    )


def as_schedule(steps: Iterable[Step]) -> Schedule:
    """What has one worker take these steps, and nothing else."""
    pieces: list[Piece] = []
    for key, node_id in steps:
        if not pieces or pieces[-1].key != key:
            pieces.append(Piece(key, [], []))
        if node_id:
            pieces[-1].order.append(len(pieces[-1].ids))
            pieces[-1].ids.append(node_id)
    return Schedule("", "lazy", [pieces], [], [], is_all=True)


class Trials:
    """Runs pytest on parts of a run."""

    def __init__(self, config: pytest.Config, folder: Path) -> None:
        self._config = config
        self._folder = folder
        self._root = str(config.rootpath)
        self.count = 0

    def outcome(self, steps: Sequence[Step]) -> bool | None:
        """Whether the last step fails after the others; None: it did not run."""
        self.count += 1
        place = self._folder / str(self.count)
        place.mkdir()
        wanted = place / "steps.json"
        wanted.write_text(schedules.encode(self._root, as_schedule(steps)), "utf-8")
        output = self._pytest(_with(self._config, place, [f"--dx-replay={wanted}"]))[1]
        (place / "output").write_text(output, "utf-8", "replace")
        with contextlib.suppress(ScheduleError):
            kept = schedules.Schedules(place / "kept" / "runs")
            ran = kept.load("yes", place, self._root)
            if any(steps[-1].node_id in piece.ran for piece in ran.pieces):
                return steps[-1].node_id in ran.failed
        return None

    def last_output(self) -> str:
        """The end of what the last trial has written."""
        return (self._folder / str(self.count) / "output").read_text("utf-8")[-MOST_OUTPUT:]

    def fails_with(self, node_id: str, arguments: list[str]) -> bool:
        """Whether a test fails where pytest has these arguments and no other."""
        self.count += 1
        # The environment may ask for more; --dx-bisect would never end.
        own = ["-p", "no:cacheprovider", "-rfE", "--color=no", "--dx-bisect=no", "--dx-replay=no"]
        _, output = self._pytest([*own, *arguments])
        failed = (f"FAILED {node_id}", f"ERROR {node_id}")
        return any(
            f"{line} ".startswith(f"{one} ") for line in output.splitlines() for one in failed
        )

    def _pytest(self, arguments: list[str]) -> tuple[int, str]:
        program = (
            f"import sys; sys.path[:] = {sys.path!r}; sys.argv[:] = {sys.argv[:1]!r}; "
            f"import pytest; sys.exit(pytest.main({arguments!r}))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=self._config.invocation_params.dir,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.returncode, done.stdout.decode("utf-8", "replace")


def _with(config: pytest.Config, place: Path, more: list[str]) -> list[str]:
    """The arguments of this run, less what stands in the way of a trial."""
    arguments = [str(argument) for argument in config.invocation_params.args]
    end = arguments.index("--") if "--" in arguments else len(arguments)
    own = [
        "--dx-bisect=no",
        "--dx-collect=lazy",
        "--dx-record=off",
        "--dx-affected=no",
        f"--dx-cache-dir={place / 'kept'}",
        *("-o", f"cache_dir={place / 'cache'}"),
        *("-k", "", "-m", "", "-q", "--maxfail=0", "--continue-on-collection-errors"),
    ]
    if getattr(config.option, "xmlpath", None):
        own.append(f"--junit-xml={place / 'junit.xml'}")
    if config.pluginmanager.hasplugin("pytest_cov"):
        own.append("--no-cov")
    return [*arguments[:end], *own, *more, *arguments[end:]]


class Bisection:
    """A pytest plugin: takes collection and the run loop over."""

    def __init__(self, config: pytest.Config, options: Options, mode: Mode) -> None:
        """Look for the run.

        Raises:
            BisectError: there is no run with the test.
            ScheduleError: there is no such run.
        """
        if mode.collect == "off":
            raise BisectError(
                f"needs workers, and this run has none ({mode.reason})",
                hint="leave one of the two out",
            )
        self._config = config
        self._node_id = options.bisect
        self._schedule = self._find(schedules.kept(config, options), options.replay)
        self._steps = steps_before(self._schedule, self._node_id)

    def _find(self, kept: schedules.Schedules, wanted: str) -> Schedule:
        """The run that was asked for, or the last one in which the test failed, or ran."""
        directory, root = self._config.invocation_params.dir, str(self._config.rootpath)
        names = [wanted] if wanted else kept.names() or ["yes"]
        known: dict[str, None] = {}
        ran = None
        for name in reversed(names):
            try:
                found = kept.load(name, directory, root)
            except ScheduleError:
                if wanted or len(names) == 1:
                    raise
                continue
            ids = [one for piece in found.pieces for one in piece.ran]
            if self._node_id in found.failed and self._node_id in ids:
                return found
            ran = ran or (found if self._node_id in ids else None)
            known.update(dict.fromkeys(ids))
        if ran is None:
            close = difflib.get_close_matches(self._node_id, known, n=1)
            raise BisectError(
                f"{self._node_id!r} has run in no run that is kept",
                hint=f"did you mean {close[0]!r}?" if close else "run it once, with workers",
            )
        return ran

    def pytest_report_header(self) -> str:
        """Say what this is."""
        return f"dxpy: looking for what makes {self._node_id} fail"

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> bool:
        """Collect nothing."""
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Look for it."""
        with tempfile.TemporaryDirectory(prefix="dxpy-bisect-") as folder:
            trials = Trials(self._config, Path(folder))
            for line in self._search(trials):
                self._say(line)
            self._say(f"{plural(trials.count, 'run')} of pytest")
        session.testsfailed = 1  # nothing is in order, whatever was found
        return True

    def _say(self, text: str) -> None:
        reporter: Any = self._config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"dxpy: {text}")
            reporter.flush()

    def _search(self, trials: Trials) -> list[str]:
        """Try; what was found, in lines."""
        *before, own = self._steps
        run = f"run {self._schedule.name}"

        def fails(positions: list[int]) -> bool:
            """Try the test after some of what came before it, and say so."""
            steps = [before[position] for position in positions]
            failed = trials.outcome([*steps, own])
            told = f"after {len(steps)} of {len(before)}" if steps else "alone"
            if 0 < len(steps) <= MOST_NAMED:
                told = f"after {self._names(steps)}"
            self._say(f"{trials.count}: {told} it {'fails' if failed else 'passes'}")
            if failed is None and not positions:
                raise pytest.UsageError(
                    f"--dx-bisect: {self._node_id} does not run alone:\n{trials.last_output()}"
                )
            return bool(failed)

        self._say(f"in {run}, {plural(len(before), 'step')} came before it: imports and tests")
        if fails([]):
            return [f"{self._node_id} fails alone: nothing need run before it"]
        if not before or not fails([*range(len(before))]):
            return [
                f"{self._node_id} passes alone, and in the order of {run}: it is flaky, or "
                "something has changed since"
            ]
        try:
            found = culprits(len(before), fails)
        except EndlessError:
            return [f"{self._node_id} fails after so many of them together that no more was tried"]
        return self._found(trials, [before[position] for position in found], fails)

    def _found(
        self, trials: Trials, steps: list[Step], fails: Callable[[list[int]], bool]
    ) -> list[str]:
        """Say what was found, once it is known that it was no chance."""
        positions = [self._steps.index(step) for step in steps]
        if fails([]) or not fails(positions):
            return [f"{self._node_id} is flaky: it fails and passes after the same steps"]
        lines = [f"{self._node_id} fails after {self._names(steps)}"]
        # As plain pytest; else as a worker, which imports a file after it has run others.
        for how in (["--dx-collect=off"], ["--dx-collect=lazy", "--dx-workers=1"]):
            arguments = ["-p", "dxpy", *how, *self._arguments(steps)]
            if trials.fails_with(self._node_id, arguments):
                return [*lines, f"to repeat it: pytest {shlex.join(arguments)}"]
        return [*lines, "no short command repeats it: with options of this one it may"]

    def _names(self, steps: list[Step]) -> str:
        return " and ".join(one.node_id or f"the import of {self._show(one.key)}" for one in steps)

    def _arguments(self, steps: list[Step]) -> list[str]:
        """What pytest is told to import and run, in this order."""
        imported = [one for one in steps if not one.node_id]
        options = [
            text
            for one in imported
            for text in ("--deselect", os.path.relpath(one.key, self._config.rootpath))
        ]
        return [*options, *(self._argument(one) for one in [*steps, self._steps[-1]])]

    def _argument(self, step: Step) -> str:
        _, mark, rest = step.node_id.partition("::")
        return f"{self._show(step.key)}{mark}{rest}"

    def _show(self, path: str) -> str:
        return os.path.relpath(path, self._config.invocation_params.dir)
