"""What a worker's tests write and nobody captures, and its live log, on their way to the user.

The controller reads both from a pipe, or from a terminal's other end where the user has one
(crew.py), and writes them line by line (live_output.py).
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_dxpy import native


class WorkerOutput:
    """A pytest plugin: sees to it that a test's output is there when the test ends."""

    def __init__(self, port: native.WorkerPort, fds: list[int]) -> None:
        """Write to these descriptors from here on.

        Args:
            port: of the worker.
            fds: for standard output and standard error; one for both where the user sees
                both in one place.
        """
        self._port = port
        os.dup2(fds[0], 1)
        os.dup2(fds[-1], 2)
        for fd in fds:
            os.close(fd)
        self.node_id = ""  # of the test that runs
        # Bound here: a test may replace them.
        self._flushes = [stream.flush for stream in (sys.stdout, sys.stderr) if stream]
        with contextlib.suppress(AttributeError, ValueError):  # it need not be a text file
            sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Let nobody write through the terminal reporter but the live log."""
        manager = config.pluginmanager
        reporter: Any = manager.getplugin("terminalreporter")
        if reporter is None:
            return
        writer = reporter._tw
        reporter.silence()
        plugin: Any = manager.getplugin("logging-plugin")
        handler = getattr(plugin, "log_cli_handler", None)
        if isinstance(handler, logging.StreamHandler):
            handler.stream = _LogTerminal(writer, self)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Keep the lines of two tests apart."""
        self._port.wait_until_handled()  # else an unfinished line might go on
        self.node_id = item.nodeid
        try:
            return (yield)
        finally:
            self.node_id = ""
            for flush in self._flushes:
                with contextlib.suppress(Exception):
                    flush()


class _LogTerminal:
    """What pytest's handler of ``log_cli`` takes for the terminal reporter."""

    def __init__(self, writer: Any, output: WorkerOutput) -> None:
        self._writer = writer
        self._output = output

    def write(self, text: str) -> None:
        """Write a record; not the line's end after the test's name, which is not there."""
        if text != "\n":
            self._writer.write(text)

    def section(self, title: str, sep: str, **markup: bool) -> None:
        """Say what follows, and of which test: others may run beside it."""
        where = f": {self._output.node_id}" if self._output.node_id else ""
        self._writer.sep(sep, title + where, **markup)

    def flush(self) -> None:
        """Let it be seen."""
        self._writer.flush()
