"""What runs now, below what pytest's reporter has written, where that is a terminal.

The cursor stays where the reporter has left it. What is below it is erased before anything is
written, and written anew after it.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Final

from _pytest._io import TerminalWriter
from _pytest.terminal import TerminalReporter

from pytest_dxpy.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_dxpy.run import Run
    from pytest_dxpy.units import Unit

INTERVAL_SECONDS: Final = 0.2
USUAL_HEIGHT: Final = 24  # where the terminal does not say
ERASE: Final = "\x1b[J"  # from the cursor to the end of the screen


class Status:
    """The live lines of one run."""

    def __init__(self, run: Run, is_rerun: Callable[[int], bool]) -> None:
        """Show nothing yet.

        Args:
            run: to be shown.
            is_rerun: whether a unit only runs again.
        """
        self._run = run
        self._is_rerun = is_rerun
        self._reporter: Any = run.config.pluginmanager.getplugin("terminalreporter")
        self._screen: _Screen | None = None
        self._due = 0.0

    def begin(self) -> None:
        """Show it from here on, if this run shows it at all."""
        if self._is_wanted():
            writer = self._reporter._tw
            writer._file = self._screen = _Screen(writer)
            self._due = time.monotonic() + INTERVAL_SECONDS  # a short run needs none

    def end(self) -> None:
        """Leave nothing of it."""
        if self._screen is not None:
            self._screen.show([])
            self._reporter._tw._file = self._screen.file
            self._screen = None

    def patience(self, other: float) -> float:
        """Seconds until ``refresh`` or something else is due; -1: never."""
        if self._screen is None:
            return other
        own = max(0.0, self._due - time.monotonic())
        return own if other < 0 else min(own, other)

    def refresh(self) -> None:
        """Show what is so now, if it is time."""
        now = time.monotonic()
        if self._screen is not None and now >= self._due:
            self._due = now + INTERVAL_SECONDS
            self._screen.show([*self._workers(), self._summary()])

    def _is_wanted(self) -> bool:
        option = self._run.config.option
        if type(self._reporter) is not TerminalReporter or option.verbose < 0:
            return False
        writer: Any = self._reporter._tw
        if type(writer) is not TerminalWriter or option.capture == "no":
            return False
        return bool(self._reporter.isatty and writer.hasmarkup)

    def _workers(self) -> list[str]:
        lines = []
        for worker, unit, item, seconds in self._run.dispatcher.running_items():
            items = self._run.units[unit].items
            if items is not None and item < len(items):
                name = self._run.crew.members[worker].name
                lines.append(f"{name} {seconds:5.1f} s  {items[item].node_id}")
        return lines

    def _summary(self) -> str:
        run = self._run
        units = [unit for number, unit in run.units.items() if not self._is_rerun(number)]
        done = sum(len(unit.ran) for unit in units)
        text = f"{done:,} of {plural(sum(unit.tests for unit in units), 'test')}"
        if run.session.testsfailed:
            text += f", {run.session.testsfailed:,} failed"
        seconds = seconds_left(units)
        if seconds is not None and (workers := len(run.crew.working_shared())):
            text += f", about {seconds / workers:.0f} s left"
        return text


def seconds_left(units: Iterable[Unit]) -> float | None:
    """What the tests that have not run will take one after the other, as recorded.

    Args:
        units: of the run.

    Returns:
        None: something of it was never measured.
    """
    total = 0.0
    for unit in units:
        left = unit.tests - len(unit.ran)
        if left > 0 and not unit.recorded:
            return None
        if left > 0:
            total += unit.cost_seconds * left / unit.tests
    return total


class _Screen:
    """Stands in for the reporter's file: keeps lines below what is written."""

    def __init__(self, writer: Any) -> None:
        self.file = writer._file
        self._writer = writer
        self._lines: list[str] = []
        self._is_shown = False

    def show(self, lines: list[str]) -> None:
        """Replace the lines."""
        # One column for each character, and none that moves the cursor.
        self._lines = [line.encode("unicode_escape").decode() for line in lines]
        self._put("")

    def write(self, text: str) -> int:
        if text:
            self._put(text)
        return len(text)

    def _put(self, text: str) -> None:
        erase = ERASE if self._is_shown else ""
        drawn = self._drawn()
        try:
            self.file.write(f"{erase}{text}{drawn}")
            self._is_shown = bool(drawn)
        except UnicodeEncodeError:
            self.file.write(erase)
            self._is_shown = False
            self.file.write(text)  # the writer knows what to do about what it has written
        self.file.flush()

    def _drawn(self) -> str:
        """The lines, and the way back to where the cursor was."""
        column, width = self._writer.width_of_current_line, self._writer.fullwidth
        lines = self._lines[-max(1, self._height() - 2) :]
        if not lines or column >= width:  # the cursor may be in either of two lines
            return ""
        below = "".join(f"\r\n{line[: width - 1]}" for line in lines)
        return f"{below}\x1b[{len(lines)}A\r" + (f"\x1b[{column}C" if column else "")

    def _height(self) -> int:
        try:
            return os.get_terminal_size(self.file.fileno()).lines or USUAL_HEIGHT
        except (OSError, ValueError):
            return USUAL_HEIGHT

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)
