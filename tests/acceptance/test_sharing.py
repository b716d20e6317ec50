"""Files whose tests go to several workers."""

from __future__ import annotations

import socket
from collections import Counter

import pytest

from pytest_dxpy.records import Records
from tests.conftest import Project, Result

# Tests long enough for an idle worker to be given some of them.
NAP = "time.sleep(0.03)"
# Each test writes a line: its number and its worker.
HEAD = f"""
import os, pytest, sys, time, unittest, warnings
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "plain")
def is_alone():
    with open("ran") as file:
        return {{line.split()[1] for line in file}} == {{WORKER}}
def ran(n):
    {NAP}
    with open("ran", "a") as file:
        file.write(f"{{n}} {{WORKER}}\\n")
    give_up = time.monotonic() + 30
    while n == 5 and os.path.exists("together") and is_alone() and time.monotonic() < give_up:
        time.sleep(0.01)
"""
TESTS = 40


def case(body: str = "", *, head: str = "", marks: str = "", arguments: str = "n") -> str:
    """A file of equal tests."""
    return (
        f"{HEAD}{head}\n@pytest.mark.parametrize('n', range({TESTS}))\n{marks}"
        f"def test_one({arguments}):\n    ran(n)\n    {body or 'pass'}\n"
    )


@pytest.fixture
def shared(project: Project) -> Project:
    """Another file lets a second worker start, which soon has nothing to do."""
    project.write(test_0="def test_0(): pass")
    return project


def start_together(project: Project) -> None:
    """An early test waits until another worker has run one: it may be slow to start."""
    project.write_file("together", "")


def workers_of(project: Project) -> list[set[str]]:
    """The workers that ran anything, by test; nothing may have run again."""
    ran: dict[int, set[str]] = {}
    counts: Counter[int] = Counter()
    for line in project.read("ran").splitlines():
        number, worker = line.split()
        ran.setdefault(int(number), set()).add(worker)
        counts[int(number)] += 1
    assert set(counts.values()) == {1}, "a test ran twice"
    return [ran[number] for number in sorted(ran)]


def is_shared(project: Project) -> bool:
    """Whether several workers ran the file's tests."""
    return len(set.union(*workers_of(project))) > 1


def test_an_idle_worker_gets_the_tail_of_a_long_file(shared: Project) -> None:
    shared.write(test_a=case())
    start_together(shared)
    result = shared.run()
    assert result.summary == f"{TESTS + 1} passed"
    assert len(workers_of(shared)) == TESTS
    assert is_shared(shared)


