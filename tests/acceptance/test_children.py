"""Processes that tests start: what they run and read, the test depends on, and on nothing else."""

from __future__ import annotations

import textwrap

import pytest

from tests.acceptance.processes import (
    depends_on_the_program_alone,
    is_opaque,
    learn,
    program,
    selected,
)
from tests.acceptance.recorded import record
from tests.conftest import Project

__all__ = ["program"]


def start(*words: str, more: str = "") -> str:
    """A test file with a test that starts Python with these words after it."""
    return f"""
        import os, subprocess, sys
        def test_a(): subprocess.run([sys.executable, *{words!r}], check=True{more})
    """


@pytest.mark.parametrize(
    "words",
    [
        ("program.py",),
        ("-m", "program"),
        ("-c", "import library; library.used()"),
        ("-I", "-c", "import sys; sys.path.append('.'); import library; library.used()"),
    ],
    ids=["file", "module", "text", "isolated"],
)
def test_a_program_of_the_project(program: Project, words: tuple[str, ...]) -> None:
    learn(program, test_a=start(*words))
    depends_on_the_program_alone(program)


def test_the_program_itself(program: Project) -> None:
    learn(program, test_a=start("program.py"))
    assert selected(program, "program.py", "print(", "print(1, ")
    assert not selected(program, "program.py", "import", "# a comment\nimport")


def test_ways_to_start_it(program: Project) -> None:
    ways = {
        "in_a_folder": "run(program, cwd=HERE, check=True)",
        "with_a_variable": "run(program, env={**os.environ, 'A': '1'}, check=True)",
        "by_popen": "subprocess.Popen(program).communicate()",
        "by_asyncio": "asyncio.run(by_asyncio())",
        "in_a_session": "run(program, start_new_session=True, check=True)",
        "by_posix_spawn": "os.waitpid(os.posix_spawn(program[0], program, os.environ), 0)",
        "in_a_thread": "thread = Thread(target=run, args=[program]); thread.start(); thread.join()",
    }
    text = textwrap.dedent("""
        import asyncio, os, subprocess, sys
        from threading import Thread
        HERE = os.path.dirname(__file__)
        run, program = subprocess.run, [sys.executable, "program.py"]
        async def by_asyncio(): await (await asyncio.create_subprocess_exec(*program)).wait()
    """)
    tests = "".join(f"def test_{name}(): {body}\n" for name, body in ways.items())
    learn(program, test_a=text + tests)
    depends_on_the_program_alone(program)


def test_a_process_of_a_process(program: Project) -> None:
    program.write(
        outer="import subprocess, sys\nsubprocess.run([sys.executable, 'program.py'], check=True)"
    )
    learn(program, test_a=start("outer.py"))
    depends_on_the_program_alone(program)
    assert selected(program, "outer.py", "subprocess.run", "x = subprocess.run")


def test_multiprocessing(program: Project) -> None:
    learn(
        program,
        test_a="""
            import multiprocessing, library
            def test_a():
                process = multiprocessing.get_context("spawn").Process(target=library.used)
                process.start()
                process.join()
                assert process.exitcode == 0
        """,
    )
    assert selected(program, "data.txt", "1", "2")
    assert selected(program, "library.py", "open(", "open (not None and ")
    assert not selected(program, "library.py", "return 2", "return 3")
    assert not is_opaque(program)


def test_a_pytest_of_its_own(program: Project) -> None:
    learn(
        program,
        test_a="""
            pytest_plugins = "pytester"
            def test_a(pytester, monkeypatch):
                monkeypatch.setenv("PYTHONPATH", __file__.rpartition("/")[0], prepend=":")
                text = "import library\\ndef test_b(): assert library.unused() == 2"
                pytester.makepyfile(test_b=text)
                pytester.runpytest_subprocess().assert_outcomes(passed=1)
        """,
    )
    assert selected(program, "library.py", "return 2", "return 3")
    assert not selected(program, "library.py", ".read()", ".read(100)")
    assert not is_opaque(program)


def test_a_fixture_that_starts_it(program: Project) -> None:
    learn(
        program,
        test_a="""
            import pytest, subprocess, sys
            @pytest.fixture(scope="session")
            def output(): return subprocess.check_output([sys.executable, "program.py"])
            def test_a(output): pass
        """,
    )
    depends_on_the_program_alone(program)


def test_modules_that_appear(program: Project) -> None:
    program.write(program="import sched\ntry: import missing\nexcept ImportError: pass")
    learn(program, test_a=start("program.py"))
    for name in ("missing.py", "sched.py", "wave.py"):
        path = program.write_file(name, "")
        found = program.run("--dx-affected", "--collect-only", "-q").output
        assert ("test_a.py::test_a" in found) == (name != "wave.py"), name
        path.unlink()


def test_a_traceback_shows_lines(program: Project) -> None:
    program.write(program="import library\n1 / 0\n")
    learn(
        program,
        test_a="""
            import subprocess, sys
            def test_a(): subprocess.run([sys.executable, "program.py"], capture_output=True)
        """,
    )
    assert selected(program, "program.py", "import", "# a comment\nimport")
    assert not is_opaque(program)


