"""Projects and tests that would bring a careless runner down."""

from __future__ import annotations

import hashlib
import re
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import Project, Result

OTHER = "def test_other(): pass"


def test_a_file_in_place_of_the_cache_directory(project: Project) -> None:
    project.write(test_a=OTHER)
    project.write_file("taken", "")
    result = project.run("--dx-cache-dir=taken")
    path = project.path / "taken" / "files.json"
    assert result.summary == "1 passed"
    assert result.notes == [f"durations are not kept: {path}: File exists"]


# Where nobody may write, root neither, and what the system says of it.
UNWRITABLE = {
    "/proc/dx": "No such file or directory",
    "/proc": "No such file or directory",
    "/sys/dx": "Operation not permitted|Permission denied|Read-only file system",
}


@pytest.mark.parametrize("folder", UNWRITABLE)
def test_a_cache_directory_that_cannot_be_written(project: Project, folder: str) -> None:
    project.write(test_a=OTHER, test_b="def test_fails(): assert 0")
    plain, ours = project.twin("plain").plain(), project.run(f"--dx-cache-dir={folder}")
    assert (ours.code, ours.summary, ours.calls) == (plain.code, plain.summary, plain.calls)
    [note] = ours.notes
    path = re.escape(f"{folder}/files.json")
    assert re.fullmatch(f"durations are not kept: {path}: ({UNWRITABLE[folder]})", note)


def test_pytests_cache_directory_cannot_be_written(project: Project) -> None:
    project.ini("cache_dir = /proc/dx")
    project.write(test_a=OTHER)
    plain, ours = project.twin("plain").plain(), project.run()
    assert (ours.code, ours.summary) == (plain.code, plain.summary) == (0, "1 passed, 1 warning")
    path = "/proc/dx/d/dxpy/files.json"
    assert ours.notes == [f"durations are not kept: {path}: No such file or directory"]


def test_a_file_in_place_of_pytests_cache_directory(project: Project) -> None:
    project.write(test_a=OTHER)
    project.write_file(".pytest_cache", "")
    result = project.run()
    assert result.code == 0
    assert "durations are not kept: " in result.output


def test_damaged_records_count_as_none(project: Project) -> None:
    project.write(test_a=OTHER)
    project.run("--dx-cache-dir=kept")
    project.write_file("kept/files.json", b"\0\xff{")
    result = project.run("--dx-cache-dir=kept")
    assert (result.summary, result.notes) == ("1 passed", [])


def test_a_file_that_vanishes_before_it_runs(project: Project) -> None:
    project.write(
        conftest="""
            import os
            def pytest_sessionstart(session):
                if hasattr(session.config, "workerinput") and os.path.exists("test_b.py"):
                    os.unlink("test_b.py")
        """,
        test_a=OTHER,
        test_b=OTHER,
    )
    assert project.run().summary == "1 passed"


# Said where its folder lists it no more; by the import where the list is older.
GONE = "test_c.py was deleted after the run had begun|Error: .*test_c.py"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_vanishes_while_another_one_runs(project: Project, workers: int) -> None:
    gone = "import os\ndef test_a(): os.unlink('test_c.py')"
    waits = """
        import os, time
        def test_b():
            while os.path.exists("test_c.py"):
                time.sleep(0.01)
    """
    project.write(test_a=gone, test_b=waits, test_c=OTHER)
    result = project.run(workers=workers)
    if result.code != 0:  # else it was imported in time, as by plain pytest
        assert result.code == pytest.ExitCode.INTERRUPTED
        assert "ERROR collecting test_c.py" in result.output
        assert re.search(GONE, result.output)
    else:
        assert (result.summary, workers) == ("3 passed", 2)


@pytest.mark.parametrize("first", [0, 3])
def test_a_test_that_closes_all_descriptors(project: Project, first: int) -> None:
    project.write(test_a=f"import os\ndef test_a(): os.closerange({first}, 1000)", test_b=OTHER)
    # Plain pytest ends in the middle of a line, with its own capture files closed.
    result = project.run()
    assert result.code not in (0, 5)
    assert "passed test_b.py::test_other" in result.calls
    assert "Bad file descriptor" in result.output


def test_a_child_that_returns_from_its_test(project: Project) -> None:
    project.write(
        test_a="""
            import os
            def test_forks():
                pid = os.fork()
                if pid:
                    os.waitpid(pid, 0)
            def test_after(): pass
        """,
        test_b=OTHER,
    )
    assert project.run().summary == "3 passed"


