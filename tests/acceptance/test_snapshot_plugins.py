"""Plugins that keep what a test has seen, and compare it the next time."""

from __future__ import annotations

import re

import pytest

from tests.acceptance.side_by_side import run_both
from tests.conftest import Project

SYRUPY = """
    import pytest

    @pytest.mark.parametrize("number", [1, 2])
    def test_values(snapshot, number): assert {"number": number, "list": [1]} == snapshot
    def test_named(snapshot): assert "text" == snapshot(name="one")
"""
LESS = """
    def test_named(snapshot): assert "other" == snapshot(name="one")
"""
FILES = [f"__snapshots__/test_{name}.ambr" for name in "ab"]


def syrupy_lines(output: str) -> list[str]:
    """What its own summary says."""
    said = re.compile(
        r"^\d+ snapshots? (?:passed|failed|generated|updated|unused).*$", re.MULTILINE
    )
    return said.findall(output)


# Version 6 warns of two workers that write to one file, which never happens: files stay whole.
OPTIONS = ("-p", "syrupy", "-W", "ignore::pytest.PytestWarning")


def test_syrupy_makes_updates_and_removes_the_same_snapshots(project: Project) -> None:
    project.write(test_a=SYRUPY, test_b=SYRUPY)
    for args, summary in (
        (["--snapshot-update"], "6 passed"),
        (["-k", "named"], "2 passed, 4 deselected"),
        ([], "1 failed, 3 passed"),
        (["--snapshot-update"], "4 passed"),
    ):
        both = run_both(project, *OPTIONS, *args)
        assert (both.ours.summary, both.mode) == (summary, "full")
        assert syrupy_lines(both.ours.output) == syrupy_lines(both.plain.output) != []
        for name in FILES:
            ours, plain = both.texts(name)
            assert ours == plain != ""
        if "named" in args:
            project.write(test_b=LESS)


INLINE = """
    from inline_snapshot import snapshot

    def test_equal(): assert 1 + 1 == snapshot(2)
    def test_differs(): assert 1 + 1 == snapshot(3)
    def test_in(): assert 1 in snapshot([1, 2])
"""


def test_inline_snapshots_are_compared(project: Project) -> None:
    """As under pytest-xdist; plain pytest fails the teardown of one that differs once more."""
    project.write(test_a=INLINE, test_b=INLINE)
    both = run_both(project, "-p", "inline_snapshot", "--inline-snapshot=disable")
    assert (both.ours.summary, both.mode) == ("2 failed, 4 passed", "lazy")
    assert project.run("-p", "inline_snapshot").summary == "2 failed, 4 passed"


@pytest.mark.parametrize("what", ["fix", "create,trim"])
def test_inline_snapshots_are_written_in_one_process(project: Project, what: str) -> None:
    project.write(test_a=INLINE, test_b=INLINE + "    def test_new(): assert 5 == snapshot()\n")
    both = run_both(project, "-p", "inline_snapshot", f"--inline-snapshot={what}")
    assert both.mode == "off"
    for file in ("test_a.py", "test_b.py"):
        ours, plain = both.texts(file)
        assert ours == plain
    assert ("snapshot(3)" in ours, "snapshot(5)" in ours) == (what != "fix", what != "fix")
