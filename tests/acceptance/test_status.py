"""The live lines on a terminal: what runs, how far the run is, and nothing of it at the end."""

from __future__ import annotations

import re
import signal

import pytest

from tests.acceptance.terminal import on_a_terminal, screen
from tests.conftest import Project

WAITS = """
    import os, time
    def test_fails(): assert 0
    def test_waits():
        limit = time.monotonic() + 30
        while not os.path.exists("go") and time.monotonic() < limit:
            time.sleep(0.01)
        assert os.path.exists("go")
"""
ERASE = "\x1b[J"


@pytest.fixture
def waiting(project: Project) -> Project:
    """A project with a test that waits."""
    project.write(test_a=WAITS, test_b="def test_b(): pass")
    return project


@pytest.mark.parametrize("args", [[], ["-v"], ["--capture=sys"]], ids=" ".join)
def test_the_test_that_runs_is_shown_and_nothing_is_left(waiting: Project, args: list[str]) -> None:
    text = on_a_terminal(
        waiting, *args, at="s  test_a.py::test_waits", then=lambda _: waiting.write_file("go", "")
    )
    seen = screen(text[: text.index("s  test_a.py::test_waits") + len("s  test_a.py::test_waits")])
    assert re.fullmatch(r"gw[01] +[0-9.]+ s  test_a.py::test_waits", seen[-1])
    assert re.search(r"\d of 3 tests", text)
    shown = screen(text)
    assert not [line for line in shown if "test_waits" in line and "PASSED" not in line]
    assert not [line for line in shown if "of 3 tests" in line]
    assert "1 failed, 2 passed" in shown[-2]
    if not args:
        assert any(re.match(r"[.F]{3} +\[100%\]$", line) for line in shown)


def test_nothing_is_left_after_ctrl_c(waiting: Project) -> None:
    text = on_a_terminal(
        waiting,
        at="s  test_a.py::test_waits",
        then=lambda process: process.send_signal(signal.SIGINT),
    )
    assert "KeyboardInterrupt" in text
    assert not [line for line in screen(text) if re.match(r"gw\d|\d of", line)]


def test_what_is_left_is_estimated_from_the_last_run(waiting: Project) -> None:
    waiting.write_file("go", "")
    waiting.run()
    (waiting.path / "go").unlink()
    text = on_a_terminal(waiting, at="s left", then=lambda _: waiting.write_file("go", ""))
    assert re.search(r"\d of 3 tests(, 1 failed)?, about \d+ s left", text)


@pytest.mark.parametrize("flag", ["-q", "-s", "--color=no"])
def test_it_is_off(waiting: Project, flag: str) -> None:
    waiting.write(test_a="import time\ndef test_a(): time.sleep(0.5)\n")
    assert ERASE not in on_a_terminal(waiting, flag)


def test_it_is_off_where_there_is_no_terminal(waiting: Project) -> None:
    waiting.write(test_a="import time\ndef test_a(): time.sleep(0.5)\n")
    assert ERASE not in waiting.run("--color=yes").output
