"""Session fixtures that are built once for all workers: ``shared=True``, ``dx_shared_fixtures``."""

from __future__ import annotations

import re
import signal
import textwrap

import pytest

from tests.conftest import Project, Result, wait_until_exists

HEAD = """
import glob, os, signal, sys, time
import pytest
import pytest_dxpy as dx

def worker(): return os.environ.get("PYTEST_XDIST_WORKER", "plain")

def note(what):
    with open("log", "a") as file:
        file.write(f"{worker()} {what}\\n")

def meet():
    "Go on when two workers have come to a test, or all that there are."
    give_up = time.monotonic() + 20
    wanted = min(2, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 0)))
    while len(glob.glob("here-*")) < wanted and time.monotonic() < give_up:
        time.sleep(0.01)

@pytest.fixture(scope="session", autouse=True)
def arrive(): open(f"here-{worker()}", "w").close()
"""
# Two tests in two files, each in a worker of its own.
PAIR = {
    "test_a": "from conftest import check\ndef test_1(value): check(value)",
    "test_b": "from conftest import check\ndef test_1(value): check(value)",
}
BUILT = """
@dx.fixture(scope="session", shared=True)
def value():
    note("builds")
    meet()
    yield {"port": 4711, "names": ["a", "b"]}
    note("tears down")

def check(value):
    note("uses")
    assert value == {"port": 4711, "names": ["a", "b"]}
    value["mine"] = 1

def pytest_sessionfinish(): note("ends")
"""


def write(project: Project, conftest: str, **files: str) -> None:
    """A project with the words above."""
    project.write_file("conftest.py", HEAD + conftest)
    for name, text in files.items():
        project.write_file(f"{name}.py", text)


def log(project: Project) -> list[tuple[str, str]]:
    """What was noted: (worker, what), in order; it begins anew after that."""
    lines = project.read("log").splitlines()
    for path in [project.path / "log", *project.path.glob("here-*")]:
        path.unlink(missing_ok=True)
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def count(project: Project) -> list[str]:
    """What was noted, without who did it, sorted."""
    return sorted(what for _, what in log(project))


def check_built_once(project: Project, result: Result) -> None:
    """It was built by one worker, and torn down by that, when the other was through."""
    assert (result.summary, result.notes) == ("2 passed", [])
    noted = log(project)
    [builder] = [worker for worker, what in noted if what == "builds"]
    users = {worker for worker, what in noted if what == "uses"}
    assert len(users) == 2
    [other] = users - {builder}
    assert noted[0] == (builder, "builds")
    down = noted.index((builder, "tears down"))
    assert noted.index((other, "uses")) < down
    assert sum(what == "tears down" for _, what in noted) == 1


@pytest.mark.parametrize("start", ["late", "early", "spawn"])
@pytest.mark.parametrize("collect", ["auto", "full"])
def test_it_is_built_once_and_torn_down_last(project: Project, start: str, collect: str) -> None:
    write(project, BUILT, **PAIR)
    check_built_once(project, project.run(f"--dx-start={start}", f"--dx-collect={collect}"))


def test_it_can_be_named_in_the_configuration(project: Project) -> None:
    declared = 'dx.fixture(scope="session", shared=True)'
    write(project, BUILT.replace(declared, "pytest.fixture(scope='session')"), **PAIR)
    project.ini("dx_shared_fixtures =", "    value", "    nobody")
    check_built_once(project, project.run())
    project.ini()
    check_built_once(project, project.run("--dx-shared-fixtures=value"))


@pytest.mark.parametrize("args", [[], ["-p", "dxpy", "-n0"], ["-p", "dxpy", "--dx-workers=1"]])
def test_one_process_has_an_ordinary_session_fixture(project: Project, args: list[str]) -> None:
    users = "def test_1(value): check(value)\ndef test_2(value): note(value['mine'])"
    write(project, BUILT, test_a=f"from conftest import check, note\n{users}")
    assert project.pytest(*args).summary == "2 passed"
    noted = [what for _, what in log(project) if what != "ends"]
    assert noted == ["builds", "uses", "1", "tears down"]


