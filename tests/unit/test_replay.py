"""What ``replay`` does to the terminal's writer."""

from __future__ import annotations

import io
import types

import pytest
from _pytest._io import TerminalWriter

from pytest_dxpy.replay import Replay


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
