"""Processes that tests fork: what they run and read, the test does, however they end."""

from __future__ import annotations

import textwrap

import pytest

from tests.acceptance.processes import is_opaque, learn, program, selected
from tests.acceptance.recorded import record
from tests.conftest import Project

__all__ = ["program"]

HEAD = """
    import concurrent.futures, multiprocessing, os, pytest, signal, subprocess, sys, threading
    import library
    context = multiprocessing.get_context("fork")
    def fork(function, *args):
        pid = os.fork()
        if pid == 0:
            try: function(*args)
            finally: os._exit(0)
        return os.waitpid(pid, 0)[1]
"""


def with_head(text: str) -> str:
    """A test file."""
    return textwrap.dedent(HEAD) + textwrap.dedent(text)


def depends_on_what_ran_there(project: Project) -> None:
    assert selected(project, "data.txt", "1", "2")
    assert selected(project, "library.py", "open(", "open (not None and ")
    assert not selected(project, "library.py", "return 2", "return 3")
    assert not selected(project, "other.py", "x = 1", "x = 2")
    assert not is_opaque(project)


WAYS = {
    "fork": "fork(library.used)",
    "killed": """
        def die(): library.used(); os.kill(os.getpid(), signal.SIGKILL)
        assert fork(die) == signal.SIGKILL
    """,
    "raises": """
        def fail(): library.used(); raise KeyError
        fork(fail)
    """,
    "forks_in_its_turn": "fork(fork, library.used)",
    "process": """
        process = context.Process(target=library.used)
        process.start(); process.join()
        assert process.exitcode == 0
    """,
    "terminated": """
        def wait(ready): library.used(); ready.set(); threading.Event().wait()
        ready = context.Event()
        process = context.Process(target=wait, args=(ready,))
        process.start(); ready.wait(); process.terminate(); process.join()
    """,
    "pool": """
        with context.Pool(2) as pool: assert pool.map(call, [library.used] * 3) == ["1"] * 3
    """,
    "executor": """
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
            assert pool.submit(library.used).result() == "1"
    """,
    "in_a_thread": """
        thread = threading.Thread(target=fork, args=(library.used,))
        thread.start(); thread.join()
    """,
    "starts_a_program": """
        fork(subprocess.run, [sys.executable, "program.py"])
    """,
    "of_a_program": """
        code = "import os, library; os.fork() or os._exit(bool(library.used() == 0))"
        subprocess.run([sys.executable, "-c", code], check=True)
    """,
    "left_running": """
        (read, write), (until_we_end, ours) = os.pipe(), os.pipe()
        if os.fork() == 0:
            os.close(ours)
            library.used(); os.write(write, b"1"); os.read(until_we_end, 1); os._exit(0)
        assert os.read(read, 1) == b"1"
    """,
}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_ways_to_fork(program: Project, way: str) -> None:
    body = textwrap.indent(textwrap.dedent(WAYS[way]), "    ")
    call = "def call(function): return function()\n"
    learn(program, test_a=with_head(f"{call}def test_a():\n{body}"))
    depends_on_what_ran_there(program)


OPAQUE = {
    "imports_of_the_project": "import other",
    "imports_by_name": "__import__('importlib').import_module('other')",
    "installed_imports": "import execnet",
    "compiled_imports": "import compiled",
    "runs_another_program": "os.execvp('true', ['true'])",
    "a_shell": "os.system('true')",
}


@pytest.mark.parametrize("way", sorted(OPAQUE))
def test_what_cannot_be_known(program: Project, way: str) -> None:
    """A fork that becomes something else: the test depends on everything then."""
    text = f"""
        def work():
            try: {OPAQUE[way]}
            except ImportError: pass
        def test_a(): fork(work)
    """
    program.write_file("compiled.so", "")
    learn(program, test_a=with_head(text))
    assert is_opaque(program)


def test_a_fork_that_pytest_goes_on_in(program: Project) -> None:
    """As pytest-forked does; a session fixture that is set up there counts, too."""
    text = """
        @pytest.fixture(scope="session")
        def value(): return library.used()
        def test_a(value): assert value == "1"
        def test_b(): pass
    """
    program.write(
        conftest="""
            import os, pickle
            from _pytest.runner import runtestprotocol
            def pytest_runtest_protocol(item, nextitem):
                read, write = os.pipe()
                pid = os.fork()
                if pid == 0:
                    reports = runtestprotocol(item, log=False, nextitem=nextitem)
                    os.write(write, pickle.dumps(reports))
                    os._exit(0)
                os.close(write)
                with open(read, "rb") as results: reports = pickle.load(results)
                os.waitpid(pid, 0)
                item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
                for report in reports: item.ihook.pytest_runtest_logreport(report=report)
                item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
                return True
        """
    )
    learn(program, test_a=with_head(text))
    assert selected(program, "data.txt", "1", "2")
    assert not is_opaque(program)


