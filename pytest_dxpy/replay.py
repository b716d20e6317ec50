"""What happens in workers, played to the controller's plugins and reporters."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

from _pytest._io import TerminalWriter
from _pytest.terminal import TerminalReporter

from pytest_dxpy import protocol, reports
from pytest_dxpy.junit_compat import JunitReplay
from pytest_dxpy.lean import LeanReports
from pytest_dxpy.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

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


class Replay(Tally):
    """Calls pytest's hooks as if the tests ran here."""

    def __init__(self, config: pytest.Config, session: pytest.Session) -> None:
        super().__init__(config, session)
        self.junit = JunitReplay(config)
        # The reporter writes a line for a test that starts; ours are over at once. pytest's own
        # others only set live logging up, which is a worker's.
        genuine = [self._reporter] if type(self._reporter) is TerminalReporter else []
        self._logstart = config.hook.pytest_runtest_logstart
        self._starts_matter = any(
            not implementation.function.__module__.startswith("_pytest.")
            for implementation in self._logstart.get_hookimpls()
        )
        if self._starts_matter:
            self._logstart = config.pluginmanager.subset_hook_caller(
                "pytest_runtest_logstart", remove_plugins=genuine
            )
        self._logfinish = config.hook.pytest_runtest_logfinish
        self._logreport = config.hook.pytest_runtest_logreport
        self._lean = LeanReports()
        # Somebody else's may keep the report that it makes.
        self._may_be_lean = all(
            implementation.function.__module__.startswith("_pytest.")
            for implementation in config.hook.pytest_report_from_serializable.get_hookimpls()
        )
        self._collected: set[str] = set()
        self._warned: set[str] = set()
        self.collect_errors = 0
        self.failed: list[str] = []  # node ids of tests
        self.on_outcome: Callable[..., None] = lambda *_, **__: None
        self.on_uncollected: Callable[[str], None] = lambda _: None

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

    def item(self, item: protocol.Item, reports_: list[Any], node: object) -> None:
        """A test that has run."""
        node_id, location = item
        reports_ = list(reports_)
        failed = any(report.failed for report in reports_)
        if failed:
            self.failed.append(node_id)
        self.on_outcome(node_id, passed=not failed)
        if self._starts_matter:
            self._logstart(nodeid=node_id, location=location)
        for report in reports_:
            if getattr(report, "node", None) is not node:
                report.node = node
            self.junit.enter(report)
            self._logreport(report=report)
        self._logfinish(nodeid=node_id, location=location)
        for report in reports_:
            self._lean.rest(report)

    def reports_of(
        self, item: protocol.Item, phases: Iterable[protocol.Phase], node: object
    ) -> list[Any]:
        """The reports of a test."""
        made = []
        for phase, _, start, duration, payload in phases:
            if payload:
                report = reports.deserialize(self._config, payload)
                made.append(self._lean.of(report, item, node) if self._may_be_lean else report)
            else:
                when = protocol.PHASE_NAMES[phase]
                made.append(self._lean.passed(item, node, when, start, duration))
        return made

    def collect_report(self, report: Any) -> None:
        """A collector that failed or was skipped; each is told once."""
        if report.nodeid not in self._collected:
            self._collected.add(report.nodeid)
            self.collect_errors += report.failed
            if report.failed:
                self.on_uncollected(report.nodeid)
            self._config.hook.pytest_collectreport(report=report)

    def late_teardown(self, node_id: str, text: str, node: object) -> None:
        """A fixture's teardown that failed after its last test was reported."""
        item = protocol.Item(node_id, (node_id.partition("::")[0], None, node_id))
        report = reports.teardown_report(item, text)
        report.node = node  # type: ignore[attr-defined]
        self.failed.append(node_id)
        self.on_outcome(node_id, passed=False)
        self._logreport(report=report)

    def deselected(self, node_ids: list[str]) -> None:
        """Tests that an option took away, for the summary's count."""
        self.take_back(node_ids)  # of a file of which nothing runs anyway
        self._add_stats("deselected", node_ids)

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
