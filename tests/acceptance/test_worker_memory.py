"""How many workers there are where memory is short."""

from __future__ import annotations

import json

import pytest

from pytest_dxpy import native
from pytest_dxpy.crew import fitting
from tests.conftest import Project

KEPT = ".pytest_cache/d/dxpy/files.json"
MIB = 1 << 20
PASSES = "def test_1(): pass"


def took(project: Project) -> int:
    """What is kept of the memory that a worker takes."""
    data = json.loads(project.read(KEPT))
    assert isinstance(data["worker_bytes"], int)
    return data["worker_bytes"]


def pretend(project: Project, worker_bytes: object) -> None:
    """As if a worker of the last run had taken so much."""
    data = json.loads(project.read(KEPT))
    project.write_file(KEPT, json.dumps({**data, "worker_bytes": worker_bytes}))


def test_what_a_worker_takes_is_kept_and_fades(project: Project) -> None:
    project.write(test_a="def test_1(): assert len(bytearray(b'x') * (200 << 20))", test_b=PASSES)
    project.run()
    large = took(project)
    assert 200 * MIB < large < 400 * MIB
    project.write(test_a=PASSES)
    project.run()
    assert took(project) == int(large * 0.95)


@pytest.mark.parametrize("args", [(), ("-n", "auto")], ids=" ".join)
def test_there_are_no_more_than_memory_is_enough_for(
    project: Project, args: tuple[str, ...]
) -> None:
    project.write(test_a=PASSES, test_b=PASSES)
    project.env["PYTEST_XDIST_AUTO_NUM_WORKERS"] = "2"  # so many were asked for
    project.plain("-p", "dxpy", *args)
    pretend(project, 1 << 50)
    assert project.plain("-p", "dxpy", *args).notes == []
    del project.env["PYTEST_XDIST_AUTO_NUM_WORKERS"]
    assert project.run().notes == []
    pretend(project, 1 << 50)
    result = project.plain("-p", "dxpy", *args)
    assert result.summary == "2 passed"
    if native.usable_cpus() > 1:
        [note] = result.notes
        assert note.startswith("1 worker, not 2: one took 1,073,741,824 MiB in the last runs, and ")
        assert note.endswith(" MiB are free; --dx-workers=2 starts them all")


@pytest.mark.parametrize("kept", [-5, None, "x", 1e400, 0])
def test_what_cannot_be_is_unknown(project: Project, kept: object) -> None:
    project.write(test_a=PASSES, test_b=PASSES)
    project.run()
    pretend(project, kept)
    result = project.plain("-p", "dxpy")
    assert (result.summary, result.notes) == ("2 passed", [])


def test_one_worker_at_least() -> None:
    assert fitting(8, 1 << 60)[0] == 1


@pytest.mark.parametrize(("count", "worker_bytes"), [(0, 1 << 60), (1, 1 << 60), (8, 0), (8, 1)])
def test_as_many_as_there_could_be(count: int, worker_bytes: int) -> None:
    assert fitting(count, worker_bytes) == (count, [])


def test_as_many_as_fit() -> None:
    count, [note] = fitting(1000, native.available_memory() // 3)
    assert 2 <= count <= 4
    assert f"{count} workers, not 1000: one took " in note