def test_reports_are_those_of_plain_pytest(project: Project) -> None:
    write(
        project,
        BUILT,
        test_a="def test_1(value): assert value == 1\ndef test_2(value): pass",
        test_b="def test_1(value): pass",
    )
    assert project.same_as_plain().summary == "1 failed, 2 passed"


# Failures.

FAILING = """
class Broken(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")

@dx.fixture(scope="session", shared=True)
def value():
    note("builds")
    meet()
    STATEMENT

def check(value): pass
"""


@pytest.mark.parametrize(
    ("statement", "summary"),
    [
        ("raise ValueError('boom')", "2 errors"),
        ("raise Broken('one', 'two')", "2 errors"),
        ("raise type('Local', (Exception,), {})('boom')", "2 errors"),
        ("pytest.fail('boom', pytrace=False)", "2 errors"),
        ("pytest.skip('not here')", "2 skipped"),
        ("pytest.xfail('known')", "2 xfailed"),
        ("assert [1, 2] == [1, 3]", "2 errors"),
    ],
)
def test_all_users_see_how_the_set_up_failed(
    project: Project, statement: str, summary: str
) -> None:
    write(
        project,
        FAILING.replace("STATEMENT", statement),
        **PAIR,
    )
    project.env["DX_COLLECT"] = "lazy"
    result = project.same_as_plain("-rsx")
    assert result.summary == summary
    assert len(result.lines("E   ")) % 2 == 0


def test_a_failed_set_up_is_not_tried_again_by_others(project: Project) -> None:
    write(project, FAILING.replace("STATEMENT", "raise ValueError('boom')"), **PAIR)
    assert project.run("--dx-collect=lazy").summary == "2 errors"
    assert count(project) == ["builds"]


UNPICKLABLE = """
class Server:
    def __init__(self): self.lock = __import__("threading").Lock()

@dx.fixture(scope="session", shared=True)
def value():
    note("builds")
    meet()
    yield Server()
    note("tears down")

def check(value): note("uses")
"""


def test_a_value_that_cannot_be_pickled_is_an_error_of_all_users(project: Project) -> None:
    write(project, UNPICKLABLE, **PAIR)
    result = project.run()
    assert result.summary == "2 errors"
    said = {
        line.partition("Failed: ")[2].rstrip(")")
        for line in result.reports
        if line.startswith("setup failed ")
    }
    assert said == {
        "shared fixture 'value' (conftest.py:25): its value, of type 'conftest.Server', cannot be "
        "pickled for other workers: TypeError: cannot pickle '_thread.lock' object; give the "
        "others something that can be, such as a path, a port or a dictionary, from which another "
        "fixture makes the object in each worker; or do not share it, and name it in "
        "dx_exclusive_fixtures if it cannot exist twice"
    }
    assert count(project) == ["builds", "tears down"]


def test_a_worker_that_is_alone_may_keep_such_a_value(project: Project) -> None:
    fails = "def test_2(value): assert 0"
    write(project, UNPICKLABLE, **PAIR, test_c=fails)
    result = project.run(workers=1)
    assert result.summary == "1 failed, 2 passed"
    assert "cannot be pickled" not in result.output


def test_a_value_that_cannot_be_unpickled_is_an_error_where_it_is_given(project: Project) -> None:
    once = """
        class Once:
            def __reduce__(self): return (made, ())
        def made(): raise RuntimeError("only once")
        @dx.fixture(scope="session", shared=True)
        def value():
            meet()
            return Once()
        def check(value): pass
    """
    write(project, textwrap.dedent(once), **PAIR)
    result = project.run("--dx-collect=lazy")
    assert result.summary == "1 passed, 1 error"
    assert (
        "its value cannot be unpickled in another worker: RuntimeError: only once; give the others"
        in result.output
    )


# What travels.

