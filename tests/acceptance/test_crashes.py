"""Workers that die, and a controller that does."""

from __future__ import annotations

import os
import signal

import pytest

from tests.conftest import Project, Running, wait_until_exists

DEATHS = {
    "SIGKILL": ("os.kill(os.getpid(), signal.SIGKILL)", "died of SIGKILL"),
    "exit": ("os._exit(3)", "exited with status 3"),
    "segfault": ("ctypes.string_at(0)", "died of SIGSEGV"),
}
HEAD = "import ctypes, os, pytest, signal, sys\n"


def dying(death: str, phase: str) -> str:
    """Four tests, of which the third kills its worker in this phase."""
    fatal = DEATHS[death][0]
    before, after = (fatal if name == phase else "pass" for name in ("setup", "teardown"))
    call = fatal if phase == "call" else "pass"
    return HEAD + (
        f"@pytest.fixture\ndef fatal():\n    {before}\n    yield\n    {after}\n"
        "def test_1(): pass\ndef test_2(): pass\n"
        f"def test_dies(fatal):\n    print('last words', flush=True)\n    {call}\n"
        "def test_4(): pass\n"
    )


@pytest.mark.parametrize("phase", ["setup", "call", "teardown"])
@pytest.mark.parametrize("death", DEATHS)
def test_the_test_fails_and_all_others_run(project: Project, death: str, phase: str) -> None:
    project.write(test_a=dying(death, phase), test_b="def test_b(): pass")
    result = project.run()
    assert result.summary == ("1 failed, 5 passed" if phase == "teardown" else "1 failed, 4 passed")
    assert f"{DEATHS[death][1]} while running 'test_a.py::test_dies'" in result.output
    assert result.code == pytest.ExitCode.TESTS_FAILED


def test_the_last_output_of_a_dead_worker_is_shown(project: Project) -> None:
    project.write(test_a=dying("SIGKILL", "call"))
    output = project.run().output
    assert "Captured stdout call" in output
    assert "last words" in output


def test_the_last_output_is_shown_where_output_is_captured_in_python(project: Project) -> None:
    project.write(test_a=dying("exit", "call"))
    assert project.run("--capture=sys").summary == "1 failed, 3 passed"


@pytest.mark.parametrize("death", DEATHS)
def test_a_worker_that_dies_while_it_collects(project: Project, death: str) -> None:
    fatal, end = DEATHS[death]
    project.write(test_a=HEAD + fatal, test_b="def test_b(): pass")
    result = project.run()
    assert f"{end} while collecting test_a.py" in result.output
    assert result.code == pytest.ExitCode.INTERRUPTED


def test_a_worker_that_dies_while_it_collects_everything(project: Project) -> None:
    project.write(test_a=HEAD + "os._exit(3)", test_b="def test_b(): pass")
    result = project.run("--dx-collect=full")
    assert "exited with status 3" in result.output
    assert result.code != 0


def test_every_test_of_a_file_that_always_dies_is_reported(project: Project) -> None:
    project.write(test_a=HEAD + "def test_1(): os._exit(1)\ndef test_2(): os._exit(1)\n")
    assert project.run().summary == "2 failed"


def test_no_more_workers_may_be_started(project: Project) -> None:
    project.write(test_a=HEAD + "def test_1(): os._exit(1)\ndef test_2(): pass\n")
    result = project.run("--dx-max-restarts=0", workers=1)
    assert "every worker has died and no more may be started (--dx-max-restarts)" in result.output
    assert result.code == pytest.ExitCode.INTERRUPTED


def test_a_worker_that_dies_after_its_last_test(project: Project) -> None:
    project.write(
        conftest=HEAD + "def pytest_unconfigure(config):\n"
        "    if hasattr(config, 'workerinput'): os.kill(os.getpid(), signal.SIGSEGV)\n",
        test_a="def test_a(): pass",
    )
    result = project.run(workers=1)
    assert result.summary == "1 passed"


def test_an_error_after_the_session_ends_the_run_as_it_ends_plain_pytest(project: Project) -> None:
    project.write_file("pytest.ini", "[pytest]\nfilterwarnings = error\n")
    project.write(
        test_a="""
            import gc
            class Leak:
                def __init__(self): self.cycle = self
                def __del__(self): raise ValueError("nobody closed it")
            def test_a():
                gc.disable()
                Leak()
        """,
        test_b="def test_b(): pass",
    )
    plain, ours = project.plain(), project.run()
    assert ours.summary == plain.summary == "2 passed"
    assert ours.code == plain.code == 1
    assert "met an error after its session [cannot-unconfigure]" in ours.output
    assert "nobody closed it" in ours.output


