"""What happens in workers, played to the controller's plugins and reporters."""

from __future__ import annotations

import contextlib
import sys
import types
from typing import TYPE_CHECKING, Any

from _pytest._io import TerminalWriter
from _pytest.reports import TestReport
from _pytest.terminal import TerminalReporter

from pytest_dxpy import protocol, reports
from pytest_dxpy.junit_compat import JunitReplay

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    import pytest


class _Pieces:
    """Stands in for a file: keeps what is written to it."""

    def __init__(self, file: object) -> None:
        self.texts: list[str] = []
        self._file = file

    def write(self, text: str) -> int:
        self.texts.append(text)
        return len(text)

    def flush(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _write_escaped(file: Any, text: str) -> None:
    """Write as pytest's TerminalWriter does where the terminal has not all characters."""
    try:
        file.write(text)
    except UnicodeEncodeError:
        file.write(text.encode("unicode-escape").decode("ascii"))


class Replay:
    """Calls pytest's hooks as if the tests ran here."""

    def __init__(self, config: pytest.Config, session: pytest.Session) -> None:
        self._config = config
        self._session = session
        self.junit = JunitReplay(config)
        self._reporter: Any = config.pluginmanager.getplugin("terminalreporter")
        genuine = [self._reporter] if type(self._reporter) is TerminalReporter else []
        # The reporter writes a line for a test that starts; ours are over at once.
        self._logstart = config.pluginmanager.subset_hook_caller(
            "pytest_runtest_logstart", remove_plugins=genuine
        )
        # pytest's own others only set live logging up, which is a worker's.
        self._starts_matter = any(
            not implementation.function.__module__.startswith("_pytest.")
            for implementation in self._logstart.get_hookimpls()
        )
        self._logfinish = config.hook.pytest_runtest_logfinish
        self._logreport = config.hook.pytest_runtest_logreport
        self._collected: set[str] = set()
        self._warned: set[str] = set()
        self.collect_errors = 0
        if self._reporter is not None:
            self._reporter.showfspath = False

    @contextlib.contextmanager
    def together(self) -> Generator[None]:
        """Write what is reported within to the terminal in one piece."""
        writer = self._reporter and self._reporter._tw
        if type(writer) is not TerminalWriter:
            yield
            return
        file = writer._file
        pieces = _Pieces(file)
        writer._file = pieces
        try:
            yield
        finally:
            writer._file = file
            try:
                file.write("".join(pieces.texts))
            except UnicodeEncodeError:
                for text in pieces.texts:
                    _write_escaped(file, text)
            file.flush()

    def item(self, item: protocol.Item, reports_: Iterable[Any], node: object) -> None:
        """A test that has run."""
        node_id, location = item
        if self._starts_matter:
            self._logstart(nodeid=node_id, location=location)
        for report in reports_:
            report.node = node
            self.junit.enter(report)
            self._logreport(report=report)
        self._logfinish(nodeid=node_id, location=location)

    def reports_of(
        self, item: protocol.Item, phases: Iterable[protocol.Phase], node: object
    ) -> list[Any]:
        """The reports of a test."""
        return [
            reports.deserialize(self._config, payload)
            if payload
            else reports.lean_report(item, node, protocol.PHASE_NAMES[phase], start, duration)
            for phase, _, start, duration, payload in phases
        ]

    def collect_report(self, report: Any) -> None:
        """A collector that failed or was skipped; each is told once."""
        if report.nodeid not in self._collected:
            self._collected.add(report.nodeid)
            self.collect_errors += report.failed
            self._config.hook.pytest_collectreport(report=report)

    def late_teardown(self, node_id: str, text: str, node: object) -> None:
        """A fixture's teardown that failed after its last test was reported."""
        item = protocol.Item(node_id, (node_id.partition("::")[0], None, node_id))
        report = reports.teardown_report(item, text)
        report.node = node  # type: ignore[attr-defined]
        self._logreport(report=report)

    def deselected(self, node_ids: list[str]) -> None:
        """Tests that an option took away, for the summary's count."""
        if self._reporter is not None and node_ids:
            self._reporter._add_stats(
                "deselected", [types.SimpleNamespace(nodeid=node_id) for node_id in node_ids]
            )

    def warning(
        self, data: dict[str, Any], when: str, nodeid: str, location: tuple[str, int, str] | None
    ) -> None:
        """A warning. One of an import is told once, however many workers import."""
        key = repr((data, nodeid))
        if when != "runtest":
            if key in self._warned:
                return
            self._warned.add(key)
        self._config.hook.pytest_warning_recorded.call_historic(
            kwargs={
                "warning_message": reports.rebuild_warning(data, sys.modules),
                "when": when,
                "nodeid": nodeid,
                "location": location,
            }
        )

    def count(self, collected: int, *, say: bool) -> None:
        """How many tests there are, as far as is known; ``say`` prints it."""
        self._session.testscollected = collected
        if say and self._reporter is not None:
            deselected = len(self._reporter.stats.get("deselected", ()))
            self._end_line()
            self._reporter._numcollected = collected + deselected
            with self._stats_of_collection():
                self._reporter.report_collect(final=True)

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

    def line(self, text: str, **markup: bool) -> None:
        """A line of our own on the terminal."""
        if self._reporter is not None and self._config.option.verbose >= 0:
            self._end_line()
            self._reporter.write_line(text, **markup)

    def _end_line(self) -> None:
        if self._reporter._tw.width_of_current_line:
            self._reporter._tw.line()
