"""What the parts of the controller share: one run and its state."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING

from pytest_dxpy import native, protocol
from pytest_dxpy.live_output import LiveOutput

if TYPE_CHECKING:
    import pytest

    from pytest_dxpy.crew import Crew
    from pytest_dxpy.mode import Mode
    from pytest_dxpy.options import Options
    from pytest_dxpy.records import Records
    from pytest_dxpy.replay import Replay
    from pytest_dxpy.selection import Selection
    from pytest_dxpy.units import Unit


@dataclasses.dataclass(eq=False, repr=False)
class Run:
    """One run, from the start of its workers to their end."""

    config: pytest.Config
    options: Options
    mode: Mode
    records: Records
    selection: Selection
    crew: Crew
    dispatcher: native.Dispatcher
    session: pytest.Session = dataclasses.field(init=False)  # from sessionstart on
    replay: Replay = dataclasses.field(init=False)  # from sessionstart on
    output: LiveOutput = dataclasses.field(init=False)
    units: dict[int, Unit] = dataclasses.field(default_factory=dict)
    notes: list[str] = dataclasses.field(default_factory=list)
    stop_reason: str = ""  # why no more tests start, where that is an error
    ending: BaseException | None = None  # what a worker's session ended with, to be raised here

    def __post_init__(self) -> None:
        """Get ready to write what workers write."""
        self.output = LiveOutput(self.config, tagged=self.crew.count > 1)

    @property
    def stopping(self) -> bool:
        """Whether no more tests start."""
        return bool(self.dispatcher.state() == protocol.STOPPED)

    @property
    def continuing(self) -> bool:
        """Whether tests run although something could not be collected."""
        return bool(self.config.option.continue_on_collection_errors)

    def add(self, new: list[Unit]) -> None:
        """Queue units for all workers."""
        first = self.dispatcher.add_units(
            [
                (
                    native.encode_id(unit.key),
                    unit.argument,
                    unit.cost_seconds,
                    unit.recorded,
                    unit.position,
                    [native.encode_id(node_id) for node_id in unit.only],
                    [native.encode_id(node_id) for node_id in unit.skip],
                    unit.start_seconds,
                    unit.whole or unit.again or unit.partial,
                    unit.exclusive,
                    unit.known_slow,
                )
                for unit in new
            ]
        )
        self.units.update(enumerate(new, start=first))

    def pin(self, worker: int, unit: Unit, only: list[str]) -> int:
        """Queue a unit for one worker; the number under which it runs."""
        number = self.dispatcher.pin(
            worker,
            native.encode_id(unit.key),
            unit.argument,
            [native.encode_id(node_id) for node_id in only],
        )
        unit.partial = unit.partial or bool(only)
        self.units[number] = unit
        return number

    def stop(self, reason: str = "") -> None:
        """Start no more tests."""
        self.stop_reason = self.stop_reason or reason
        self.dispatcher.stop()

    def end_with(self, error: BaseException) -> None:
        """Start no more tests, and end the session as a worker's has ended."""
        self.ending = self.ending or error
        self.dispatcher.stop()

    def take_notes(self) -> list[str]:
        """What the user should know and was not told yet, each once."""
        notes, self.notes = list(dict.fromkeys(self.notes)), []
        return notes

    def node_id(self, path: str) -> str:
        """The node id of a file."""
        return path.removeprefix(str(self.config.rootpath)).lstrip("/")

    def show(self, path: str) -> str:
        """A path as a user would type it."""
        return os.path.relpath(path, self.config.invocation_params.dir)
