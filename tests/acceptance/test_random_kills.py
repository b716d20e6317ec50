"""Whatever is killed, whenever: nothing is left of the run, and its results are right.

``make crash ROUNDS=200`` takes more rounds than the suite does; a round is repeated by its number.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import textwrap
import time
from pathlib import Path

import pytest

from tests.conftest import Project, Result, Running

ROUNDS = int(os.environ.get("DXPY_CRASH_ROUNDS") or 12)
FIRST = int(os.environ.get("DXPY_CRASH_FIRST") or 0)
FILES, TESTS = 6, 6
KINDS = ("controller", "zygote", "worker")
CONFTEST = """
    import pytest, subprocess, time
    import pytest_dxpy as dx
    @pytest.fixture(scope="session", autouse=True)
    def own(tmp_path_factory):
        yield tmp_path_factory.mktemp("own")
    @dx.fixture(scope="session", shared=True)
    def server(): yield {"port": 1}
    @pytest.fixture
    def child():
        with subprocess.Popen(["sleep", "0.02"]) as process: yield process
"""
CASE = """
    import pytest, time
    @pytest.mark.parametrize("number", range({tests}))
    def test(number, child, server, tmp_path):
        time.sleep(0.02)
        (tmp_path / "file").write_text("x" * 1000)
        assert number != {fails}
"""


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """For how long there are processes of each kind in an undisturbed run, in seconds."""
    project = make(Project(tmp_path_factory.mktemp("undisturbed")))
    running = start(project)
    begins = {kind: await_one(running, kind) for kind in KINDS}
    assert running.wait().summary == f"{FILES * TESTS} passed"
    return {kind: time.monotonic() - begin for kind, begin in begins.items()}


def make(project: Project, *, fails: bool = False, has_conftest: bool = True) -> Project:
    """Some files, in one of which a test may fail.

    Args:
        project: an empty one.
        fails: whether it does.
        has_conftest: else workers start before the controller is configured.
    """
    if has_conftest:
        project.write(conftest=CONFTEST)
    head = "" if has_conftest else textwrap.dedent(CONFTEST)
    for file in range(FILES):
        case = CASE.format(tests=TESTS, fails=2 if fails and file == 3 else -1)
        project.write(**{f"test_{file}": head + textwrap.dedent(case)})
    return project


def start(project: Project) -> Running:
    return project.start("-p", "dxpy_recorder", "-p", "dxpy", "--dx-workers=2", "-rA")


def parent_of(pid: int) -> int:
    """Of a process; 0 where it has ended."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def find(running: Running, kind: str) -> list[int]:
    """The processes of that kind."""
    if kind == "controller":
        return [running.pid] if running.lives else []
    zygotes = [pid for pid in running.children() if parent_of(pid) == running.pid]
    if kind == "zygote":
        return zygotes
    return [pid for pid in running.children() if parent_of(pid) in zygotes]


def await_one(running: Running, kind: str) -> float:
    """Wait until there is a process of that kind; the time then."""
    while running.lives and not find(running, kind):
        time.sleep(0.002)
    return time.monotonic()


def living_group(group: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, of = path.read_text().rpartition(")")[2].split()[:3]
            if int(of) == group and state not in "ZX":
                found.append(int(path.parent.name))
    return found


@pytest.mark.parametrize("number", range(FIRST, FIRST + ROUNDS))
def test_nothing_is_left_and_the_results_are_right(
    project: Project, lives: dict[str, float], number: int
) -> None:
    chance = random.Random(number)
    fails, has_conftest = chance.random() < 0.5, chance.random() < 0.5
    kind = chance.choice(KINDS)
    moment = chance.uniform(0, lives[kind])
    running = start(make(project, fails=fails, has_conftest=has_conftest))
    await_one(running, kind)
    time.sleep(moment)
    if found := find(running, kind):
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(found), signal.SIGKILL)
    whom = f"{kind}, one of {len(found)}," if found else f"no {kind}, there was none any more,"
    print(f"round {number}: {whom} after {moment:.3f} of {lives[kind]:.3f} s")  # noqa: T201
    result = running.wait()
    assert living_group(running.pid) == []
    if kind == "controller" and result.code == -signal.SIGKILL:
        return
    print(result.output)  # noqa: T201  # seen where it fails
    check(result, fails=fails, most=2 if kind == "zygote" else 1)


def check(result: Result, *, fails: bool, most: int) -> None:
    """Every test is reported, or the run says that and why they are not.

    Args:
        result: of a run of which something was killed.
        fails: whether one test does.
        most: so many workers were killed.
    """
    known = "test_3.py::test[2]"
    tests = {f"test_{file}.py::test[{n}]" for file in range(FILES) for n in range(TESTS)}
    passed = set(re.findall(r"^PASSED (\S+)", result.output, re.MULTILINE))
    failed = set(re.findall(r"^FAILED (\S+)", result.output, re.MULTILINE))
    died = set(re.findall(r"died of SIGKILL while running '(\S+)'", result.output))
    assert failed <= died | {known}
    assert len(died) <= most
    assert not passed & {known} or not fails
    if result.code in (0, 1):
        assert passed | failed == tests
        assert result.code == (1 if failed else 0)
        assert known in failed or not fails
    else:
        reasons = ("died of SIGKILL while collecting", "the process that forks workers has died")
        assert any(reason in result.output for reason in reasons)