def test_a_child_that_leaves_at_once(project: Project) -> None:
    project.write(
        test_a="""
            import multiprocessing, os, subprocess
            def test_forks():
                pid = os.fork()
                if pid == 0:
                    os._exit(7)
                assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
            def work(number): return 2 * number
            def test_pool():
                with multiprocessing.get_context("fork").Pool(2) as pool:
                    assert pool.map(work, [1, 2]) == [2, 4]
            def test_subprocess():
                assert subprocess.run(["echo", "x"], capture_output=True).stdout == b"x\\n"
        """,
        test_b=OTHER,
    )
    assert project.same_as_plain().summary == "4 passed"


def test_a_test_that_changes_directory(project: Project) -> None:
    for name in ("a", "b", "c"):
        project.write(
            **{
                f"test_{name}": """
                    import os, tempfile
                    def test_moves(): os.chdir(tempfile.gettempdir())
                    def test_leaves():
                        folder = tempfile.mkdtemp()
                        os.chdir(folder)
                        os.rmdir(folder)
                    def test_fails(): assert 0
                """
            }
        )
    result = project.run()
    assert result.summary == "3 failed, 6 passed"
    assert sorted(result.lines("FAILED ")) == [
        f"test_{name}.py::test_fails - assert 0" for name in ("a", "b", "c")
    ]


def shown(result: Result) -> tuple[int, str]:
    """How many long lines the output has, and their hash: a diff of them would take for ever."""
    lines = [line for line in result.output.splitlines() if len(line) > 1000]
    return len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_a_test_that_prints_50_mb(project: Project) -> None:
    text = """
        def test_prints():
            for n in range(50):
                print(f"x{{n:03}}" * 2**18)
            assert {passes}
    """
    project.write(test_a=text.format(passes=True), test_b=text.format(passes=False))
    plain, ours = project.twin("plain").plain(), project.run()
    assert ours.summary == plain.summary == "1 failed, 1 passed"
    lines, text = shown(ours)
    assert (lines, text) == (50, shown(plain)[1])


# Each replaces for the rest of its process something that a runner may use.
REPLACED = {
    "time": "import time\ntime.time = time.monotonic = time.perf_counter = lambda: 0.0",
    "sleep": "import time\ntime.sleep = None",
    "open": "import builtins, io, os\nbuiltins.open = io.open = os.open = None",
    "socket": "import socket, select\nsocket.socket = socket.socketpair = select.select = None",
    "tempfile": "import tempfile\ntempfile.mkstemp = tempfile.TemporaryFile = None",
    "json": "import json, marshal, pickle\njson.dumps = marshal.dumps = pickle.dumps = None",
    "threading": "import threading\nthreading.Thread = threading.Lock = None",
    "os": "import os\nos.stat = os.getcwd = os.listdir = os.getpid = os.path.exists = None",
}
# pytest's own plugins that write files at the end of a session.
WRITERS = ("-p", "no:cacheprovider", "-p", "no:tmpdir")


@pytest.fixture
def replaced(project: Project, what: str) -> Project:
    """A test that replaces it, and tests that follow."""
    lines = ["def test_a():", *(f"    {line}" for line in REPLACED[what].splitlines())]
    lines += ["def test_after(): pass", "def test_fails(): assert 0"]
    project.write(test_a="\n".join(lines), test_b=OTHER)
    return project


@pytest.mark.parametrize("what", [what for what in REPLACED if what != "os"])
def test_a_test_that_replaces_what_a_runner_may_use(replaced: Project) -> None:
    assert replaced.same_as_plain(*WRITERS).summary == "1 failed, 3 passed"


@pytest.mark.parametrize("what", ["os"])
def test_a_test_that_replaces_what_pytest_cannot_be_without(replaced: Project) -> None:
    # Plain pytest ends in a traceback of its own, after the first test.
    result = replaced.run(*WRITERS)
    assert (result.code, result.summary) == (1, "1 failed, 3 passed")
    [note] = result.notes
    assert re.match(r"gw\d met an internal error in test_a.py, and what was left of that ran", note)


@pytest.mark.parametrize("what", ["os"])
def test_an_internal_error_that_cannot_be_shown(replaced: Project) -> None:
    result = replaced.run("--dx-collect=full", *WRITERS)
    assert result.code == pytest.ExitCode.INTERNAL_ERROR
    assert re.search(r"^INTERNALERROR> \[gw\d\] .*'NoneType' object is not", result.output, re.M)


def test_a_test_that_undoes_what_it_replaced(project: Project) -> None:
    project.write(
        test_a="""
            import builtins, os, socket, time
            def forbidden(*args, **kwargs): raise RuntimeError("forbidden")
            def test_frozen(monkeypatch):
                for module, names in (
                    (time, "time monotonic perf_counter sleep"),
                    (os, "open stat pipe fork getcwd"),
                    (socket, "socket socketpair"),
                    (builtins, "open"),
                ):
                    for name in names.split():
                        monkeypatch.setattr(module, name, forbidden)
        """,
        test_b=OTHER,
    )
    assert project.same_as_plain("-p", "no:cacheprovider").summary == "2 passed"


