"""A terminal for a run: what it is sent, and what it then shows."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.conftest import LIMIT_SECONDS, Project, be_started_by

if TYPE_CHECKING:
    from collections.abc import Callable

# A character, or a control sequence: its number and its letter.
PIECE = re.compile(r"\x1b\[([\d;?]*)([A-Za-z])|(.)", re.DOTALL)


def on_a_terminal(
    project: Project,
    *args: str,
    workers: int = 2,
    at: str = "",
    then: Callable[[subprocess.Popen[bytes]], object] = lambda _: None,
) -> str:
    """What a run sends to its terminal.

    Args:
        project: where.
        args: of pytest.
        workers: how many.
        at: when this has been sent, ``then`` is called.
        then: called with the process.
    """
    ours, theirs = pty.openpty()
    tests = os.getpid()
    argv = [sys.executable, "-m", "pytest", "-p", "dxpy", f"--dx-workers={workers}", *args]
    env = {**project.env, "TERM": "xterm"}
    with subprocess.Popen(
        argv,
        cwd=project.path,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        preexec_fn=lambda: be_started_by(tests),  # noqa: PLW1509
    ) as process:
        os.close(theirs)
        sent, awaits = b"", bool(at)
        while piece := _read(ours, process):
            sent += piece
            if awaits and at.encode() in sent:
                awaits = False
                then(process)
        process.wait(LIMIT_SECONDS)
    os.close(ours)
    text = sent.decode()
    assert not awaits, text
    return text


def _read(fd: int, process: subprocess.Popen[bytes]) -> bytes:
    limit = time.monotonic() + LIMIT_SECONDS
    if not select.select([fd], [], [], limit - time.monotonic())[0]:
        process.kill()
    try:
        return os.read(fd, 1 << 16)
    except OSError:  # nobody has the other end any more
        return b""


def screen(text: str) -> list[str]:  # noqa: C901  # a line per kind
    """The lines that a terminal of endless height shows, less colours and spaces at their ends."""
    lines: list[list[str]] = [[]]
    row = column = 0
    for number, letter, character in PIECE.findall(text):
        if character == "\n":
            row += 1
            if row == len(lines):
                lines.append([])
        elif character == "\r":
            column = 0
        elif character:
            line = lines[row]
            line.extend(" " * (column - len(line)))
            line[column : column + 1] = character
            column += 1
        elif letter == "A":
            row -= int(number)
        elif letter == "C":
            column += int(number)
        elif letter == "J":
            del lines[row][column:], lines[row + 1 :]
        else:
            assert letter in "mK", letter
    return ["".join(line).rstrip() for line in lines]
