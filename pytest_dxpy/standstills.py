"""Workers that stand still where no test runs: at a session's start or end, or while they collect.

The controller's native thread looks at them, and ends those that say nothing for too long
(native/dispatch/standstill.h). Here is said how long that is, and what the user is told.
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Final

from pytest_dxpy import native, protocol
from pytest_dxpy.errors import StuckError

if TYPE_CHECKING:
    from pytest_dxpy.crew import Member
    from pytest_dxpy.options import Options
    from pytest_dxpy.run import Run

HOUR: Final = 3600.0  # a database that is set up for a session, or an import, may take long
TEN_MINUTES: Final = 600.0  # no outcome depends on what follows a session
LEAST: Final = 30.0  # of what --dx-timeout implies, which is for tests: plugins start, too


def limits(options: Options) -> tuple[float, float, float, float]:
    """Seconds for a session's start, collection, a session's end, a process's end; 0: no limit."""
    given = options.session_timeout
    if given is not None:
        return (given, given, given, given)
    first = max(options.timeout, LEAST) if options.timeout else HOUR
    return (first, HOUR, first, min(first, TEN_MINUTES))


class Standstills:
    """What is known of them."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._stuck: dict[int, protocol.Event] = {}  # worker: where it stood when its time was up
        self.late: list[StuckError] = []  # of those whose sessions were over

    def heard(self, event: protocol.Event) -> None:
        """A worker has said nothing for long, or for too long."""
        if event.kind == protocol.HEARD_STUCK:
            self._stuck[event.worker] = event
            return
        limit = limits(self._run.options)[event.item - 1]
        outlook = f" and is ended after {limit:g} s (--dx-session-timeout)" if limit else ""
        name = self._run.crew.members[event.worker].name
        self._say(f"dxpy: {name} has been {self._where(event)} for {event.seconds:.3g} s{outlook}")

    def _say(self, line: str) -> None:
        if not self._run.output.say(line):  # pytest's reporter has gone
            sys.stderr.write(f"{line}\n")

    def ended(self, member: Member, status: int, shown: str) -> str:
        """Tell of a worker that was ended for standing still.

        Args:
            member: the worker.
            status: as ``Crew.bury`` returns it.
            shown: where its threads were.

        Returns:
            How it has ended, in words; empty: otherwise.
        """
        event = self._stuck.pop(member.number, None)
        if event is None or -status not in (signal.SIGTERM, signal.SIGKILL, native.stack_signal()):
            return ""
        run = self._run
        message = (
            f"{member.name} was ended, as it had been {self._where(event)} for more than "
            f"{event.seconds:g} s (--dx-session-timeout)"
        )
        run.notes.append(f"{message}; its threads were\n{shown.rstrip()}" if shown else message)
        error = StuckError(message)
        if event.item == protocol.STAGE_EXIT:
            self.late.append(error)
        elif not self._collects_file(event):  # that is the error of a file
            run.stop_reason = run.stop_reason or str(error)
        return f"was ended, as it took more than {event.seconds:g} s,"

    def _collects_file(self, event: protocol.Event) -> bool:
        """Whether the worker was collecting a file."""
        return event.unit != protocol.NONE and self._run.units[event.unit].items is None

    def _where(self, event: protocol.Event) -> str:
        match event.item:
            case protocol.STAGE_START:
                return "starting its session"
            case protocol.STAGE_END:
                return "ending its session"
            case protocol.STAGE_EXIT:
                return "ending its process"
        if event.unit == protocol.NONE:
            return "collecting"
        what = "collecting" if self._collects_file(event) else "between two tests of"
        return f"{what} {self._run.show(self._run.units[event.unit].key)}"
