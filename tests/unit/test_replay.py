"""What ``replay`` makes of reports, and what it does to the terminal's writer."""

from __future__ import annotations

import io
import types

import pytest
from _pytest._io import TerminalWriter
from _pytest.reports import TestReport

from pytest_dxpy import protocol, reports
from pytest_dxpy.lean import LeanReport
from pytest_dxpy.replay import Replay
from pytest_dxpy.wording import saved

ITEM = protocol.Item("test_a.py::test_1", ("test_a.py", 0, "test_1"))


class File(io.TextIOWrapper):
    """A terminal that counts its writes."""

    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self.writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)

    @property
    def text(self) -> bytes:
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue()


def replay_to(writer: TerminalWriter, config: pytest.Config) -> Replay:
    replay = Replay(config, types.SimpleNamespace())  # type: ignore[arg-type]
    replay._reporter = types.SimpleNamespace(_tw=writer)
    return replay


def test_what_is_written_together_goes_out_at_once(pytestconfig: pytest.Config) -> None:
    file = File("utf-8")
    writer = TerminalWriter(file)
    with replay_to(writer, pytestconfig).together():
        for _ in range(3):
            writer.write("é", flush=True)
        assert file.text == b""
        assert writer.width_of_current_line == 3
    assert (file.text, file.writes) == ("ééé".encode(), 1)
    writer.write("later")
    assert file.writes == 2


def test_what_the_terminal_cannot_show_is_escaped_as_ever(pytestconfig: pytest.Config) -> None:
    file = File("ascii")
    writer = TerminalWriter(file)
    with replay_to(writer, pytestconfig).together():
        writer.write("a.")
        writer.write("é")
    assert file.text == rb"a.\xe9"


def test_an_error_on_the_way_loses_nothing(pytestconfig: pytest.Config) -> None:
    file = File("utf-8")
    writer = TerminalWriter(file)

    def fail() -> None:
        with replay_to(writer, pytestconfig).together():
            writer.write("before")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert file.text == b"before"
    writer.write(" after")
    assert file.text == b"before after"


def made_from_payload(config: pytest.Config) -> object:
    """The report of a phase of which a worker has sent all."""
    report = TestReport(*ITEM, {"test_1": 1}, "passed", None, "call")
    phase = (2, protocol.PASSED, 0.0, 0.0, reports.serialize(config, report))
    session: object = types.SimpleNamespace()
    [made] = Replay(config, session).reports_of(ITEM, [phase], "gw0")  # type: ignore[arg-type]
    return made


def test_a_report_that_was_sent_is_lean(pytestconfig: pytest.Config) -> None:
    made = made_from_payload(pytestconfig)
    assert isinstance(made, TestReport)
    assert issubclass(type(made), LeanReport)


def test_a_report_that_a_plugin_may_have_made_stays_as_it_is(pytestconfig: pytest.Config) -> None:
    class Plugin:
        def pytest_report_from_serializable(self, data: object) -> None:
            """Could keep what it makes."""

    plugin = Plugin()
    pytestconfig.pluginmanager.register(plugin)
    try:
        assert type(made_from_payload(pytestconfig)) is TestReport
    finally:
        pytestconfig.pluginmanager.unregister(plugin)


@pytest.mark.parametrize(
    ("tests", "seconds", "text"),
    [
        (1, 0.004, "1 unaffected (saved 0.00 s)"),
        (2, 9.991, "2 unaffected (saved 9.99 s)"),
        (1234, 1851.0, "1,234 unaffected (saved 1,851.0 s)"),
    ],
)
def test_what_is_saved_is_told_with_units(tests: int, seconds: float, text: str) -> None:
    assert saved(tests, seconds) == text
