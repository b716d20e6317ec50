from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_dxpy.aside import replace_file

OLD, NEW = b"old" * 100_000, b"new" * 100_000

# Dies when it has called os.FUNCTION for the file aside: it is made, or written, or renamed.
KILLED = """
    import os, signal, sys
    from pytest_dxpy import aside
    called = getattr(os, sys.argv[2])
    def call(*args):
        called(*args)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(os, sys.argv[2], call)
    aside.replace_file(sys.argv[1], b"new" * 100_000)
"""
# Replaces the file over and over, by a content of its own.
WRITES = """
    import sys
    from pytest_dxpy.aside import replace_file
    for _ in range(300):
        replace_file(sys.argv[1], sys.argv[2].encode() * 100_000)
"""
# May write fewer bytes than the content has.
LIMITED = """
    import resource, sys
    from pytest_dxpy.aside import replace_file
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    replace_file(sys.argv[1], b"new" * 100_000)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file in a folder of its own."""
    file = tmp_path / "file"
    file.write_bytes(OLD)
    return file


def start(program: str, *args: object) -> subprocess.Popen[str]:
    """Start a program of this file."""
    text = "\n".join(line[4:] for line in program.splitlines())
    words = [sys.executable, "-c", text, *map(str, args)]
    return subprocess.Popen(words, stderr=subprocess.PIPE, text=True)


def names(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


def test_a_file_is_made_and_replaced(path: Path) -> None:
    path.unlink()
    for content in (OLD, b"", NEW):
        assert replace_file(str(path), content)
        assert path.read_bytes() == content
    assert names(path) == ["file"]


@pytest.mark.parametrize("function", ["open", "lstat", "rename"])
def test_what_a_killed_process_leaves_is_the_next_ones(path: Path, function: str) -> None:
    for _ in range(3):
        process = start(KILLED, path, function)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert names(path) == (["file"] if function == "rename" else ["file", "file.new"])
        assert path.read_bytes() == (NEW if function == "rename" else OLD)
    assert replace_file(str(path), b"shorter")
    assert (names(path), path.read_bytes()) == (["file"], b"shorter")


def test_processes_that_write_at_once_do_not_tear_the_file(path: Path) -> None:
    whole = {letter.encode() * 100_000 for letter in "abc"}
    replace_file(str(path), min(whole))
    running = [start(WRITES, path, letter) for letter in "abc"]
    while any(process.poll() is None for process in running):
        assert path.read_bytes() in whole
    assert [process.communicate()[1] for process in running] == ["", "", ""]
    assert names(path) == ["file"]


def test_where_another_process_writes_nothing_is_done(path: Path) -> None:
    with path.with_name("file.new").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert not replace_file(str(path), NEW)
    assert path.read_bytes() == OLD


def test_what_cannot_be_written_leaves_nothing_aside(path: Path) -> None:
    process = start(LIMITED, path)
    assert "File too large" in process.communicate()[1]
    assert (names(path), path.read_bytes()) == (["file"], OLD)


def test_a_link_in_place_of_the_file_aside_is_not_followed(path: Path) -> None:
    path.with_name("file.new").symlink_to(os.devnull)
    with pytest.raises(OSError, match="symbolic links"):
        replace_file(str(path), NEW)
    assert path.read_bytes() == OLD