def test_the_next_run_shares_it_from_the_beginning(project: Project) -> None:
    project.write(test_a=case())
    project.run()
    assert not is_shared(project)  # one worker is started for one file that is not known
    (project.path / "ran").unlink()
    start_together(project)
    assert project.run().summary == f"{TESTS} passed"
    workers = workers_of(project)
    assert workers[0] != workers[TESTS * 2 // 3]  # the last ones go to whoever is through first


def test_tests_that_take_long_are_remembered(project: Project) -> None:
    project.write(test_a=case("if n > 35: time.sleep(0.2)"))
    project.run()
    (remembered,) = Records(project.path / ".pytest_cache/d/dxpy/files.json").files.values()
    assert [item for item, seconds in remembered.slow if seconds > 0.2] == [36, 37, 38, 39]


@pytest.mark.parametrize("option", ["--dx-split=never", "--dist=loadfile", "--dx-collect=lazy"])
def test_a_file_stays_on_one_worker_if_the_user_says_so(shared: Project, option: str) -> None:
    shared.write(test_a=case())
    shared.run(option)
    assert not is_shared(shared)


TIES = {
    "a module fixture": case(
        head="@pytest.fixture(scope='module')\ndef common(): return 1", arguments="n, common"
    ),
    "setup_module": case(head="def setup_module(): pass"),
    "a global": case("global state; state = n", head="state = 0"),
    "a mark": case(marks="@pytest.mark.dependency\n"),
    "setUpClass": (
        f"{HEAD}class TestOne(unittest.TestCase):\n"
        "    @classmethod\n    def setUpClass(cls): pass\n"
        + "".join(f"    def test_{n:02}(self): ran({n})\n" for n in range(TESTS))
    ),
    "a package fixture": case(arguments="n, packaged"),
}


@pytest.mark.parametrize("name", TIES)
def test_tests_that_share_something_stay_on_one_worker(shared: Project, name: str) -> None:
    shared.write(
        conftest="import pytest\n@pytest.fixture(scope='package')\ndef packaged(): return 1",
        test_a=TIES[name],
    )
    shared.run("-Wignore")
    assert len(workers_of(shared)) == TESTS
    assert not is_shared(shared)


def test_a_class_of_unittest_without_class_set_up_is_shared(shared: Project) -> None:
    shared.write(
        test_a=f"{HEAD}class TestOne(unittest.TestCase):\n"
        + "".join(f"    def test_{n:02}(self): ran({n})\n" for n in range(TESTS))
    )
    start_together(shared)
    shared.run()
    assert len(workers_of(shared)) == TESTS
    assert is_shared(shared)


# Items of a conftest's own kind, one for each line of a file.
LINES = """
    import os, pytest, time
    class Line(pytest.Item):
        def runtest(self):
            NAP
            with open("ran", "a") as file:
                file.write(f"{self.name} {os.environ.get('PYTEST_XDIST_WORKER', 'plain')}\\n")
            give_up = time.monotonic() + 30
            while self.name == "5" and os.path.exists("together") and time.monotonic() < give_up:
                with open("ran") as file:
                    if len({line.split()[1] for line in file}) > 1:
                        break
                time.sleep(0.01)
    class Lines(pytest.File):
        def collect(self):
            for line in self.path.read_text().splitlines():
                yield Line.from_parent(self, name=line)
        SETUP
    def pytest_collect_file(parent, file_path):
        if file_path.suffix == ".lines":
            return Lines.from_parent(parent, path=file_path)
"""


SETUPS = {
    "": True,
    "def setup(self): super().setup(); self.names = []; self.first = None": True,
    "def teardown(self): os.getcwd()": True,
    "def setup(self): self.names = os.listdir()": False,
    "def setup(self): self.parent.names = []": False,
}


@pytest.mark.parametrize(("setup", "expected"), SETUPS.items(), ids=range(len(SETUPS)))
def test_a_file_of_another_kind_is_shared_unless_its_set_up_acquires_something(
    shared: Project, setup: str, expected: bool
) -> None:
    lines = LINES.replace("NAP", NAP).replace("SETUP", setup)
    shared.write(conftest=lines, test_1="def test_1(): pass")
    shared.write_file("z.lines", "".join(f"{n}\n" for n in range(TESTS)))
    if expected:
        start_together(shared)
    assert shared.run().summary == f"{TESTS + 2} passed"
    assert len(workers_of(shared)) == TESTS
    assert is_shared(shared) is expected


def test_a_file_is_divided_between_those_that_share_something(shared: Project) -> None:
    half = TESTS // 2
    classes = "".join(
        f"class Test{letter}(unittest.TestCase):\n"
        "    @classmethod\n    def tearDownClass(cls): pass\n"
        + "".join(f"    def test_{n:02}(self): ran({n})\n" for n in range(first, first + half))
        for letter, first in (("A", 0), ("B", half))
    )
    shared.write(test_a=HEAD + classes)
    shared.run()
    workers = workers_of(shared)
    assert set.union(*workers[:half]) != set.union(*workers[half:])
    assert len(set.union(*workers[:half])) == 1
    assert len(set.union(*workers[half:])) == 1


def test_reports_warnings_and_skips_are_told_once(shared: Project) -> None:
    head = "warnings.warn('at import')"
    shared.write(test_a=case("if n % 3 == 0: pytest.skip('no')\n    assert n % 5", head=head))
    shared.same_as_plain("-rA")


NEEDS_FORMER = case("state.append(n); assert len(state) == n + 1", head="state = []")


def test_a_test_that_needs_those_before_it_passes_with_a_note(shared: Project) -> None:
    shared.write(test_a=NEEDS_FORMER)
    result = shared.run()
    assert result.summary == f"{TESTS + 1} passed"
    assert result.notes == [
        "test_a.py cannot be shared by workers: a test failed where another worker ran some of the "
        "file's tests, and passes where one worker runs them all, as in plain pytest; that outcome "
        "was taken"
    ]


def test_tests_that_cannot_run_at_the_same_time_pass_with_a_note(shared: Project) -> None:
    exclusive = (
        "with socket.socket() as listener:\n"
        "        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
        "        listener.bind(('127.0.0.1', int(open('port').read())))\n"
        "        listener.listen()\n"
        f"        {NAP}"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        shared.write_file("port", str(free.getsockname()[1]))
    shared.write(test_a=case(exclusive, head="import socket"))
    result = shared.run()
    assert result.summary == f"{TESTS + 1} passed"
    assert "cannot be shared by workers" in "".join(result.notes)


def test_such_a_file_is_not_shared_again(shared: Project) -> None:
    shared.write(test_a=NEEDS_FORMER)
    shared.run()
    (shared.path / "ran").unlink()
    result = shared.run()
    assert not is_shared(shared)
    assert result.notes == []


def test_a_flaky_failure_in_a_shared_file_stands(shared: Project) -> None:
    flaky = (
        f"if n == {TESTS - 1}:\n        with open('flaky', 'a') as file: file.write('x')\n"
        "        assert os.path.getsize('flaky') > 1"
    )
    shared.write(test_a=case(flaky))
    assert shared.run().summary == f"1 failed, {TESTS} passed"


def check_ids_that_differ(result: Result) -> None:
    assert result.summary == f"{TESTS + 1} passed"
    (note,) = result.notes
    assert note.startswith("test_a.py was not shared: gw")
    assert note.endswith("(ids from a set, a clock or an address?)")


def test_a_file_whose_ids_differ_between_workers_is_not_shared(shared: Project) -> None:
    marks = "@pytest.mark.parametrize('u', [uuid.uuid4()], ids=str)\n"
    shared.write(test_a=case(head="import uuid", marks=marks, arguments="n, u"))
    check_ids_that_differ(shared.run())
    assert not is_shared(shared)


@pytest.mark.parametrize("number", [4, TESTS - 1], ids=["who began", "who joined"])
def test_of_a_worker_that_dies_in_a_shared_file_one_test_is_lost(
    shared: Project, number: int
) -> None:
    death = (
        "limit = time.monotonic() + 20\n"
        f"    while n == {number} and time.monotonic() < limit:\n"
        "        if len({line.split()[1] for line in open('ran')}) > 1:  # it is shared\n"
        "            os.kill(os.getpid(), 9)\n"
        "        time.sleep(0.01)"
    )
    shared.write(test_a=case(death))
    result = shared.run()
    assert result.summary == f"1 failed, {TESTS} passed"
    assert f"died of SIGKILL while running 'test_a.py::test_one[{number}]'" in result.output
    assert len(workers_of(shared)) == TESTS


def test_a_file_that_cannot_be_collected_twice_is_run_by_one(shared: Project) -> None:
    once = (
        "if os.path.exists('imported'): raise RuntimeError('imported twice')\n"
        "open('imported', 'w').close()"
    )
    shared.write(test_a=case(head=once))
    result = shared.run()
    assert result.summary == f"{TESTS + 1} passed"
    assert not is_shared(shared)


def test_a_shared_file_stops_at_the_first_failure(shared: Project) -> None:
    shared.write(test_a=case("assert n != 10"))
    result = shared.run("-x")
    assert result.code == pytest.ExitCode.TESTS_FAILED
    assert "1 failed" in result.summary
    assert "test_one[10]" in result.output
