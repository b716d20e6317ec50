"""A pytest plugin that notes what really ran, whichever process ran it.

It is put into the environment of the sample project and loaded by PYTEST_PLUGINS. Each line of the
file that SELECTION_RECORD names is a JSON list: ``["ran", id, "passed" or so]`` from the process
that ran a test, ``["report", id, phase, outcome]`` and ``["collect", id]`` from the one that was
started by the user.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

RECORD = os.environ.get("SELECTION_RECORD")


def _note(*words: str) -> None:
    if RECORD:
        file = os.open(RECORD, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(file, (json.dumps(words) + "\n").encode())
        os.close(file)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Reports(), "selection-reports")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call" or (report.when == "setup" and not report.passed):
        expected = hasattr(report, "wasxfail")
        _note("ran", item.nodeid, "xfailed" if expected else report.outcome)
    return report


class Reports:
    """What the user is told."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = report.outcome
        if hasattr(report, "wasxfail"):
            outcome = "xfailed" if report.skipped else "xpassed"  # type: ignore[assignment]
        _note("report", report.nodeid, str(report.when), outcome)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            _note("collect", report.nodeid)
