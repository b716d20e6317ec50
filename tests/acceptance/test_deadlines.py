"""Tests that take too long: --dx-timeout and the mark dx_timeout."""

from __future__ import annotations

import os
import re

import pytest

from tests.conftest import Project

HANGS = "threading.Event().wait()"
# In C, where no handler of Python's is called.
HANGS_IN_C = "max(itertools.repeat(0))"
IGNORES = "signal.signal(signal.SIGTERM, signal.SIG_IGN); "
HEAD = "import itertools, os, pytest, signal, threading, time\n"


def hanging(phase: str, how: str = HANGS) -> str:
    """Three tests, of which the second hangs in a phase."""
    before, call, after = (
        how if name == phase else "pass" for name in ("setup", "call", "teardown")
    )
    return HEAD + (
        f"@pytest.fixture\ndef slow():\n    {before}\n    yield\n    {after}\n"
        "def test_1(): pass\n"
        f"def test_hangs(slow):\n    print('last words')\n    {call}\n"
        "def test_3(): pass\n"
    )


def message(phase: str, limit: str = "0.3") -> str:
    return (
        f"was ended, as a {phase} took more than {limit} s, while running 'test_a.py::test_hangs'"
    )


@pytest.mark.parametrize("phase", ["setup", "call", "teardown"])
def test_the_test_fails_and_all_others_run(project: Project, phase: str) -> None:
    project.write(test_a=hanging(phase), test_b="def test_b(): pass")
    result = project.run("--dx-timeout=0.3")
    passed = 4 if phase == "teardown" else 3
    assert result.summary == f"1 failed, {passed} passed"
    assert message(phase) in result.output
    assert result.code == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("how", [HANGS, HANGS_IN_C, IGNORES + HANGS, IGNORES + HANGS_IN_C])
@pytest.mark.parametrize("args", [[], ["-s"], ["--capture=sys"]], ids=" ".join)
def test_it_is_shown_where_it_hung(project: Project, how: str, args: list[str]) -> None:
    project.write(test_a=hanging("call", how))
    result = project.run("--dx-timeout=0.3", *args)
    assert result.summary == "1 failed, 2 passed"
    assert re.search(r'File ".*/test_a.py", line 10 in test_hangs', result.output)
    assert "pluggy" not in result.output.partition("FAILURES")[2]
    assert args or "last words" in result.output


def test_each_phase_has_the_whole_time(project: Project) -> None:
    """Three phases that take two thirds of the limit each."""
    pause = "time.sleep(0.4)"
    text = hanging("call", pause).replace("    pass\n", f"    {pause}\n")
    assert text.count(pause) == 3
    project.write(test_a=text)
    assert project.run("--dx-timeout=0.6").summary == "3 passed"


@pytest.mark.parametrize("mark", ["dx_timeout(0.3)", "dx_timeout(seconds=0.3)"])
def test_a_mark_goes_before_the_option(project: Project, mark: str) -> None:
    text = hanging("call").replace("def test_hangs", f"@pytest.mark.{mark}\ndef test_hangs")
    project.write(test_a=text)
    for args in ([], ["--dx-timeout=100"]):
        result = project.run(*args)
        assert result.summary == "1 failed, 2 passed"
        assert message("call") in result.output


def test_a_mark_of_0_takes_the_limit_away(project: Project) -> None:
    project.write(
        test_a=HEAD + "@pytest.mark.dx_timeout(0)\ndef test_1(): time.sleep(0.6)\n",
        test_b=HEAD + "pytestmark = pytest.mark.dx_timeout(100)\ndef test_2(): time.sleep(0.6)\n",
    )
    assert project.run("--dx-timeout=0.2").summary == "2 passed"


@pytest.mark.parametrize("mark", ["dx_timeout('1')", "dx_timeout()", "dx_timeout(-1)",
                                  "dx_timeout(1, 2)", "dx_timeout(limit=1)"])  # fmt: skip
