"""A run in one process: plain pytest's, less what need not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_dxpy import stages
from pytest_dxpy.wording import saved

if TYPE_CHECKING:
    from pytest_dxpy.options import Options
    from pytest_dxpy.selection import Selection


class Alone:
    """A pytest plugin."""

    def __init__(self, reason: str, selection: Selection | None, options: Options) -> None:
        """Take part in a run.

        Args:
            reason: why it is in one process.
            selection: where only affected tests are asked for.
            options: what the user asked for; for some of it there is nobody here to see to it.
        """
        self._reason = reason
        self._selection = selection
        self._options = options
        self._seconds: dict[str, float] = {}  # that tests took which are left out, by node id

    def pytest_report_header(self) -> str:
        """Say so."""
        unseen = ""
        if self._options.timeout:
            unseen += "; --dx-timeout needs workers, and ends nothing here"
        if self._options.slow:
            unseen += "; --dx-slow needs workers, and names nothing here"
        return f"dxpy: one process ({self._reason}){unseen}"

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Take away what need not run."""
        if self._selection is None:
            return
        self._seconds = self._selection.left_out(items)
        left_out = [item for item in items if item.nodeid in self._seconds]
        if left_out:
            items[:] = [item for item in items if item.nodeid not in self._seconds]
            config.hook.pytest_deselected(items=left_out)

    def pytest_report_collectionfinish(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> list[str]:
        """Say how much that was; with ``-q`` others may read what is listed."""
        if not self._seconds or config.option.verbose < 0:
            return []
        told = saved(len(self._seconds), sum(self._seconds.values()))
        return [f"dxpy: {told} / {len(items):,} selected"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Nothing left to run is no mistake, as it is where nothing was collected."""
        if self._seconds and session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write what the user asked to be told."""
        counted = stages.of(terminalreporter.config)
        told = self._selection.summary() if self._selection is not None else counted.lines()
        for line in told:
            terminalreporter.write_line(line)
