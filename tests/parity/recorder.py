"""Pytest plugin: writes every report of a run to a file, one JSON array a line.

    pytest -p dxpy_parity_recorder --parity-record=FILE ...

It is copied into a suite's environment, so it imports nothing of this project and
must work with every pytest that a suite is pinned to. The lines:

    ["test", nodeid, phase, outcome, xfail reason or null, [note...], [section name...]]
    ["collect", nodeid, outcome, note]        only what failed or was skipped
    ["warning", when, nodeid, category, message]
    ["failure", nodeid, phase, end of the traceback]        shown, never compared
    ["end"]                                   the recorder saw the session's end

Only the process that the user started records. A runner that replays its workers'
reports through ``pytest_runtest_logreport`` is recorded like plain pytest.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
LONGEST_NOTE = 300


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("parity")
    group.addoption("--parity-record", metavar="FILE", help="write every report to FILE")


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--parity-record")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(path), "parity-recorder")


class Recorder:
    """Writes as reports come, through a file opened before a suite can replace open()."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "w", encoding="ascii")  # noqa: SIM115, PTH123 - closed in unconfigure

    def _write(self, *fields: object) -> None:
        self._file.write(json.dumps(fields) + "\n")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        xfail = getattr(report, "wasxfail", None)
        sections = [name for name, _ in report.sections]
        phase = report.when + ("/subtest" if hasattr(report, "context") else "")
        notes = notes_of(report)
        self._write("test", report.nodeid, phase, report.outcome, xfail, notes, sections)
        if report.failed:
            self._write("failure", report.nodeid, phase, str(report.longrepr)[-1500:])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:
            note = shorten(reason_of(report)) if report.skipped else ""
            self._write("collect", report.nodeid, report.outcome, note)
        if report.failed:
            self._write("failure", report.nodeid, "collect", str(report.longrepr)[-1500:])

    def pytest_warning_recorded(self, warning_message: Any, when: str, nodeid: str) -> None:
        message = shorten(str(warning_message.message))
        self._write("warning", when, nodeid, warning_message.category.__name__, message)

    def pytest_unconfigure(self) -> None:
        self._write("end")
        self._file.close()


def notes_of(report: pytest.TestReport) -> list[str]:
    """What a reporter may show of a test besides its outcome."""
    notes = []
    if report.when == "setup":
        path, line, domain = report.location
        notes.append(f"at {path}:{line} {domain}")
    if report.skipped:
        notes.append(f"skip: {reason_of(report)}")
    if report.when == "teardown" and report.user_properties:
        notes.append(f"properties: {report.user_properties}")
    context = getattr(report, "context", None)
    if context is not None:
        notes.append(f"subtest: {context.msg} {dict(context.kwargs)}")
    return [shorten(note) for note in notes]


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Place and reason of a skip; an expected failure has its reason elsewhere."""
    if not isinstance(report.longrepr, tuple):
        return ""
    path, line, reason = report.longrepr
    return f"{path}:{line}: {reason}"


def shorten(note: str) -> str:
    """A note without what differs from process to process."""
    return ADDRESS.sub("0x", note)[:LONGEST_NOTE]
