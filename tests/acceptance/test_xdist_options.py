"""pytest-xdist's options on the command line and in the ini file, with and without it."""

from __future__ import annotations

import pytest

from tests.conftest import Project

ELSEWHERE = "or run pytest-xdist without pytest-dxpy"


@pytest.fixture(params=["-pxdist", "-pno:xdist"])
def xdist(request: pytest.FixtureRequest) -> str:
    """The argument with which pytest-xdist is there, or not."""
    return str(request.param)


@pytest.fixture
def small(project: Project) -> Project:
    """Two files, of one test each."""
    project.write(test_a="def test_a(): pass", test_b="def test_b(): pass")
    return project


def test_all_of_them_may_stand_in_addopts(small: Project, xdist: str) -> None:
    small.ini(
        "addopts = -n auto --numprocesses=3 --dist loadfile -d --tx popen --maxprocesses=2",
        "  --max-worker-restart=1 --maxschedchunk=1 --testrunuid=one --loadscope-reorder",
        "  --no-loadscope-reorder --rsyncdir=. --rsyncignore=*.pyc",
    )
    result = small.pytest(xdist, "-p", "dxpy")
    assert "dxpy: 2 workers, lazy collection" in result.output
    assert result.summary == "2 passed"


@pytest.mark.parametrize(
    ("args", "workers"),
    [
        ("--tx 2*popen", 2),
        ("-d --tx=popen --tx 2*popen", 3),
        ("--tx=3*popen -n 2", 2),
        ("--tx=3*popen --dx-workers=2", 2),
        ("--tx=ssh=elsewhere -n 2", 2),  # as in pytest-xdist, -n is stronger
        ("-d -n 2", 2),
    ],
)
def test_the_number_of_workers(small: Project, xdist: str, args: str, workers: int) -> None:
    result = small.pytest(xdist, "-p", "dxpy", *args.split())
    assert f"dxpy: {workers} workers, lazy collection" in result.output
    assert result.summary == "2 passed"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            "-n2 --dist=each",
            "--dist: 'each' would run every test in each worker [bad-option]\n"
            f"hint: leave it out to run each test once, {ELSEWHERE}",
        ),
        (
            "--tx=ssh=elsewhere",
            "--tx: 'ssh=elsewhere' is not 'popen' or a number of them, such as '4*popen' "
            "[bad-option]\nhint: workers are processes of this machine: use -n 4, "
            "or pytest-xdist without pytest-dxpy",
        ),
        (
            "--tx=0*popen",
            "--tx: '0*popen' is not 'popen' or a number of them, such as '4*popen' "
            "[bad-option]\nhint: workers are processes of this machine: use -n 4, "
            "or pytest-xdist without pytest-dxpy",
        ),
        (
            "-n2 --px=id=one//socket=elsewhere",
            "--px: 'id=one//socket=elsewhere' leads to workers elsewhere, and there are none "
            f"[bad-option]\nhint: leave it out, {ELSEWHERE}",
        ),
        (
            "-n2 --max-worker-restart=some",
            "--max-worker-restart: 'some' is not a count [bad-option]\n"
            "hint: use a number from 0 up",
        ),
    ],
    ids=lambda text: text if text[0] == "-" and len(text) < 40 else "",
)
def test_what_is_refused(small: Project, xdist: str, args: str, message: str) -> None:
    result = small.pytest(xdist, "-p", "dxpy", *args.split())
    assert result.errors == f"ERROR: {message}"
    assert result.code == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize("off", ["-n0", "--dx-collect=off", "--pdb"])
@pytest.mark.parametrize("args", ["--dist=each --tx=2*popen", "-d --tx=ssh=elsewhere"])
def test_in_one_process_none_counts(small: Project, xdist: str, off: str, args: str) -> None:
    result = small.pytest(xdist, "-p", "dxpy", off, *args.split())
    assert "dxpy: one process" in result.output
    assert "workers" not in result.output
    assert result.summary == "2 passed"


def test_minus_d_takes_back_another_mode(small: Project, xdist: str) -> None:
    result = small.pytest(xdist, "-p", "dxpy", "-n2", "--dist=loadgroup", "-d")
    assert "dxpy: 2 workers, lazy collection" in result.output
