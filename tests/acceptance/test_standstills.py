"""Workers that stand still where no test runs: --dx-session-timeout."""

from __future__ import annotations

import re
import signal

import pytest

from tests.conftest import Project, Result, wait_until_exists

HANGS = "threading.Event().wait()"
IGNORES = "signal.signal(signal.SIGTERM, signal.SIG_IGN); "
HEAD = "import atexit, os, pytest, signal, threading, time\n"
IN_A_WORKER = "    if getattr(config, 'workerinput', {}).get('workerid') == 'gw1':\n"
TESTS = {"test_a": "def test_a(): pass", "test_b": "def test_b(): pass"}
LIMIT = "--dx-session-timeout=5"  # a machine with much to do takes a second for a worker's start


def hook(name: str, argument: str, how: str = HANGS) -> str:
    """A conftest whose hook hangs in the second worker."""
    take = "" if argument == "config" else "    config = session.config\n"
    return f"{HEAD}def {name}({argument}):\n{take}{IN_A_WORKER}        {how}\n"


def ended(where: str, worker: str = "gw1") -> str:
    return f"{worker} was ended, as it had been {where} for more than 5 s (--dx-session-timeout)"


def is_shown(result: Result, file: str, function: str) -> bool:
    """Whether a stack was written."""
    return bool(re.search(rf'File ".*/{file}.py", line \d+ in {function}\n', result.output))


@pytest.mark.parametrize(
    ("name", "argument", "where"),
    [
        ("pytest_configure", "config", "starting its session"),
        ("pytest_sessionstart", "session", "starting its session"),
        ("pytest_sessionfinish", "session", "ending its session"),
    ],
)
def test_it_is_ended_and_the_run_says_where(
    project: Project, name: str, argument: str, where: str
) -> None:
    project.write(conftest=hook(name, argument, IGNORES + HANGS), **TESTS)
    result = project.run(LIMIT)
    assert f"Interrupted: {ended(where)} [worker-stuck]" in result.output
    assert result.code == pytest.ExitCode.INTERRUPTED
    before, after = result.notes
    said = rf"gw1 has been {where} for \d[.\d]* s and is ended after 5 s \(--dx-session-timeout\)"
    assert re.fullmatch(said, before)
    assert after == f"{ended(where)}; its threads were"
    assert is_shown(result, "conftest", name)
    assert result.summary == "2 passed"


@pytest.mark.parametrize(
    ("conftest", "file", "function"),
    [
        (hook("pytest_unconfigure", "config"), "conftest", "pytest_unconfigure"),
        (hook("pytest_configure", "config", f"atexit.register(lambda: {HANGS})"), "conftest",
         "<lambda>"),
        (hook("pytest_configure", "config", f"threading.Thread(target=lambda: {HANGS}).start()"),
         "conftest", "<lambda>"),
    ],
    ids=["unconfigure", "atexit", "thread"],
)  # fmt: skip
def test_a_process_that_does_not_end_is_an_error_after_the_summary(
    project: Project, conftest: str, file: str, function: str
) -> None:
    project.write(conftest=conftest, **TESTS)
    result = project.run(LIMIT)
    assert "2 passed in " in result.output
    assert f"StuckError: {ended('ending its process')} [worker-stuck]" in result.output
    assert is_shown(result, file, function)
    assert result.code == 1


def test_a_file_that_hangs_when_it_is_imported_is_an_error_of_that_file(project: Project) -> None:
    project.write(test_hangs=f"{HEAD}{HANGS}\n", **TESTS)
    result = project.run(LIMIT)
    assert "' was ended, as it took more than 5 s, while collecting test_hangs.py" in result.output
    assert is_shown(result, "test_hangs", "<module>")
    assert (result.summary, result.code) == ("2 passed, 1 error", pytest.ExitCode.INTERRUPTED)