def test_workers_that_die_at_their_start(project: Project) -> None:
    project.write(
        conftest=HEAD + "def pytest_configure(config):\n"
        "    if hasattr(config, 'workerinput'): os._exit(9)\n",
        test_a="def test_a(): pass",
        test_b="def test_b(): pass",
    )
    result = project.run()
    assert "exited with status 9 at its start" in result.output
    assert result.code == pytest.ExitCode.INTERRUPTED


# The first test writes a file and then waits for ever. Not in signal.pause() alone, which
# sleeps through a signal that came a moment before.
WAITS = """
    import os, time
    def test_waits():
        with open("begun.new", "w") as file:
            file.write(f"{os.getpid()} {os.getppid()}")
        os.rename("begun.new", "begun")
        while True:
            time.sleep(1)
    def test_after(): pass
"""


@pytest.fixture
def waiting(project: Project) -> tuple[Running, int, int]:
    """A run whose only test waits for ever, its worker and its zygote."""
    project.write(test_a=WAITS, test_b="def test_b(): pass")
    running = project.start("-p", "dxpy_recorder", "-p", "dxpy", "-n2")
    worker, zygote = wait_until_exists(project.path / "begun", running).split()
    return running, int(worker), int(zygote)


def test_nothing_is_left_of_a_controller_that_is_killed(
    waiting: tuple[Running, int, int],
) -> None:
    running, worker, zygote = waiting
    assert {worker, zygote} <= set(running.children())
    running.signal(signal.SIGKILL)
    assert running.wait().code == -signal.SIGKILL


def test_ctrl_c_ends_the_run_as_plain_pytest_ends(waiting: tuple[Running, int, int]) -> None:
    running, _, _ = waiting
    running.signal(signal.SIGINT)
    result = running.wait()
    assert result.code == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in result.output


def test_ctrl_c_twice_ends_workers_that_do_not_heed_the_first(project: Project) -> None:
    project.write(
        test_a="""
            import os, signal
            def heard(*args):
                os.rename("begun", "heard")
            def test_waits():
                signal.signal(signal.SIGINT, heard)
                with open("begun.new", "w") as file:
                    file.write("x")
                os.rename("begun.new", "begun")
                while True:
                    signal.pause()
        """
    )
    running = project.start("-p", "dxpy", "-n2")
    wait_until_exists(project.path / "begun", running)
    running.signal(signal.SIGINT)
    wait_until_exists(project.path / "heard", running)
    running.signal(signal.SIGINT)
    assert running.wait().code == pytest.ExitCode.INTERRUPTED


def test_a_zygote_that_is_killed_takes_its_workers_along(
    waiting: tuple[Running, int, int],
) -> None:
    running, _, zygote = waiting
    os.kill(zygote, signal.SIGKILL)
    result = running.wait()
    assert result.code not in (0, 5)
    assert "the process that forks workers has died" in result.output


def test_a_zygote_that_is_killed_before_workers_start_is_a_plain_error(project: Project) -> None:
    project.write(
        conftest="""
            import os, signal
            def pytest_configure(config):
                if hasattr(config, "workerinput"):
                    return
                with open(f"/proc/{os.getpid()}/task/{os.getpid()}/children") as file:
                    (zygote,) = map(int, file.read().split())
                os.kill(zygote, signal.SIGKILL)
                os.waitid(os.P_PID, zygote, os.WEXITED | os.WNOWAIT)
        """,
        test_a="def test_a(): pass",
    )
    result = project.run()
    assert result.code == pytest.ExitCode.USAGE_ERROR
    message = "ERROR: the process that forks workers has died [cannot-start]\nhint: run again\n"
    assert message in result.output
    assert "Traceback" not in result.output


KILLS_THE_SPARE = """
    import os, signal
    def children(pid):
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(text) for text in file.read().split()]
    def is_dead(pid):
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    def pytest_configure(config):
        if hasattr(config, "workerinput"):
            return
        (zygote,) = children(os.getpid())
        while not (waiting := children(zygote)):
            pass
        os.kill(waiting[0], signal.SIGKILL)
        while not is_dead(waiting[0]):
            pass
"""


def test_a_worker_that_dies_before_it_is_called_is_not_missed(project: Project) -> None:
    project.write(
        conftest=KILLS_THE_SPARE, test_a="def test_a(): pass", test_b="def test_b(): pass"
    )
    result = project.start("-p", "dxpy", "-n2").wait()
    assert result.code == 0
    assert "2 passed" in result.output
    assert "died" not in result.output