def test_a_fixture_that_forks_a_server(program: Project) -> None:
    """What it does for the second test only belongs to the fixture, and so to both."""
    text = """
        @pytest.fixture(scope="module")
        def server():
            ours, theirs = context.Pipe()
            def serve():
                while theirs.recv(): theirs.send(library.used())
            process = context.Process(target=serve)
            process.start()
            yield ours
            ours.send(None); process.join()
        def test_a(server): pass
        def test_b(server): server.send(1); assert server.recv() == "1"
        def test_c(): pass
    """
    learn(program, test_a=with_head(text))
    program.write_file("data.txt", "2")
    selected_ids = program.run("--dx-affected", "--collect-only", "-q").output
    assert [name in selected_ids for name in ("test_a", "test_b", "test_c")] == [True, True, False]


POOLS = {
    "by_a_function": """
        POOL = None
        def pool():
            global POOL
            if POOL is None: POOL = context.Pool(1)
            return POOL
    """,
    "by_nobody": """
        POOL = concurrent.futures.ProcessPoolExecutor(1, mp_context=context)
        POOL.apply = lambda function: POOL.submit(function).result()
        def pool(): return POOL
    """,
    "at_its_import": """
        POOL = context.Pool(1)
        def pool(): return POOL
    """,
}


@pytest.mark.parametrize("kept", sorted(POOLS))
def test_a_pool_that_an_earlier_test_has_started(program: Project, kept: str) -> None:
    """What runs there for the second test it would not see elsewhere."""
    text = textwrap.dedent(POOLS[kept]) + textwrap.dedent("""
        def test_a(): assert pool().apply(library.used) == "1"
        def test_b(): assert pool().apply(library.unused) == 2
    """)
    learn(program, test_a=with_head(text))
    program.write_file("library.py", program.read("library.py").replace("return 2", "return 3"))
    assert "::test_b" in program.run("--dx-affected", "--collect-only", "-q").output


def test_a_pool_that_has_ended_is_no_matter_of_later_tests(program: Project) -> None:
    text = """
        def test_a():
            with context.Pool(1) as pool: assert pool.apply(library.used) == "1"
            pool.join()
        def test_b(): pass
    """
    learn(program, test_a=with_head(text))
    program.write_file("data.txt", "2")
    output = program.run("--dx-affected", "--collect-only", "-q").output
    assert ("::test_a" in output, "::test_b" in output) == (True, False)


def test_what_a_function_keeps_of_a_fork(program: Project) -> None:
    """A result that was worked out there is used by a later test, which does not fork."""
    text = """
        import functools
        @functools.lru_cache
        def kept():
            with context.Pool(1) as pool: return pool.apply(library.used)
        def test_a(): assert kept() == "1"
        def test_b(): assert kept() == "1"
        def test_c(): pass
    """
    learn(program, test_a=with_head(text))
    program.write_file("data.txt", "2")
    selected_ids = program.run("--dx-affected", "--collect-only", "-q").output
    assert [name in selected_ids for name in ("test_b", "test_c")] == [True, False]


def test_a_function_that_was_taken_before(program: Project) -> None:
    """A plugin has taken os.fork before recording began; nothing is recorded of its forks."""
    program.write_file("plugins/early.py", "from os import fork")
    program.write(
        test_a="""
            import os, early, library
            def test_a():
                pid = early.fork()
                if pid == 0:
                    try: library.used()
                    finally: os._exit(0)
                os.waitpid(pid, 0)
        """,
    )
    program.ini("addopts = -p early\nfilterwarnings = ignore")
    program.env["PYTHONPATH"] += f":{program.path / 'plugins'}"
    assert program.run(workers=1).code == 0
    assert is_opaque(program)


def test_the_function_looks_like_the_one_that_was_there(program: Project) -> None:
    program.write(
        test_a="""
            import inspect, os, posix
            def test_a():
                assert os.fork is posix.fork
                assert repr(os.fork) == "<built-in function fork>"
                assert str(inspect.signature(os.fork)) == "()"
                assert "child process" in os.fork.__doc__
                with __import__("pytest").raises(TypeError): os.fork(1)
        """
    )
    assert program.run().summary == "1 passed"


def test_a_fork_that_comes_back_from_its_test(project: Project) -> None:
    """Plain pytest goes on with all other tests in it, and ends with their exit code."""
    project.write(
        test_a="""
            import os
            def test_a():
                pid = os.fork()
                assert pid == 0 or os.waitpid(pid, 0)[1] == 0
            def test_b(): pass
            def test_c():
                pid = os.fork()
                assert pid != 0
                assert os.waitpid(pid, 0)[1] == 1 << 8
            def test_d(): pass
        """
    )
    project.ini("filterwarnings = ignore")
    assert project.run(workers=1).summary == "4 passed"


def test_what_is_written_of_it(program: Project) -> None:
    program.write(test_a=with_head("def test_a(): fork(library.used)"))
    _, recorded = record(program, "-W", "ignore")
    assert recorded.but_runs("test test_a.py::test_a") == ["uses fork"]