def test_a_mark_without_a_number_is_an_error(project: Project, mark: str) -> None:
    project.write(test_a=HEAD + f"@pytest.mark.{mark}\ndef test_1(): pass\n")
    result = project.run()
    assert result.code == pytest.ExitCode.USAGE_ERROR
    assert (
        f"ERROR: test_a.py::test_1: {mark} is not one number of seconds, from 0 up" in result.output
    )


def test_the_mark_is_known_to_plain_pytest(project: Project) -> None:
    project.load_plugins()
    project.write(test_a=HEAD + "@pytest.mark.dx_timeout(1)\ndef test_1(): pass\n")
    assert project.plain("--strict-markers", "-W", "error").summary == "1 passed"
    assert "@pytest.mark.dx_timeout(seconds): " in project.plain("--markers").output


def test_a_test_that_ends_when_it_is_asked_to_is_told_as_it_ends(project: Project) -> None:
    """A handler of SIGTERM that raises: the worker goes on with the others."""
    text = HEAD + (
        "def stop(*_): raise TimeoutError('asked to end')\n"
        "def test_1():\n"
        "    signal.signal(signal.SIGTERM, stop)\n"
        "    threading.Event().wait()\n"
        "def test_2(): signal.signal(signal.SIGTERM, signal.SIG_DFL)\n"
    )
    project.write(test_a=text)
    result = project.run("--dx-timeout=0.3", workers=1)
    assert result.summary == "1 failed, 1 passed"
    assert "TimeoutError: asked to end" in result.output
    assert "was ended" not in result.output


def test_a_test_that_ends_by_itself_but_too_late_fails(project: Project) -> None:
    """It is over before anybody ends it: what shows its threads wakes it up."""
    project.write(test_a=HEAD + "import select\ndef test_1(): select.poll().poll(400)\n")
    for _ in range(3):
        result = project.run("--dx-timeout=0.3", workers=1)
        assert result.summary == "1 failed"
        assert "call took more than 0.3 s" in result.output


def test_every_test_of_a_file_that_hangs_is_told(project: Project) -> None:
    """Whoever is ended for taking too long does not count as a crash."""
    tests = "".join(f"def test_{number}(): {HANGS}\n" for number in range(4))
    project.write(test_a=HEAD + tests)
    result = project.run("--dx-timeout=0.1", "--dx-max-restarts=1", workers=1)
    assert result.summary == "4 failed"


def test_a_run_in_one_process_says_that_nobody_sees_to_it(project: Project) -> None:
    project.write(test_a="def test_1(): pass")
    result = project.plain("-p", "dxpy", "-n0", "--dx-timeout=1")
    assert "; --dx-timeout needs workers, and ends nothing here" in result.output
    assert result.summary == "1 passed"


def test_in_the_configuration_file_and_the_environment(project: Project) -> None:
    project.write(test_a=hanging("call"))
    project.ini("dx_timeout = 0.3")  # beside what is in it
    assert project.run().summary == "1 failed, 2 passed"
    project.ini("dx_timeout = 100")
    project.env["DX_TIMEOUT"] = "0.3"
    assert project.run().summary == "1 failed, 2 passed"


@pytest.mark.parametrize("value", ["soon", "-1", "inf", "nan"])
def test_a_value_that_is_no_limit_is_refused(project: Project, value: str) -> None:
    project.write(test_a="def test_1(): pass")
    result = project.run(f"--dx-timeout={value}")
    assert (result.code, result.errors) == (
        4,
        f"ERROR: --dx-timeout: {value!r} is not a number of seconds [bad-option]\n"
        "hint: use a number above 0, such as 60, or 0 for no limit",
    )


def test_nothing_is_left_of_it(project: Project) -> None:
    """A child of the test that hangs is its own: the worker alone is ended."""
    text = HEAD + (
        "def test_1():\n"
        "    with open('pid', 'w') as file: file.write(str(os.getpid()))\n"
        f"    {HANGS}\n"
    )
    project.write(test_a=text)
    project.run("--dx-timeout=0.3")
    with pytest.raises(ProcessLookupError):
        os.kill(int(project.read("pid")), 0)
