"""Writes what a run reports, one line of text each, to the file named in DXPY_RECORD.

Only the process that the user started records: what a controller replays of its
workers is recorded as plain pytest's own reports are.
"""

from __future__ import annotations

import os
import re
from typing import Any

import pytest

ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


def pytest_configure(config: pytest.Config) -> None:
    path = os.environ.get("DXPY_RECORD")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(path), "dxpy-recorder")


class Recorder:
    """Each line is ``phase outcome node-id`` and what else the report says."""

    def __init__(self, path: str) -> None:
        # Opened now, since a test may replace open(); never closed, since one may close it.
        self._root = os.getcwd()  # noqa: PTH109
        self._file = open(path, "w", encoding="ascii", buffering=1)  # noqa: PTH123, SIM115

    def _write(self, *words: object) -> None:
        text = " ".join(str(word) for word in words if word != "").replace(self._root, "")
        self._file.write(ascii(ADDRESS.sub("0x", text))[1:-1] + "\n")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._write(
            report.when,
            report.outcome,
            report.nodeid,
            f"xfail={report.wasxfail!r}" if hasattr(report, "wasxfail") else "",
            f"sections={[name for name, _ in report.sections]}" if report.sections else "",
            f"properties={report.user_properties}" if report.user_properties else "",
            _reason(report),
        )

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:
            self._write("collect", report.outcome, report.nodeid, _reason(report))

    def pytest_warning_recorded(self, warning_message: Any, when: str, nodeid: str) -> None:
        category = warning_message.category.__name__
        self._write("warning", when, nodeid, category, str(warning_message.message))


def _reason(report: Any) -> str:
    """The first line of why a test failed or was skipped."""
    longrepr = report.longrepr
    if longrepr is None:
        return ""
    if isinstance(longrepr, tuple):
        path, line, reason = longrepr
        return f"({os.path.basename(path)}:{line}: {reason})"  # noqa: PTH119
    crash = getattr(longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(longrepr).strip().rpartition("\n")[2]
    return f"({text.partition(chr(10))[0]})"
