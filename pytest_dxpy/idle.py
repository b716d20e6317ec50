"""A run in which no test need run: the side that the user sees, without any other.

No worker is started, and nothing is imported that only those who have some need. Mostly not
even the record is read: the last judgement is recalled.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import pytest

from pytest_dxpy import mode, stages, walk
from pytest_dxpy.arguments import resolve_arguments
from pytest_dxpy.impact_values import values
from pytest_dxpy.kept_files import MEMO, RECORD
from pytest_dxpy.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_dxpy import native
    from pytest_dxpy.mode import Mode
    from pytest_dxpy.options import Options
    from pytest_dxpy.selection import Selection


class Idle:
    """A pytest plugin: takes collection and the run loop over."""

    def __init__(self, mode_: Mode, workers: int, tests: int, seconds: float) -> None:
        """Take part in a run.

        Args:
            mode_: in which it would run if there were something to run.
            workers: as many as there could have been.
            tests: how many there are.
            seconds: that they took.
        """
        self._mode = mode_
        self._workers = workers
        self._tests = tests
        self._seconds = seconds

    def pytest_report_header(self, config: pytest.Config) -> list[str]:
        """Say how this run works."""
        return mode.header(config, self._mode, self._workers)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        """Say how many tests there are."""
        tally = Tally(session.config, session)
        tally.leave_out_unnamed(self._tests, self._seconds)
        tally.count(self._tests, say=True)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> bool:
        """Run none."""
        return True

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write what was asked for."""
        for line in stages.of(terminalreporter.config).lines():
            terminalreporter.write_line(line)


class Search:
    """Finds out whether a run is one of these."""

    def __init__(
        self, config: pytest.Config, options: Options, mode_: Mode, folder: Path | None
    ) -> None:
        """Look for the test files.

        Args:
            config: with its plugins and initial conftests.
            options: of the run.
            mode_: in which it would run if there were something to run.
            folder: where things are kept between runs.
        """
        self._config = config
        self._folder = folder
        self._files: native.TestFiles | None = None
        option = config.option
        asks_more = options.explain or options.verify or options.affected != "yes"
        narrows = option.keyword or option.markexpr or option.deselect
        if asks_more or narrows or folder is None or getattr(option, "cacheclear", False):
            return
        # Only where workers could begin now is it known what they would do.
        if mode_.full or not mode.may_start_early(config):
            return
        self._values = values(config, options.env)
        # An argument that names no file is met again, and told, where pytest does.
        with stages.of(config).stage("walk"), contextlib.suppress(pytest.UsageError):
            if not any(argument.parts for argument in resolve_arguments(config)):
                self._files = walk.test_files(config)

    def recalled(self) -> tuple[int, float] | None:
        """By the last judgement: how many tests there are and their seconds; None: who knows."""
        if self._files is None or self._folder is None:
            return None
        with stages.of(self._config).stage("recalling"):
            if not walk.finds_all(self._config, self._files.conftests()):
                self._files = None
                return None
            memo, record, root = (
                os.fsencode(path)
                for path in (self._folder / MEMO, self._folder / RECORD, self._config.rootpath)
            )
            found = self._files.recall(memo, record, root, self._values)
        return found if found and found[0] else None  # where there is none, pytest says so

    def judged(self, selection: Selection) -> tuple[int, float] | None:
        """The same by the record; it is kept."""
        if self._files is None or self._folder is None:
            return None
        with stages.of(self._config).stage("walk"):
            paths = [os.fsdecode(path) for path in self._files.paths()]
            modules = walk.Modules(self._config, paths)
        if not paths or modules.clash:
            return None
        unchanged = selection.unchanged(
            paths,
            [os.fsdecode(path) for path in self._files.conftests()],
            [f"{folder}/__init__.py" for folder in modules.folders],
        )
        if unchanged is None:
            return None
        if unchanged.memo:
            from pytest_dxpy.aside import replace_file  # noqa: PLC0415  # mostly nothing is kept

            # Where it cannot be written, the next run judges anew.
            with contextlib.suppress(OSError):
                replace_file(str(self._folder / MEMO), unchanged.memo)
        return unchanged.tests, unchanged.seconds
