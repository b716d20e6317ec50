"""How soon a run ends: -x, and Ctrl-C."""

from __future__ import annotations

import signal
import time

import pytest

from tests.conftest import Project, wait_until_exists

# A worker notes that its failure is known, and each test that starts, and whether it knew.
NOTES = """
    import os, pytest
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    def pytest_runtest_logreport(report):
        # Ours comes before: the failure was counted when this is called.
        if worker and report.failed:
            open("failed", "w").close()
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(item):
        when = "after" if os.path.exists("failed") else "before"
        with open(f"{when}-{worker}", "a") as file:
            file.write(f"{item.nodeid}\\n")
"""
CASE = """
    import pytest
    @pytest.mark.parametrize("number", range(400))
    def test(number): assert number != {fails}
"""


def started(project: Project, when: str, *workers: str) -> list[list[str]]:
    """The tests that each worker has started before, or after the first failure."""
    return [project.read(f"{when}-{worker}").splitlines() for worker in workers]


@pytest.mark.parametrize("mode", ["lazy", "full", "auto"])
@pytest.mark.parametrize("option", ["-x", "--maxfail=1"])
def test_after_the_first_failure_a_worker_starts_one_more_test_at_most(
    project: Project, mode: str, option: str
) -> None:
    project.write(conftest=NOTES, test_a=CASE.format(fails=-1), test_b=CASE.format(fails=50),
                  test_c=CASE.format(fails=-1), test_d=CASE.format(fails=-1))  # fmt: skip
    result = project.run(option, f"--dx-collect={mode}", "--dx-split=never", workers=3)
    assert result.code == pytest.ExitCode.TESTS_FAILED
    assert "1 failed" in result.summary
    # Others than the first three run what failed again, to confirm it.
    crew = ("gw0", "gw1", "gw2")
    assert sum(map(len, started(project, "before", *crew))) > 50
    assert all(len(tests) <= 1 for tests in started(project, "after", *crew))
    assert [] in started(project, "after", *crew)  # the one that has failed


WAITS = """
    import os, pytest, time
    @pytest.fixture
    def slow():
        yield
        {teardown}
        open("torn-down", "w").close()
    def test_waits(slow):
        open("begun.new", "w").close()
        os.rename("begun.new", "begun")
        while True:
            time.sleep(1)
"""
OTHERS = """
    import os, pytest, time
    @pytest.mark.parametrize("number", range(2000))
    def test(number):
        with open("ran", "a") as file: file.write(f"{number}\\n")
        time.sleep(0.01)
"""


def seconds_from_ctrl_c(project: Project, teardown: str) -> float:
    """What a run takes from Ctrl-C to its end, with a test under way in each worker."""
    for name in ("begun", "torn-down", "ran"):
        (project.path / name).unlink(missing_ok=True)
    project.write(test_a=WAITS.format(teardown=teardown), test_b=OTHERS)
    running = project.start("-p", "dxpy", "--dx-workers=2", "--dx-split=never")
    wait_until_exists(project.path / "begun", running)
    wait_until_exists(project.path / "ran", running)
    running.signal(signal.SIGINT)
    begin = time.monotonic()
    while running.lives:
        time.sleep(0.005)
    seconds = time.monotonic() - begin
    assert running.wait().code == pytest.ExitCode.INTERRUPTED
    assert (project.path / "torn-down").exists()
    assert len(project.read("ran").splitlines()) < 2000
    return seconds


@pytest.mark.parametrize(("teardown", "most"), [("pass", 1.0), ("time.sleep(1.5)", 2.5)])
def test_ctrl_c_ends_a_run_within_a_second_and_the_teardown_of_its_tests(
    project: Project, teardown: str, most: float
) -> None:
    """The machine may have other things to do: it has some attempts."""
    attempts: list[float] = []
    while not attempts or (min(attempts) > most and len(attempts) < 8):
        attempts.append(seconds_from_ctrl_c(project, teardown))
    assert min(attempts) <= most
