"""What is shown while tests run: output that nobody captures, the live log, slow tests."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest

from tests.acceptance.terminal import on_a_terminal
from tests.conftest import LIMIT_SECONDS, Project, Running

# Says so, and waits until it is told to go on.
WAITS = """
    import os, time
    def test_waits():
        print("it waits")
        limit = time.monotonic() + 30
        while not os.path.exists("go") and time.monotonic() < limit:
            time.sleep(0.01)
        assert os.path.exists("go")
"""
# Each line in several pieces, by Python, by a descriptor and by another process.
PIECES = """
    import os, subprocess, sys
    def test_writes():
        for number in range(300):
            for piece in ("one ", "li", "ne"):
                os.write(1, piece.encode())
            os.write(1, b"\\n")
            print("two", end=" ", flush=True)
            print("words")
        subprocess.run([sys.executable, "-c", "print('another process')"], check=True)
"""
LOGS = """
    import logging
    def test_first():
        print("captured")
        logging.warning("look out")
    def test_second(): logging.warning("again")
"""


def wait_for(text: str, running: Running) -> None:
    """Wait until a run has written this."""
    limit = time.monotonic() + LIMIT_SECONDS
    while text not in running.output:
        assert time.monotonic() < limit, running.output
        assert running.lives, running.output
        time.sleep(0.01)


@pytest.mark.parametrize("args", [["-s"], ["--capture=tee-sys"]], ids=" ".join)
@pytest.mark.parametrize("workers", [1, 2])
def test_output_is_there_when_it_is_written(
    project: Project, args: list[str], workers: int
) -> None:
    project.write(test_a=WAITS, test_b="def test_b(): pass")
    running = project.start("-p", "dxpy", f"--dx-workers={workers}", *args)
    wait_for("it waits", running)
    project.write_file("go", "")
    assert running.wait().summary == "2 passed"


def test_the_live_log_is_there_when_it_is_written(project: Project) -> None:
    project.write(test_a=WAITS.replace("print(", "__import__('logging').warning("))
    running = project.start("-p", "dxpy", "--dx-workers=2", "-o", "log_cli=true")
    wait_for("it waits", running)
    project.write_file("go", "")
    assert running.wait().summary == "1 passed"


def test_lines_of_two_workers_stay_whole(project: Project) -> None:
    project.write(test_a=PIECES, test_b=PIECES)
    lines = project.run("-s").output.splitlines()
    written = [line.partition("] ")[2] for line in lines if line.startswith("[gw")]
    assert sorted(written) == sorted(
        ["one line"] * 600 + ["two words"] * 600 + ["another process"] * 2
    )


def test_lines_of_one_worker_have_no_tag(project: Project) -> None:
    project.write(test_a=PIECES)
    lines = project.run("-s", workers=1).output.splitlines()
    assert lines.count("one line") == lines.count("two words") == 300
    assert "another process" in lines


@pytest.mark.parametrize("start", ["late", "early", "spawn"])
def test_an_unfinished_line_ends_with_its_test(project: Project, start: str) -> None:
    text = "def test_1(): print('one', end='')\ndef test_2(): print('two', end='')\n"
    project.write(test_a=text, test_b="def test_b(): pass")
    result = project.run("-s", "-v", f"--dx-start={start}")
    lines = [line.partition("] ")[2].rstrip() for line in result.output.splitlines()]
    assert lines.index("one") + 1 == lines.index("PASSED test_a.py::test_1")
    assert lines.index("two") + 1 == lines.index("PASSED test_a.py::test_2")


def test_standard_error_is_told_apart(project: Project) -> None:
    text = "import sys\ndef test_a(): print('out'); print('err', file=sys.stderr)\n"
    project.write(test_a=text, test_b="def test_b(): pass")
    argv = [sys.executable, "-m", "pytest", "-p", "dxpy", "--dx-workers=2", "-s"]
    done = subprocess.run(
        argv, cwd=project.path, env=project.env, capture_output=True, text=True, check=True
    )
    assert done.stderr in ("[gw0] err\n", "[gw1] err\n")
    assert "] out\n" in done.stdout
    assert "] err" not in done.stdout


@pytest.mark.parametrize("workers", [1, 2])
def test_a_test_sees_a_terminal_where_there_is_one(project: Project, workers: int) -> None:
    text = "import os\ndef test_a(): print('terminal', *map(os.isatty, (0, 1, 2)))\n"
    project.write(test_a=text, test_b="def test_b(): pass")
    assert "terminal False True True\r\n" in on_a_terminal(project, "-s", workers=workers)
    assert "terminal False False False\n" in project.run("-s", workers=workers).output


def test_much_output_arrives(project: Project) -> None:
    text = "def test_a():\n    for number in range(100_000): print(f'{number:063}')\n"
    project.write(test_a=text, test_b="def test_b(): pass")
    lines = project.run("-s").output.splitlines()
    numbers = [int(line.partition("] ")[2]) for line in lines if "] 0" in line]
    assert numbers == list(range(100_000))


def test_odd_bytes_are_shown(project: Project) -> None:
    project.write(test_a="import os\ndef test_a(): os.write(1, b'odd: \\xff')")
    assert "odd: \\xff\n" in project.run("-s", workers=1).output


def test_the_output_of_a_session_s_end_is_shown(project: Project) -> None:
    fixture = "@pytest.fixture(scope='session')\ndef it(): yield; print('torn down', end='')\n"
    project.write(test_a=f"import pytest\n{fixture}def test_a(it): pass\n")
    assert "torn down\n" in project.run("-s", workers=1).output


def test_the_output_before_a_death_is_shown(project: Project) -> None:
    project.write(
        test_a="import os\ndef test_a():\n    os.write(1, b'last words')\n    os._exit(3)"
    )
    result = project.run("-s", workers=1)
    assert "last words\n" in result.output
    assert result.summary == "1 failed"


def test_a_worker_s_plugins_do_not_write_to_the_terminal(project: Project) -> None:
    project.write(
        conftest="def pytest_sessionfinish(session):\n"
        "    reporter = session.config.pluginmanager.getplugin('terminalreporter')\n"
        "    reporter.write_line('the end')\n",
        test_a="def test_a(): pass",
        test_b="def test_b(): pass",
    )
    assert project.run("-s").output.count("the end") == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_the_live_log_says_whose_it_is(project: Project, workers: int) -> None:
    project.write(test_a=LOGS, test_b="def test_b(): pass")
    output = project.run("--log-cli-level=INFO", workers=workers).output
    lines = [line.rstrip() for line in output.splitlines() if "test_b.py" not in line]
    place = next(place for place, line in enumerate(lines) if "look out" in line)
    tag = lines[place].partition("WARNING")[0]
    assert tag in ([""] if workers == 1 else ["[gw0] ", "[gw1] "])
    for line, test, text in ((4, "test_first", "look out"), (5, "test_second", "again")):
        assert f" live log call: test_a.py::{test} " in lines[place - 1]
        assert lines[place] == f"{tag}WARNING  root:test_a.py:{line + 1} {text}"
        assert lines[place + 1].endswith(f"PASSED test_a.py::{test}")
        place += 3
    assert "captured" not in output


def test_the_log_s_file_has_the_lines_of_all_tests(project: Project) -> None:
    project.write(test_a=LOGS, test_b=LOGS)
    project.run("--log-file=log", "--dx-collect=lazy", workers=1)
    assert [line.split()[-1] for line in project.read("log").splitlines()] == ["out", "again"] * 2


@pytest.mark.parametrize("args", [[], ["-v"], ["-q"], ["-s"]], ids=" ".join)
def test_a_slow_test_is_named_while_it_runs(project: Project, args: list[str]) -> None:
    project.write(test_a=WAITS, test_b="def test_b(): pass")
    running = project.start("-p", "dxpy", "--dx-workers=2", "--dx-slow=0.2", *args)
    wait_for("test_a.py::test_waits has been running for 0.", running)
    project.write_file("go", "")
    result = running.wait()
    [note] = result.notes if "-v" not in args else [result.notes[-1]]
    assert re.fullmatch(r"\S+ has been running for [0-9.]+ s \(gw[01]\)", note)
    assert result.summary == "2 passed"


def test_a_test_that_is_not_slow_is_not_named(project: Project) -> None:
    project.write(test_a="def test_a(): pass")
    project.ini("dx_slow = 1000")
    assert project.run().notes == []


def test_in_one_process_nobody_names_slow_tests_and_the_header_says_so(project: Project) -> None:
    project.write(test_a="def test_a(): pass")
    result = project.plain("-p", "dxpy", "-n0", "--dx-slow=1")
    assert "; --dx-slow needs workers, and names nothing here" in result.output


def test_a_value_of_dx_slow_that_is_no_number_is_refused(project: Project) -> None:
    project.write(test_a="def test_a(): pass")
    result = project.run("--dx-slow=soon")
    assert result.code == pytest.ExitCode.USAGE_ERROR
    assert result.errors == (
        "ERROR: --dx-slow: 'soon' is not a number of seconds [bad-option]\n"
        "hint: use a number above 0, such as 60, or 0 for no limit"
    )