BUFFERS = """
import pickle
SIZE = 3_000_000

class Array:
    "Like an array of numpy."
    def __init__(self, buffer): self.buffer = buffer
    def __reduce_ex__(self, protocol): return Array, (pickle.PickleBuffer(self.buffer),)

@dx.fixture(scope="session", shared=True)
def value():
    note("builds")
    meet()
    return Array(bytearray(b"x" * SIZE)), Array(b"y" * SIZE), b"z" * SIZE, None

def check(value):
    one, other, inside, nothing = value
    view = memoryview(one.buffer)
    assert bytes(view) == b"x" * SIZE
    assert bytes(memoryview(other.buffer)) == b"y" * SIZE and memoryview(other.buffer).readonly
    assert inside == b"z" * SIZE and nothing is None
    view[:6] = worker().encode().ljust(6)
    meet_again()
    assert bytes(view[:6]) == worker().encode().ljust(6), "another worker's"

def meet_again():
    open(f"wrote-{worker()}", "w").close()
    give_up = time.monotonic() + 20
    while len(glob.glob("wrote-*")) < 2 and time.monotonic() < give_up:
        time.sleep(0.01)
"""


def test_large_buffers_are_mapped_and_each_workers_changes_are_its_own(project: Project) -> None:
    write(project, BUFFERS, **PAIR)
    result = project.run()
    assert result.summary == "2 passed", result.output
    assert count(project) == ["builds"]


@pytest.mark.parametrize("value", ["None", "0", "[]", "{'a': (1, 2.5)}", "range(3)"])
def test_values_are_equal(project: Project, value: str) -> None:
    conftest = """
        @dx.fixture(scope="session", shared=True)
        def value():
            meet()
            return VALUE
        def check(value): assert value == VALUE
    """
    write(project, textwrap.dedent(conftest).replace("VALUE", value), **PAIR)
    assert project.run().summary == "2 passed"


# Accidents.


def test_another_worker_builds_it_when_the_first_one_dies_in_its_set_up(project: Project) -> None:
    dies = """
    meet()
    if not os.path.exists("died"):
        open("died", "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
"""
    write(project, BUILT.replace("    meet()\n", dies), **PAIR)
    result = project.run()
    assert result.summary == "1 failed, 1 passed"
    assert "died of SIGKILL while running" in result.output
    assert result.notes == []
    assert [what for what in count(project) if what != "ends"] == [
        "builds",
        "builds",
        "tears down",
        "uses",
    ]


def test_its_value_outlives_the_worker_that_has_built_it(project: Project) -> None:
    write(
        project, BUILT, **PAIR, test_c="def test_1(value): pass", test_d="def test_1(value): pass"
    )
    dies = """
        import os, signal
        from conftest import note
        def test_1(value):
            with open("log") as file:
                if file.readline().startswith(os.environ["PYTEST_XDIST_WORKER"] + " "):
                    os.kill(os.getpid(), signal.SIGKILL)
            note("waits")
    """
    project.write(test_a=dies, test_b=dies)
    result = project.run()
    assert result.summary == "1 failed, 3 passed"
    [note] = result.notes
    assert re.fullmatch(
        r"gw\d died, which had built shared fixture 'value' \(conftest.py:\d+\): nobody tears that "
        "down",
        note,
    )
    assert count(project).count("builds") == 1


def test_the_end_of_a_run_tears_it_down(project: Project) -> None:
    write(project, BUILT.replace('note("uses")', "assert 0"), **PAIR)
    assert project.run("-x").code == 1
    noted = count(project)
    assert noted.count("tears down") == noted.count("builds") >= 1


def test_a_ctrl_c_tears_it_down(project: Project) -> None:
    hangs = """
    note("uses")
    open(f"uses-{worker()}", "w").close()
    while True:
        time.sleep(0.01)
"""
    write(project, BUILT.replace('    note("uses")\n', hangs), **PAIR)
    running = project.start("-p", "dxpy", "--dx-workers=2")
    for name in ("uses-gw0", "uses-gw1"):
        wait_until_exists(project.path / name, running)
    running.signal(signal.SIGINT)
    assert running.wait().code == 2
    noted = count(project)
    assert (noted.count("builds"), noted.count("tears down")) == (1, 1)
