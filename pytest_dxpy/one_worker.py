"""Tests that use what cannot live twice stay on one worker, from the first run on.

Which tests these are a worker knows when it has collected a file (``exclusive.Declared``).
It asks then, and hands the file on where that was not known before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_dxpy import protocol

if TYPE_CHECKING:
    from pytest_dxpy.crew import Member
    from pytest_dxpy.run import Run


class OneWorker:
    """Says who may run a file whose tests use a fixture of ``dx_exclusive_fixtures``."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._home: Member | None = None  # who runs them
        self._waiting: list[Member] = []  # for the home to be gone

    def asked(self, member: Member, number: int) -> None:
        """A worker has collected such a file."""
        unit = self._run.units[number]
        if member.shared and not unit.exclusive:
            self._run.add([unit.hand_on()])
            self._run.crew.answer(member, False)
        else:
            self._waiting.append(member)
            self.let_in()

    def let_in(self) -> None:
        """Answer those that need not wait any more."""
        waiting, self._waiting = self._waiting, []
        for member in waiting:
            if not self._is_free(member):
                self._waiting.append(member)
            else:
                self._home = member if member.shared else self._home
                self._run.crew.answer(member, True)

    def _is_free(self, member: Member) -> bool:
        # The queues give such files to another worker only when the first one has got its
        # last command. Until it is gone it may still tear the fixture down.
        home = self._home
        if home is None or home is member or home.gone:
            return True
        if home.leaving:  # it may wait for us: what it has built for all is torn down last
            return True
        # All others wait for what this one confirms.
        return not member.shared and self._run.dispatcher.state() == protocol.PAUSED
