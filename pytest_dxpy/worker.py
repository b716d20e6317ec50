"""The side that runs tests: one process, one session, one channel.

A worker asks for a unit, collects it, runs its items and reports. After its
start it touches neither clock, nor file, nor socket, nor thread of its own: a
test may have replaced any of them.
"""

from __future__ import annotations

import contextlib
import os
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_dxpy import collection, native, protocol, reports
from pytest_dxpy.division import cuts
from pytest_dxpy.exclusive import Declared, session_fixtures
from pytest_dxpy.quiet_terminal import QuietTerminal, ask_for_header
from pytest_dxpy.sharing import Sharing

if TYPE_CHECKING:
    import warnings
    from collections.abc import Generator

    from pytest_dxpy.deadlines import Deadlines
    from pytest_dxpy.recording import Recording

_BEGINS: Final = (protocol.RUN, protocol.JOIN)
# Ends of a session whose reason may be told after it only (seat.py).
_TOLD_LATER: Final = (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR)


class Stopped(Exception):  # noqa: N818  # not an error
    """The run is over."""


class Worker:
    """A pytest plugin: the session's loop, and what it reports."""

    def __init__(
        self,
        config: pytest.Config,
        port: native.WorkerPort,
        birth: protocol.Birth,
        recording: Recording | None,
        deadlines: Deadlines,
    ) -> None:
        self._config = config
        self._port = port
        self._birth = birth
        self._recording = recording
        self._deadlines = deadlines
        self._orders: protocol.Orders | None = None
        self._careful = False
        self._compact = False
        self._id = birth.workerinput["workerid"]
        self._collector: collection.Collector | None = None
        self._unit = protocol.NONE
        self._collected = protocol.NONE  # the unit whose items follow
        self._items: list[pytest.Item] = []
        self._declared = Declared(birth.exclusive, self.tell)
        self.sharing = Sharing(birth.shared, self.tell, self.ask, recording)
        self._joining = False  # collects what another worker collects, too
        self._item, self._node_id = protocol.NONE, ""
        self._subtest_failed = False
        self._item_index = -1  # over all units; plugins want it unique in a worker
        self._finished = False
        self._start_directory = os.getcwd()  # noqa: PTH109

    def await_orders(self) -> None:
        """Wait for what the controller knows once it is configured."""
        while self._orders is None:
            self._take_orders(self._port.receive()[-1])

    def _take_orders(self, payload: bytes) -> None:
        values = reports.load(payload)
        if values[0] == protocol.ANSWER:  # to what a Ctrl-C has ended
            return
        self._orders = protocol.Orders(*values)
        self._careful, self._compact = self._orders.careful, self._orders.compact
        basetemp = self._config.option.basetemp = self._orders.basetemp
        factory: Any = getattr(self._config, "_tmp_path_factory", None)
        if factory is not None and basetemp is not None:  # made before the orders came
            factory._given_basetemp = Path(basetemp)

    # What the controller is told.

    def tell(self, name: str, *values: object, failed: bool = False) -> None:
        """Send an event that pytest's hooks in the controller want to know."""
        outcome = protocol.FAILED if failed else 0
        self._port.send_event(outcome, reports.dump((name, self._unit, *values)))
        if failed and self._careful:
            self._port.wait_until_handled()

    def ask(self, name: str, *values: object) -> Any:
        """Send an event that is answered, and wait for that."""
        self.tell(name, *values)
        while (payload := self._port.receive()[-1]) and reports.load(payload)[0] != protocol.ANSWER:
            self._take_orders(payload)
        return reports.load(payload)[1]

    def finish(self, code: int) -> None:
        """The last message."""
        if not self._finished:
            self._finished = True
            output = {"exitstatus": code, **getattr(self._config, "workeroutput", {})}
            said = reports.dump((output, native.peak_own_memory()))
            self._port.send(protocol.FINISHED, protocol.NONE, protocol.NONE, said)

    # Session.

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Silence the terminal reporter."""
        manager = config.pluginmanager
        reporter = manager.getplugin("terminalreporter")
        if reporter is not None:
            manager.unregister(reporter)
            manager.register(QuietTerminal(reporter), "terminalreporter")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Get ready to collect."""
        ask_for_header(session.config)
        if not self._birth.full:
            self._collector = collection.LazyCollector(session)
        self._port.send(protocol.READY, protocol.NONE, protocol.NONE, b"")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run units until there are none."""
        if self._collector is None:
            self.tell("collected everything", len(session.items))
            self._collector = collection.FullCollector(session, by_group=self._birth.by_group)
        with contextlib.suppress(Stopped):
            self._loop(session, self._collector)
        return True

    def _loop(self, session: pytest.Session, collector: collection.Collector) -> None:
        try:
            self._run_units(session, collector)
        finally:
            self._port.send(protocol.ENDING, protocol.NONE, protocol.NONE, b"")
        self._settle(session, None)

    def _run_units(self, session: pytest.Session, collector: collection.Collector) -> None:
        command = self._ask(idle=True)
        while command[0] != protocol.FINISH:
            following = None
            if command[0] == protocol.DISCOVER:
                self._port.send_units(
                    [(native.encode_id(key), arg, size) for key, arg, size in collector.discover()]
                )
            elif command[0] in _BEGINS and self._port.claim(command[2]):
                following = self._run_unit(session, collector, command)
            command = following or self._ask(idle=True)

    def _ask(self, *, idle: bool) -> Any:
        self._port.send(protocol.NEED, protocol.NONE, int(idle), b"")
        command = self._port.receive()
        while command[0] == protocol.CONFIGURE:  # the orders, on their own way
            self._take_orders(command[-1])
            command = self._port.receive()
        return command

    def _check_state(self) -> None:
        state = self._port.state()
        # A pause is for failures to be confirmed: the workers that do so go on.
        if state == protocol.PAUSED and self._careful:
            state = self._port.wait_while_paused()
        if state == protocol.STOPPED:
            raise Stopped

    # One unit.

    def _run_unit(
        self, session: pytest.Session, collector: collection.Collector, command: Any
    ) -> Any:
        """Collect a unit and run it.

        Returns:
            The command that came before its last item ran; None where none was
            asked for.
        """
        self._unit = command[1]
        self._port.send(protocol.BEGUN, self._unit, protocol.NONE, b"")
        self._check_state()
        try:
            if command[0] == protocol.JOIN:
                self._join(collector, command)
            else:
                self._collect(collector, command)
            following = self._run_items(session, collector)
        finally:
            if self._recording is not None:
                self._recording.flush()
            unit, self._unit = self._unit, protocol.NONE
        self._port.send(protocol.UNIT_DONE, unit, protocol.NONE, b"")
        return following

    def _collect(self, collector: collection.Collector, command: Any) -> None:
        """Collect a unit; all of its items are this worker's, until another one joins."""
        _, unit, _, key, argument, only, skip, _ = command
        with collection.at_directory(self._start_directory):
            items = collector.collect(native.decode_id(key), argument)
        where = None
        if self._declared.are_used(items) and not self.ask("exclusive"):
            self._collected = protocol.NONE
            self._items = []
            self._port.send_items(unit, [], None)
            return
        if only or skip:
            if skip or self._birth.listing:
                self.tell("listed", [item.nodeid for item in items])
            items = collection.choose(items, only, skip)
        elif self._birth.divide:
            where = cuts(items)
        self._collected, self._items = unit, items
        self._port.send_items(unit, collection.entries(items), where)
        if fixtures := session_fixtures(items):
            self.tell("session fixtures", fixtures)

    def _join(self, collector: collection.Collector, command: Any) -> None:
        """Collect a unit that another worker has begun, who says what is to be said of it."""
        _, unit, _, key, argument, *_ = command
        if self._collected != unit:
            self._joining = True
            try:
                with collection.at_directory(self._start_directory):
                    self._items = collector.collect(native.decode_id(key), argument)
            finally:
                self._joining = False
            self._collected = unit
        self._port.send_joined(unit, collection.entries(self._items))

    def _run_items(self, session: pytest.Session, collector: collection.Collector) -> Any:
        index, following = self._claim_item()
        if index is not None:
            self.await_orders()
            self._settle(session, self._items[index])
        while index is not None:
            self._check_state()
            # Not claimed while another one runs, which may take long: it may yet go to an
            # idle worker.
            expected = self._port.next_item(self._unit)
            if expected is None:
                upcoming, following = self._claim_item()
                nextitem = self._next_item(session, collector, upcoming, following)
                self._run_item(session, index, nextitem)
            else:
                self._run_item(session, index, self._items[expected])
                upcoming, following = self._claim_item()
                if upcoming != expected:
                    nextitem = self._next_item(session, collector, upcoming, following)
                    self._settle(session, nextitem)
            index = upcoming
        return following

    def _claim_item(self) -> tuple[int | None, Any]:
        """The next item of the unit that is this worker's, or the command that came instead."""
        index = self._port.claim_item(self._unit)
        while index is None:
            command = self._ask(idle=False)
            if command[0] != protocol.SPAN:
                return None, command
            index = self._port.claim_item(self._unit)  # it may have lost them all again
        return index, None

    def _next_item(
        self,
        session: pytest.Session,
        collector: collection.Collector,
        index: int | None,
        command: Any,
    ) -> pytest.Item | None:
        """An item of the unit, or what stands for it where none follows but a command."""
        if index is not None:
            return self._items[index]
        if command[0] in _BEGINS:
            return collector.next_item(native.decode_id(command[3]), command[4])
        if command[0] == protocol.WAIT or self.sharing.builds:  # these must not wait in a test
            return collection.next_unit(session)
        return None

    def _run_item(self, session: pytest.Session, index: int, nextitem: pytest.Item | None) -> None:
        item = self._items[index]
        self._item, self._node_id, self._subtest_failed = index, item.nodeid, False
        self._item_index += 1
        self._port.start_item(self._unit, index, self._deadlines.limit_of(item))
        if self._recording is None:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        else:
            self._recording.run_test(item, nextitem)
        self._port.end_fork(int(session.testsfailed > 0))  # one that came back from its test
        self._port.send(protocol.DONE, self._unit, index, b"")
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)

    def _settle(self, session: pytest.Session, following: pytest.Item | None) -> None:
        """Tear down what was kept for another item and this one does not need."""
        state: Any = session._setupstate
        try:
            state.teardown_exact(following)
        except Exception:  # noqa: BLE001  # a fixture's; plain pytest says it of the last item
            self.tell("teardown", self._node_id, traceback.format_exc(), failed=True)
            if self._recording is not None:
                self._recording.fail_teardown()

    # Reports.

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Send a report."""
        if self._recording is not None:
            self._recording.see(report)
        if report.failed and type(report) is not pytest.TestReport:
            self._subtest_failed = True
        elif self._subtest_failed and report.when == "call":
            # The terminal's reporter asks; pytest's subtests then make the test fail.
            self._config.hook.pytest_report_teststatus(report=report, config=self._config)
        payload = b""
        if not (
            self._compact and report.nodeid == self._node_id and reports.says_only_passed(report)
        ):
            report.worker_id = self._id
            report.item_index = self._item_index
            report.testrun_uid = self._birth.workerinput["testrunuid"]
            payload = reports.serialize(self._config, report)
        outcome = protocol.OUTCOMES.get(report.outcome, protocol.OTHER_OUTCOME)
        if outcome == protocol.FAILED and hasattr(report, "wasxfail"):
            outcome = protocol.OTHER_OUTCOME
        self._port.send_phase(
            self._unit,
            self._item,
            protocol.PHASES.get(report.when, protocol.OTHER_PHASE),
            outcome,
            getattr(report, "start", 0.0),
            getattr(report, "duration", 0.0),
            payload,
        )
        if outcome == protocol.FAILED and self._careful:
            self._port.wait_until_handled()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Send what is not simply collected."""
        if not report.passed and not self._joining:
            data = reports.to_data(self._config, report)
            self.tell("collectreport", data, failed=report.failed)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Send what -k, -m and their like took away."""
        if not self._joining:
            self.tell("deselected", [item.nodeid for item in items])

    def pytest_warning_recorded(
        self,
        warning_message: warnings.WarningMessage,
        when: str,
        nodeid: str,
        location: tuple[str, int, str] | None,
    ) -> None:
        """Send a warning; those of the start the controller has met itself."""
        if when != "config" and not (self._joining and when == "collect"):
            data = reports.describe_warning(warning_message)
            self.tell("warning", data, when, nodeid, location)

    # Ends that are no results.

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Send ``pytest.exit`` on; a Ctrl-C comes from the controller itself."""
        value = excinfo.value
        if isinstance(value, pytest.exit.Exception):
            self.tell("exit", value.msg, value.returncode)
        elif isinstance(value, pytest.Session.Interrupted | KeyboardInterrupt):
            self.tell("interrupted", str(value) or excinfo.typename)

    def pytest_internalerror(self, excrepr: object) -> None:
        """Send an error of pytest or of a plugin."""
        self.tell("internal", str(excrepr))

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(
        self, session: pytest.Session, exitstatus: int
    ) -> Generator[None, object, object]:
        """Fill ``workeroutput`` in as xdist does."""
        output: dict[str, Any] = self._config.workeroutput  # type: ignore[attr-defined]
        output["exitstatus"] = int(exitstatus)
        output["shouldfail"] = session.shouldfail
        output["shouldstop"] = session.shouldstop
        result = yield
        # What comes after this takes a while (pytest collects garbage five times), and
        # the controller need not wait for it.
        if session.exitstatus not in _TOLD_LATER:
            self.finish(int(session.exitstatus))
        return result
