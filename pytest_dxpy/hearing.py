"""What workers tell besides the results of tests, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_dxpy import protocol, reports
from pytest_dxpy.errors import UnconfigureError

if TYPE_CHECKING:
    from pytest_dxpy.confirmer import Confirmer
    from pytest_dxpy.crew import Member
    from pytest_dxpy.losses import Losses
    from pytest_dxpy.progress import Progress
    from pytest_dxpy.repetition import Repetition
    from pytest_dxpy.run import Run


class Hearing:
    """Takes the events that pytest's hooks, or other parts of the controller, want to know."""

    def __init__(
        self,
        run: Run,
        confirmer: Confirmer,
        losses: Losses,
        progress: Progress,
        repetition: Repetition | None,
    ) -> None:
        self._run = run
        self._confirmer = confirmer
        self._losses = losses
        self._progress = progress
        self._repetition = repetition
        self.late_errors: list[tuple[Member, UnconfigureError]] = []  # met after a session

    def heard(self, member: Member, event: protocol.Event) -> None:
        """A worker has written something, or told something, or runs a slow test."""
        match event.kind:
            case protocol.HEARD_OUTPUT:
                self._run.output.write(member.name, event.item, event.payload)
            case protocol.HEARD_SLOW:
                self._progress.on_slow(event)
            case _:
                self._told(member, reports.load(event.payload))

    def session_over(self, member: Member, output: dict[str, Any], own_bytes: int) -> None:
        """A worker's session has ended.

        Args:
            member: the worker.
            output: its ``workeroutput``.
            own_bytes: the most memory that it has had for itself.
        """
        run = self._run
        member.finished = True
        run.records.note_worker(own_bytes)
        self._losses.session_over(member)
        member.node.workeroutput = output
        run.config.hook.pytest_testnodedown(node=member.node, error=None)
        reason = output.get("shouldfail") or output.get("shouldstop")
        if reason and not run.session.shouldstop:
            run.session.shouldstop = reason
            run.stop()

    # A line for each kind.
    def _told(self, member: Member, message: tuple[Any, ...]) -> None:  # noqa: C901, PLR0912
        run = self._run
        name, unit, *values = message
        # What a rerun, or a second look at the same files, says was said before.
        counts = member.shared or self._confirmer.takes_over(unit)
        again = unit in run.units and (run.units[unit].again or run.units[unit].seen)
        if name.startswith("shared "):
            self._losses.shared.heard(member, name, values)
            return
        match name, values:
            case "session fixtures" | "fixture setup" | "fixture ready" | "no session fixture", _:
                self._losses.fixtures(member.number, message)
            case "exclusive", _:
                self._losses.asked(member, unit)
            case "recorded" | "listed", _:
                run.selection.told(member.number, run.units.get(unit), message)
                if self._repetition is not None and name == "listed":
                    self._repetition.on_listed(unit, *values)
            case "collectreport", [data]:
                self._on_collect_report(member, unit, data)
            case "collected everything", [count]:
                self._on_everything_collected(member, count)
            case "warning", [data, when, nodeid, location]:
                if counts and (when == "runtest" or not again):
                    run.replay.warning(data, when, nodeid, location)
            case "deselected", [node_ids]:
                self._on_deselected(member, unit, node_ids)
            case "teardown", [node_id, text]:
                run.replay.late_teardown(node_id, text, member.node)
            case "junit attribute" | "junit property", _ if counts:
                run.replay.junit.told(member.number, name, *values)
            case _:
                self._on_end(member, name, *values)

    def _on_end(self, member: Member, name: str, text: str, *rest: Any) -> None:
        """A session has ended, or will, otherwise than by running its tests."""
        run = self._run
        match name:
            case "usage":
                run.end_with(pytest.UsageError(text, *rest))
            case "exit":
                run.end_with(pytest.exit.Exception(text, *rest))
            case "interrupted" if not run.stopping:
                run.stop(f"{member.name}: {text}")
            case "internal":
                self._on_internal_error(member, text)

    def _on_collect_report(self, member: Member, unit: int, data: Any) -> None:
        run = self._run
        report = reports.from_data(run.config, data)
        report.node = member.node
        if report.failed and unit in run.units:
            run.units[unit].unreadable = True
        if not report.failed or not run.mode.confirm:
            if member.shared:
                run.replay.collect_report(report)
        elif member.full:
            self._confirmer.full_error(report)
        elif member.shared:
            self._confirmer.suspect(unit, report)

    def _on_everything_collected(self, member: Member, count: int) -> None:
        if member.shared:
            self._progress.everything_collected(member.number, count)
        else:
            self._confirmer.full_collected()

    def _on_deselected(self, member: Member, unit: int, node_ids: list[str]) -> None:
        run = self._run
        if run.mode.full:
            self._progress.deselected(member.number, node_ids)
        elif member.shared and not (run.units[unit].again or run.units[unit].seen):
            run.units[unit].narrowed = True
            if self._repetition is None or self._repetition.is_told_by(unit):
                run.replay.deselected(node_ids)

    def _on_internal_error(self, member: Member, text: str) -> None:
        run = self._run
        if member.broken:
            return  # what follows says nothing of the suite
        if member.finished:
            error = UnconfigureError(
                f"{member.name} met an error after its session",
                hint=f"plain pytest ends with such an error too; here it is:\n{text}",
            )
            self.late_errors.append((member, error))
            return
        if run.mode.confirm and not member.full and not run.stopping:
            self._losses.broken(member)
            return
        for line in text.splitlines():
            run.replay.line(f"INTERNALERROR> [{member.name}] {line}", red=True)
        message = f"{member.name} ended with an internal error"
        run.end_with(pytest.exit.Exception(message, pytest.ExitCode.INTERNAL_ERROR))