OPAQUE = {
    "no_environment": "subprocess.run(program, env={}, check=True)",
    "no_python": "subprocess.run(['true'], check=True)",
    "a_shell": "subprocess.run('python=$0; exec $python program.py'.replace('$0', sys.executable),"
    " shell=True, check=True)",
    "os_system": "os.system(sys.executable + ' program.py')",
    "no_site": "subprocess.run([sys.executable, '-S', 'program.py'], check=True)",
    "killed": "subprocess.run([*python, 'import library; library.used();"
    " import os; os.kill(os.getpid(), 9)'])",
    "os_exit": "subprocess.run([*python, 'import os; os._exit(0)'], check=True)",
    "replaced": "subprocess.run([*python, 'import os, sys;"
    ' os.execv(sys.executable, [sys.executable, "program.py"])\'], check=True)',
    "replaced_by_itself": "subprocess.run([sys.executable, 'again.py'], check=True)",
    "part_of_it": "subprocess.run(program, check=True); subprocess.run(['true'])",
    "part_of_a_child": "subprocess.run([*python, 'import os; os.system(\"true\")'], check=True)",
    "before_exec": "subprocess.run(program, preexec_fn=lambda: None, check=True)",
    "not_there": "pytest.raises(OSError, subprocess.run, ['nowhere'])",
    "still_running": "subprocess.Popen([*python, 'import time; time.sleep(3)'])",
    "multiprocessing_forkserver": "process()",
}


@pytest.mark.parametrize("way", sorted(OPAQUE))
def test_what_cannot_be_known(program: Project, way: str) -> None:
    """The test depends on everything then."""
    program.write(
        again="""
            import os, sys
            if "AGAIN" not in os.environ:
                os.environ["AGAIN"] = "1"
                open("data.txt").read()
                os.execv(sys.executable, [sys.executable, *sys.argv])
        """
    )
    text = textwrap.dedent("""
        import multiprocessing, os, pytest, subprocess, sys, library
        program, python = [sys.executable, "program.py"], [sys.executable, "-c"]
        def process():
            started = multiprocessing.get_context("forkserver").Process(target=library.used)
            started.start()
            started.join()
            assert started.exitcode == 0
    """)
    learn(program, test_a=f"{text}def test_a(): {OPAQUE[way]}\n")
    assert is_opaque(program)


def test_a_forkserver_that_an_earlier_test_has_started(program: Project) -> None:
    learn(
        program,
        test_a="""
            import multiprocessing, library
            def start():
                process = multiprocessing.get_context("forkserver").Process(target=library.used)
                process.start()
                process.join()
            def test_first(): start()
            def test_second(): start()
        """,
    )
    program.write_file("other.txt", "2")
    assert "test_second" in program.run("--dx-affected", "--co", "-q").output


def test_the_program_sees_nothing_of_it(program: Project) -> None:
    program.write(
        program="""
            import os, subprocess, sys
            print(sorted(os.environ.items()), sys.flags, sys.argv, sys.orig_argv, sys.path)
            variables = subprocess.check_output(["env"])
            print(variables.count(b"DXPY_CHILDREN"), os.listdir("/proc/self/fd"))
            print("fails", file=sys.stderr)
            sys.exit(3)
        """,
        test_a="""
            import subprocess, sys
            def run(*words):
                command = [sys.executable, *words, "program.py"]
                done = subprocess.run(command, capture_output=True)
                return done.returncode, done.stdout.splitlines()[1], done.stderr
            def test_a():
                assert run() == run("-S")
                assert run()[0] == 3 and run()[2] == b"fails\\n"
        """,
    )
    assert program.run().summary == "1 passed"


def test_what_is_written_of_it(program: Project) -> None:
    program.write(test_a=start("program.py"))
    _, recorded = record(program)
    assert recorded.but_runs("test test_a.py::test_a") == ["starts a child"]


@pytest.mark.parametrize("how", ["early", "spawn", "late"])
def test_workers_of_all_kinds(program: Project, how: str) -> None:
    program.write(test_a=start("program.py"))
    assert program.run(f"--dx-start={how}").summary == "1 passed"
    assert not is_opaque(program)


def test_under_coverage(program: Project) -> None:
    words = ("-m", "coverage", "run", "--data-file=.coverage.child", "program.py")
    learn(program, test_a=start(*words))
    depends_on_the_program_alone(program)
    report = program.start("report", "--data-file=.coverage.child", program=("-m", "coverage"))
    assert "library.py       2      0   100%" in report.wait().output


def test_a_pytest_that_a_test_starts_has_nothing_to_warn_of(program: Project) -> None:
    """It looks for what it comes too late to rewrite, where it loads plugins by itself."""
    program.write_file("inner/test_b.py", "def test_b(): pass")
    program.load_plugins()
    words = ("-W", "error", "-m", "pytest", "-c", "pytest.ini", "inner")
    program.write(test_a=start(*words))
    result = program.run("test_a.py", "-s", workers=1)
    assert (result.code, "warning" in result.output) == (0, False), result.output


def test_only_where_something_is_recorded(program: Project) -> None:
    program.write(
        test_a="import os\ndef test_a(): assert 'DXPY_CHILDREN' not in os.environ",
    )
    assert program.run("--dx-record=off").summary == "1 passed"
