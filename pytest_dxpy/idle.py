"""A run in which no test need run: the side that the user sees, without any other.

No worker is started, and nothing is imported that only those who have some need.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from pytest_dxpy import mode, stages, units
from pytest_dxpy.replay import Replay

if TYPE_CHECKING:
    from pytest_dxpy.mode import Mode
    from pytest_dxpy.selection import Selection


class Idle:
    """A pytest plugin: takes collection and the run loop over."""

    def __init__(self, mode_: Mode, selection: Selection, workers: int) -> None:
        """Take part in a run.

        Args:
            mode_: in which it would run if there were something to run.
            selection: that has found nothing.
            workers: as many as there could have been.
        """
        self._mode = mode_
        self._selection = selection
        self._workers = workers

    def pytest_report_header(self, config: pytest.Config) -> list[str]:
        """Say how this run works."""
        return mode.header(config, self._mode, self._workers)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        """Say how many tests there are."""
        replay = Replay(session.config, session)
        self._selection.begin(replay)
        replay.count(replay.unaffected_count, say=True)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> bool:
        """Run none."""
        return True

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write what the user should know."""
        for line in self._selection.summary():
            terminalreporter.write_line(line)


def becomes_idle(config: pytest.Config, mode_: Mode, selection: Selection) -> bool:
    """Leave all files out, if none has a test that must run.

    Returns:
        Whether that was so; False also where it takes workers to tell.
    """
    # Only where workers could begin now is it known what they would do.
    if mode_.full or not mode.may_start_early(config):
        return False
    with stages.of(config).stage("walk"):
        paths: list[str] = []
        # An argument that names no file is met again, and told, where pytest does.
        with contextlib.suppress(pytest.UsageError):
            paths = units.whole_files(config)
        if not paths or units.clash(config, paths):
            return False
    if not selection.nothing_changed_for(paths):
        return False
    if not selection.finds_all(units.conftests(config)):
        return False
    selection.leave_out(paths)
    return True