def test_a_worker_that_hangs_while_it_collects_everything(project: Project) -> None:
    where = "if os.environ.get('PYTEST_XDIST_WORKER') == 'gw1': "
    project.write(test_hangs=f"{HEAD}{where}{HANGS}\ndef test_c(): pass\n", **TESTS)
    result = project.run(LIMIT, "--dx-collect=full")
    assert f"Interrupted: {ended('collecting')} [worker-stuck]" in result.output
    assert result.code == pytest.ExitCode.INTERRUPTED


def test_a_session_that_a_test_ends_has_a_limit_too(project: Project) -> None:
    project.write(
        conftest=f"{HEAD}def pytest_sessionfinish(session):\n"
        f"    if hasattr(session.config, 'workerinput'): {HANGS}\n",
        test_a="import pytest\ndef test_a(): pytest.exit('enough', returncode=7)",
    )
    result = project.run(LIMIT, workers=1)
    assert f"{ended('ending its session', 'gw0')}; its threads were" in result.output
    assert "Exit: enough" in result.output
    assert result.code == 7


def test_a_session_that_ctrl_c_ends_has_a_limit_too(project: Project) -> None:
    project.write(
        conftest=f"{HEAD}def pytest_sessionfinish(session):\n"
        f"    if hasattr(session.config, 'workerinput'): {HANGS}\n",
        test_a="""
            import os, time
            def test_a():
                open("begun.new", "w").close()
                os.rename("begun.new", "begun")
                while True:
                    time.sleep(1)
        """,
    )
    running = project.start("-p", "dxpy", "--dx-workers=1", LIMIT)
    wait_until_exists(project.path / "begun", running)
    running.signal(signal.SIGINT)
    result = running.wait()
    assert f"{ended('ending its session', 'gw0')}; its threads were" in result.output
    assert result.code == pytest.ExitCode.INTERRUPTED


# What takes its time, and must not be ended. Each is more than the limit.
LONG = "time.sleep(6)"


@pytest.mark.parametrize("mode", ["lazy", "full"])
def test_a_worker_that_waits_for_others_is_left_alone(project: Project, mode: str) -> None:
    project.write(test_a=f"{HEAD}def test_a(): {LONG}", test_b="def test_b(): pass")
    result = project.run(LIMIT, f"--dx-collect={mode}")
    assert (result.summary, result.code, result.notes) == ("2 passed", 0, [])


def test_workers_that_wait_for_the_controller_are_left_alone(project: Project) -> None:
    project.write(
        conftest=f"{HEAD}def pytest_sessionstart(session):\n"
        f"    if not hasattr(session.config, 'workerinput'): {LONG}\n",
        **TESTS,
    )
    result = project.run(LIMIT)
    assert (result.summary, result.code, result.notes) == ("2 passed", 0, [])


def test_who_has_built_a_shared_fixture_may_wait_for_its_users(project: Project) -> None:
    project.write(
        conftest=HEAD + "import pytest_dxpy as dx\n"
        "@dx.fixture(scope='session', shared=True)\ndef server(): yield 1\n",
        test_a=f"{HEAD}def test_a(server): {LONG}",
        test_b=f"{HEAD}def test_b(server): pass",
    )
    result = project.run(LIMIT)
    assert (result.summary, result.code, result.notes) == ("2 passed", 0, [])


def test_a_limit_for_tests_leaves_more_time_for_start_and_end(project: Project) -> None:
    project.write(
        conftest=hook("pytest_sessionstart", "session", LONG)
        + hook("pytest_sessionfinish", "session", LONG),
        **TESTS,
    )
    result = project.run("--dx-timeout=1")
    assert (result.summary, result.code, result.notes) == ("2 passed", 0, [])


@pytest.mark.parametrize("value", ["soon", "-1", "inf"])
def test_a_value_that_is_no_limit_is_refused(project: Project, value: str) -> None:
    project.write(**TESTS)
    project.ini(f"dx_session_timeout = {value}")
    result = project.run()
    assert (result.code, result.errors) == (
        4,
        f"ERROR: --dx-session-timeout: {value!r} is not a number of seconds [bad-option]\n"
        "hint: use a number above 0, such as 60, or 0 for no limit",
    )
