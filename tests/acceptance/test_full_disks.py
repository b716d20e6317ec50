"""Where nothing can be kept: real file systems that are full, or may only be read."""

from __future__ import annotations

import contextlib
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.shop import SHOP, affected, edit, ran
from tests.conftest import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Result

COST = "test_shop.py::test_cost"
NOT_KEPT = "the record of what tests depend on: "


def mount(*words: str) -> None:
    done = subprocess.run(["mount", *words], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def small(project: Project) -> Iterator[Path]:
    """What we keep, on a disk of its own of 1 MB; pytest 8 itself fails where its cache is full."""
    project.write(**SHOP)
    project.ini("addopts = --dx-cache-dir=kept")
    place = project.path / "kept"
    place.mkdir()
    mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place))
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte."""
    file = disk / "full"
    with file.open("wb", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(bytes(4096))
    return file


def counts(result: Result) -> str:
    """The last line, less what pytest itself warns of."""
    return ", ".join(word for word in result.summary.split(", ") if "warning" not in word)


def is_told(result: Result) -> bool:
    return any(NOT_KEPT in note and "No space left on device" in note for note in result.notes)


def test_a_full_disk_costs_the_record_and_no_result(project: Project, small: Path) -> None:
    file = fill(small)
    for args in ([], ["--dx-affected"]):
        result = project.run(*args)
        assert (result.code, counts(result)) == (0, "2 passed"), result.output
        assert any("No space left on device" in note for note in result.notes)
    file.unlink()
    assert project.run().summary == "2 passed"
    assert counts(affected(project)) == "2 unaffected"


def test_a_disk_that_is_full_later_hides_no_failure(project: Project, small: Path) -> None:
    assert project.run().summary == "2 passed"
    file = fill(small)
    assert counts(affected(project)) == "2 unaffected"
    edit(project, "shop.py", "return 5", "return 6")
    for _ in range(2):
        result = affected(project)
        assert (ran(result), counts(result)) == ([COST], "1 failed, 1 unaffected")
        assert is_told(result), result.output
    file.unlink()
    edit(project, "shop.py", "return 6", "return 5")
    assert counts(affected(project)) == "2 unaffected"


@pytest.fixture
def read_only(project: Project) -> Iterator[Project]:
    """A project with a record, whose folder may only be read."""
    project.write(**SHOP)
    assert project.run().summary == "2 passed"
    path = str(project.path)
    mount("--bind", path, path)
    mount("-o", "remount,ro,bind", path)
    yield project
    subprocess.run(["umount", "-l", path], check=True)


@pytest.mark.parametrize("args", [[], ["--dx-affected"]], ids=str)
def test_a_tree_that_may_only_be_read_is_tested(read_only: Project, args: list[str]) -> None:
    result = read_only.run("-p", "no:cacheprovider", *args)
    assert (result.code, counts(result)) == (0, "2 passed"), result.output
    result = read_only.run(*args)
    assert result.code == 0, result.output
    assert counts(result) == ("2 unaffected" if args else "2 passed"), result.output
    assert "INTERNALERROR" not in result.output