UNREADABLE = """
    import decimal, enum, threading
    class Text(str): pass
    class Colour(enum.Enum): RED = 1
    class Own:
        def __str__(self): return "text"
        def __repr__(self): return "own"
    def test_object(record_property):
        record_property("own", Own())
        record_property("price", decimal.Decimal("1.5"))
        record_property("colour", Colour.RED)
        record_property("text", Text("x"))
        record_property(Text("lock"), threading.Lock())
        record_property("list", [1, Own()])
    def test_fails(record_property):
        record_property("class", Own)
        raise KeyError(Text("x"), Own())
"""


def properties(project: Project) -> dict[str, str]:
    """Name to value of those in the junit file, with no addresses in them."""
    text = re.sub("0x[0-9a-f]+", "0x", project.read("out.xml"))
    found = ET.fromstring(text).iter("property")
    return {one.attrib["name"]: one.attrib["value"] for one in found}


def test_reports_that_hold_what_no_other_process_knows(project: Project) -> None:
    project.write(test_a=UNREADABLE, test_b=OTHER)
    twin = project.twin("plain")
    args = ["--junitxml=out.xml", "-o", "junit_family=xunit1"]
    plain, ours = twin.plain(*args), project.run(*args)
    assert (ours.code, ours.summary) == (plain.code, plain.summary) == (1, "1 failed, 2 passed")
    assert ours.lines("FAILED ") == plain.lines("FAILED ")
    # A junit file has str() of a value; what arrives here instead of one is its repr().
    own = {"own": "own", "price": "Decimal('1.5')", "colour": "<Colour.RED: 1>"}
    assert properties(project) == properties(twin) | own | {"list": "[1, 'own']"}


def test_values_in_reports_that_nobody_can_show(project: Project) -> None:
    # Without a junit file and our recorder: plain pytest ends where one of them shows a value.
    project.write(
        test_a="""
            class Broken:
                def __repr__(self): raise RuntimeError
            def test_passes(record_property): record_property("broken", Broken())
            def test_fails(record_property):
                record_property("broken", [Broken()])
                raise KeyError(Broken())
        """,
        test_b=OTHER,
    )
    plain, ours = project.twin("plain").pytest(), project.pytest("-p", "dxpy", "-n2")
    assert (ours.code, ours.summary) == (plain.code, plain.summary) == (1, "1 failed, 2 passed")
    assert ours.lines("FAILED ") == plain.lines("FAILED ") != []


def test_an_attribute_that_a_conftest_adds_to_reports(project: Project) -> None:
    project.write(
        conftest="""
            import pytest
            @pytest.hookimpl(wrapper=True)
            def pytest_runtest_makereport(item):
                report = yield
                report.own = object()
                report.name = item.name
                return report
            def pytest_terminal_summary(terminalreporter):
                names = {r.name for r in terminalreporter.stats.get("passed", ())}
                terminalreporter.write_line(f"names: {sorted(names)}")
        """,
        test_a="def test_a(): pass",
        test_b="def test_b(): pass",
    )
    assert project.run().lines("names: ") == ["['test_a', 'test_b']"]


@pytest.mark.parametrize(
    "text",
    [
        "import sys\ndef setup_module(): sys.exit('enough')\ndef test_a(): pass",
        "import sys\ndef test_a(): sys.exit(3)",
        "import sys\nsys.exit(3)",
        "def test_a(): raise GeneratorExit",
        "class Own(BaseException): pass\ndef test_a(): raise Own",
        "def test_a():\n    def deeper(): deeper()\n    deeper()",
    ],
    ids=["setup_module", "test", "import", "GeneratorExit", "BaseException", "recursion"],
)
def test_a_test_that_ends_in_an_odd_way(project: Project, text: str) -> None:
    project.write(test_a=text)
    plain, ours = project.twin("plain").plain(), project.run()
    assert (ours.code, ours.summary) == (plain.code, plain.summary)


def test_a_thread_that_goes_on(project: Project) -> None:
    project.write(
        test_a="""
            import threading
            def test_a(): threading.Thread(target=threading.Event().wait, daemon=True).start()
        """,
        test_b=OTHER,
    )
    assert project.same_as_plain().summary == "2 passed"


def test_a_message_larger_than_any_buffer(project: Project) -> None:
    project.write(test_a="def test_a(): assert 'x' * 20_000_000 == ''", test_b=OTHER)
    result = project.run("-vv", "--tb=native", "-p", "no:assertion")
    assert result.summary == "1 failed, 1 passed"
