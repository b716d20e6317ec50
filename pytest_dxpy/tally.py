"""How many tests there are and how many of them need not run, as pytest's reporter tells it."""

from __future__ import annotations

import contextlib
import types
from typing import TYPE_CHECKING, Any

from _pytest.reports import TestReport

from pytest_dxpy.wording import saved

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    import pytest


class Tally:
    """Counts them for one session."""

    def __init__(self, config: pytest.Config, session: pytest.Session) -> None:
        self._config = config
        self._session = session
        self._reporter: Any = config.pluginmanager.getplugin("terminalreporter")
        self.unaffected: dict[str, float] = {}  # tests that need not run: seconds by node id
        self._unnamed = 0  # more of them, which nobody asks the names of
        self._unnamed_seconds = 0.0
        self.unaffected_files = 0  # of whose tests nothing is known; they need not run either
        if self._reporter is not None:
            self._reporter.showfspath = False

    def count(self, collected: int, *, say: bool) -> None:
        """How many tests there are, as far as is known; ``say`` prints it.

        Args:
            collected: with those that need not run, without those that are deselected.
            say: print it.
        """
        # Where nothing has to run, that is no mistake in naming tests: exit code 0.
        self._session.testscollected = collected or self.unaffected_files
        if say and self._reporter is not None:
            deselected = len(self._reporter.stats.get("deselected", ()))
            self._end_line()
            self._reporter._numcollected = collected + deselected
            with self._stats_of_collection():
                self._reporter.report_collect(final=True)
            self.say_unaffected()

    def say_unaffected(self) -> None:
        """Print how many of the tests that there are need not run."""
        if self.unaffected_count:
            selected = self._session.testscollected - self.unaffected_count
            seconds = sum(self.unaffected.values(), self._unnamed_seconds)
            self.line(f"dxpy: {saved(self.unaffected_count, seconds)} / {selected:,} selected")
        if self.unaffected_files:
            files = "file" if self.unaffected_files == 1 else "files"
            self.line(f"dxpy: {self.unaffected_files:,} {files} without a record unaffected")

    @contextlib.contextmanager
    def _stats_of_collection(self) -> Generator[None]:
        """The reporter's statistics as they stand when collection is over."""
        all_stats = self._reporter.stats
        self._reporter.stats = {
            category: [entry for entry in entries if not isinstance(entry, TestReport)]
            for category, entries in all_stats.items()
        }
        try:
            yield
        finally:
            self._reporter.stats = all_stats

    def deselected_ids(self) -> list[str]:
        """Of those tests."""
        stats = self._reporter.stats if self._reporter is not None else {}
        return [getattr(entry, "nodeid", "") for entry in stats.get("deselected", ())]

    def leave_out(self, tests: dict[str, float], files: int) -> None:
        """Tests that need not run, since nothing that they depend on has changed.

        Args:
            tests: seconds that each took, by node id.
            files: how many files there are besides, of which nothing is known.
        """
        self.unaffected_files += files
        gone = set(self.deselected_ids())
        new = [one for one in tests if not (one in gone or one in self.unaffected)]
        self.unaffected |= {node_id: tests[node_id] for node_id in new}
        self._add_stats("unaffected", new)

    def leave_out_unnamed(self, tests: int, seconds: float) -> None:
        """So many more, of files of which nothing runs, and what they took together."""
        self._unnamed += tests
        self._unnamed_seconds += seconds
        if self._reporter is not None and tests:  # who counts them needs no object for each
            entry = types.SimpleNamespace(nodeid="")
            self._reporter._add_stats("unaffected", [entry] * tests)

    @property
    def unaffected_count(self) -> int:
        """How many tests need not run."""
        return len(self.unaffected) + self._unnamed

    def take_back(self, node_ids: Iterable[str]) -> None:
        """Of tests that do not run for another reason as well, which is told."""
        gone = {one for one in node_ids if self.unaffected.pop(one, None) is not None}
        if gone and self._reporter is not None:
            entries = self._reporter.stats["unaffected"]
            entries[:] = [entry for entry in entries if entry.nodeid not in gone]

    def _add_stats(self, category: str, node_ids: list[str]) -> None:
        """Have the reporter count tests in its last line."""
        if self._reporter is not None and node_ids:
            entries = [types.SimpleNamespace(nodeid=node_id) for node_id in node_ids]
            self._reporter._add_stats(category, entries)

    def line(self, text: str, **markup: bool) -> None:
        """A line of our own on the terminal."""
        if self._reporter is not None and self._config.option.verbose >= 0:
            self._end_line()
            self._reporter.write_line(text, **markup)

    def _end_line(self) -> None:
        if self._reporter._tw.width_of_current_line:
            self._reporter._tw.line()
