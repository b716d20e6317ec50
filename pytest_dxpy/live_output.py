"""What workers write and nobody captures, on the user's terminal: whole lines.

The dispatcher reads it (native/dispatch/output_pipe.h), and tells a test's lines before
the test's end.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import pytest

STDERR: Final = 2


def is_live(config: pytest.Config) -> bool:
    """Whether tests write anything that is not captured, or the log is live."""
    if config.option.capture != "fd":
        return True
    if not config.pluginmanager.hasplugin("logging"):
        return False
    return config.option.log_cli_level is not None or bool(config.getini("log_cli"))


class Stream(NamedTuple):
    """Both ends of what a worker writes to."""

    number: int  # as the descriptor's: 1, which may be 2 as well, or 2
    read: int
    write: int


def open_streams() -> list[Stream]:
    """A stream for standard output and one for standard error; one for both where they are one.

    It is a terminal where the user's is: programs look.
    """
    numbers = [1] if _are_one() else [1, STDERR]
    return [Stream(number, *_open(number)) for number in numbers]


def _are_one() -> bool:
    with contextlib.suppress(OSError):
        return os.path.sameopenfile(1, STDERR)
    return False


def _open(number: int) -> tuple[int, int]:
    if not os.isatty(number):
        return os.pipe2(os.O_CLOEXEC)
    import fcntl  # noqa: PLC0415  # most runs have no use for them
    import termios  # noqa: PLC0415
    import tty  # noqa: PLC0415

    read, write = os.openpty()
    tty.setraw(write)  # what is written arrives as it is
    size = fcntl.ioctl(number, termios.TIOCGWINSZ, bytes(8))
    fcntl.ioctl(write, termios.TIOCSWINSZ, size)
    return read, write


class LiveOutput:
    """Writes the lines of workers."""

    def __init__(self, config: pytest.Config, *, tagged: bool) -> None:
        """Write nothing yet.

        Args:
            config: of the controller.
            tagged: each line says whose it is.
        """
        self._config = config
        self._tagged = tagged

    def write(self, name: str, stream: int, payload: bytes) -> None:
        """Write lines.

        Args:
            name: of the worker.
            stream: 1 or 2.
            payload: whole lines.
        """
        file: Any = sys.stderr if stream == STDERR else sys.stdout
        text = payload.decode(getattr(file, "encoding", None) or "utf-8", "backslashreplace")
        if self._tagged:
            text = "".join(f"[{name}] {line}\n" for line in text[:-1].split("\n"))
        reporter: Any = self._config.pluginmanager.getplugin("terminalreporter")
        if stream != STDERR and reporter is not None:
            _write(reporter, text)
        elif file is not None:
            file.write(text)
            file.flush()

    def say(self, text: str) -> bool:
        """Write a line of our own.

        Returns:
            False where there is no terminal reporter to write it.
        """
        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None:
            _write(reporter, f"{text}\n", yellow=True)
        return reporter is not None


def _write(reporter: Any, text: str, **markup: bool) -> None:
    """Write whole lines between what the reporter writes."""
    reporter.ensure_newline()
    if reporter._tw.width_of_current_line:
        reporter._tw.line()
    reporter._tw.write(text, flush=True, **markup)
