"""A project with a program that tests start, and what its tests are seen to depend on."""

from __future__ import annotations

import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Project

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARY = """
    def used(): return open("data.txt").read()
    def unused(): return 2
"""
PROGRAM = """
    import library
    if __name__ == "__main__":
        print(library.used())
"""


@pytest.fixture
def program(project: Project) -> Iterator[Project]:
    """A program with a module and a file that it needs, and those that it does not."""
    if not (Path(sysconfig.get_path("purelib")) / "pytest-dxpy-children.pth").exists():
        pytest.fail("pytest-dxpy-children.pth is not installed: 'make build' does that")
    project.write(library=LIBRARY, program=PROGRAM, other="x = 1")
    project.write_file("data.txt", "1")
    project.write_file("other.txt", "1")
    # The path of a socket below it has 108 bytes at most.
    with tempfile.TemporaryDirectory(prefix="dxpy-") as folder:
        project.env["TMPDIR"] = folder
        yield project


def learn(project: Project, **files: str) -> None:
    """Run once, so that everything has passed."""
    project.write(**files)
    project.ini("filterwarnings = ignore")
    result = project.run(workers=1)
    assert result.code == 0, result.output


def selected(project: Project, path: str, old: str, new: str) -> bool:
    """Whether an edit selects the test; it is undone."""
    text = project.read(path)
    assert old in text
    project.write_file(path, text.replace(old, new))
    result = project.run("--dx-affected", "--collect-only", "-q")
    project.write_file(path, text)
    assert result.code in (0, 5), result.output
    return "::" in result.output


def is_opaque(project: Project) -> bool:
    """Whether the test depends on files that nobody can have read."""
    return selected(project, "other.txt", "1", "2")


def depends_on_the_program_alone(project: Project) -> None:
    assert selected(project, "data.txt", "1", "2")
    assert selected(project, "library.py", "open(", "open (not None and ")
    assert selected(project, "library.py", "def used():", "def used(more=0):")
    assert not selected(project, "library.py", "return 2", "return 3")
    assert not selected(project, "library.py", "def unused", "# a comment\ndef unused")
    assert not selected(project, "other.py", "x = 1", "x = 2")
    assert not is_opaque(project)
