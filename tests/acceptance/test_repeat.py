"""Runs that repeat another one: ``--dx-replay``."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import chain
from pathlib import Path

import pytest

from tests.conftest import Project, Result

# Each test, and each import of a file, leaves a line: what, and in which worker. The first
# test waits, while there is a file `wait`, until all others have run elsewhere.
CONFTEST = """
    import os, time
    def note(what):
        with open("ran", "a") as file:
            file.write(f"{what} {os.environ.get('PYTEST_XDIST_WORKER', 'none')}\\n")
    def ran():
        with open("ran") as file:
            return sum("::" in line for line in file)
    def pytest_runtest_call(item):
        note(item.nodeid)
        give_up = time.monotonic() + 20
        while item.get_closest_marker("waits") and time.monotonic() < give_up:
            if not os.path.exists("wait") or ran() >= int(open("wait").read()):
                break
            time.sleep(0.01)
"""
FILE = """
    import conftest, pytest
    conftest.note("import-" + __name__)
    def test_1(): pass
    def test_2(): pass
"""
RUNS = Path(".pytest_cache/d/dxpy/runs")


@pytest.fixture
def skewed(project: Project) -> Project:
    """A project of five files, of which one worker's first run has four."""
    project.ini("markers = waits")
    waits = FILE.replace("def test_1", "@pytest.mark.waits\n    def test_1", 1)
    project.write(conftest=CONFTEST, test_a=waits, test_b=FILE, test_c=FILE, test_d=FILE)
    project.write(test_e=FILE)
    project.write_file("wait", "9")
    return project


def by_worker(project: Project) -> dict[str, list[str]]:
    """What each worker has imported and run since the last call."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in project.read("ran").splitlines():
        what, _, worker = line.rpartition(" ")
        found[worker].append(what)
    (project.path / "ran").unlink(missing_ok=True)
    return dict(found)


def release(project: Project) -> None:
    """From here on nothing waits."""
    (project.path / "wait").unlink()


def kept(project: Project) -> list[str]:
    """The runs that are kept."""
    names = [path.stem for path in (project.path / RUNS).glob("*.json")]
    return sorted(names, key=int)


def content(project: Project, run: int = 1) -> dict[str, object]:
    """What is kept of a run."""
    found: dict[str, object] = json.loads(project.read(f"{RUNS}/{run}.json"))
    return found


def pieces(project: Project, run: int) -> list[list[tuple[str, list[str]]]]:
    """By worker: files and names of tests, in order."""
    data = json.loads(project.read(f"{RUNS}/{run}.json"))
    return [
        [
            (
                data["units"][unit][0],
                [data["units"][unit][1][n] for span in spans for n in range(*span)],
            )
            for unit, spans in worker
        ]
        for worker in data["workers"]
    ]


def ids(files: str, tests: str = "12") -> list[str]:
    """What a worker leaves that runs these files."""
    return [
        line
        for file in files
        for line in (f"import-test_{file}", *(f"test_{file}.py::test_{n}" for n in tests))
    ]


def first_run(project: Project) -> dict[str, list[str]]:
    """Run once, as no other run would share the work out; nothing waits after it."""
    result = project.run()
    assert result.code == 0, result.output
    release(project)
    ran = by_worker(project)
    assert sorted(ran.values()) == [ids("a"), ids("bcde")], ran
    return ran


def test_each_worker_runs_what_it_had_run(skewed: Project) -> None:
    before = first_run(skewed)
    again = skewed.run("--dx-replay")
    assert by_worker(skewed) == before
    assert (again.code, again.summary, again.notes) == (0, "10 passed", [])
    assert "collection, repeating run 1" in again.output
    assert pieces(skewed, 2) == pieces(skewed, 1)


def test_a_run_is_named_by_its_number(skewed: Project) -> None:
    before = first_run(skewed)
    skewed.run("-k", "test_a")
    by_worker(skewed)
    skewed.run("--dx-replay=1")
    assert by_worker(skewed) == before


def test_a_run_is_named_by_its_file(skewed: Project) -> None:
    before = first_run(skewed)
    (skewed.path / RUNS / "1.json").rename(skewed.path / "from_ci.json")
    result = skewed.run("--dx-replay=from_ci.json")
    assert "repeating run from_ci" in result.output
    assert by_worker(skewed) == before


def test_the_number_of_workers_is_repeated(skewed: Project) -> None:
    before = first_run(skewed)
    result = skewed.run("--dx-replay", workers=5)
    assert "dxpy: 2 workers" in result.output
    assert by_worker(skewed) == before


LONG = """
    import os, time
    import conftest, pytest
    def is_alone():
        with open("ran") as file:
            return len({line.split()[1] for line in file if "test_long" in line}) == 1
    @pytest.mark.parametrize("n", range(60))
    def test_long(n):
        time.sleep(0.02)
        give_up = time.monotonic() + 20
        while n == 5 and os.path.exists("wait") and is_alone() and time.monotonic() < give_up:
            time.sleep(0.01)
"""


def test_a_file_that_workers_had_shared(project: Project) -> None:
    project.ini("markers = waits")
    project.write(conftest=CONFTEST, test_a=LONG, test_b=FILE)
    project.run()
    by_worker(project)
    # The second run knows how long the file takes.
    project.write_file("wait", "62")
    result = project.run()
    release(project)
    before = by_worker(project)
    shared = [ran for ran in before.values() if any("test_long" in one for one in ran)]
    assert (len(shared), result.summary) == (2, "62 passed"), before
    project.write(test_a=LONG.replace("0.02", "0"))
    again = project.run("--dx-replay")
    assert by_worker(project) == before
    assert (again.code, again.summary, again.notes) == (0, "62 passed", [])


def test_everything_is_collected_first_where_it_was(skewed: Project) -> None:
    assert skewed.run("--dx-collect=full").code == 0
    release(skewed)
    before = by_worker(skewed)
    assert sorted(len(one) for one in before.values()) == [5 + 2, 5 + 8]
    result = skewed.run("--dx-replay", "-v")
    assert "full collection (as run 1)" in result.output
    assert by_worker(skewed) == before


def test_new_tests_run_at_the_end(skewed: Project) -> None:
    before = first_run(skewed)
    skewed.write(test_a=FILE + "    def test_3(): pass\n", test_c1=FILE)
    result = skewed.run("--dx-replay")
    ran = by_worker(skewed)
    assert (result.summary, result.notes) == ("13 passed", []), ran
    new = []
    for worker, lines in before.items():  # whoever is free takes the new ones
        assert ran[worker][: len(lines)] == lines
        new += [line for line in ran[worker][len(lines) :] if "::" in line]
    assert sorted(new) == ["test_a.py::test_3", "test_c1.py::test_1", "test_c1.py::test_2"]


def test_tests_that_are_gone_are_named(skewed: Project) -> None:
    first_run(skewed)
    (skewed.path / "test_c.py").unlink()
    skewed.write(test_d=FILE.replace("test_1", "test_3"))
    result = skewed.run("--dx-replay")
    assert (result.code, result.summary) == (0, "8 passed")
    assert result.notes == [
        "3 tests of run 1 do not exist: test_c.py::test_1, test_c.py::test_2, test_d.py::test_1"
    ]


def test_what_is_not_selected_is_left_out(skewed: Project) -> None:
    first_run(skewed)
    result = skewed.run("--dx-replay=1", "-k", "test_1")
    assert (result.summary, result.notes) == ("5 passed, 5 deselected", [])
    assert sorted(by_worker(skewed).values()) == [ids("a", "1"), ids("bcde", "1")]
    result = skewed.run("--dx-replay=1", "test_a.py", "test_d.py::test_2", "test_b.py")
    assert (result.summary, result.notes) == ("5 passed", [])
    assert sorted(by_worker(skewed).values()) == [
        ids("a"),
        [*ids("b"), "import-test_d", "test_d.py::test_2"],
    ]


def test_a_worker_that_dies_again_is_replaced(skewed: Project) -> None:
    dies = FILE.replace("def test_1(): pass", "def test_1():\n        import os; os._exit(3)")
    skewed.write(test_c=dies)
    first = skewed.run()
    release(skewed)
    before = by_worker(skewed)
    assert first.summary == "1 failed, 9 passed"
    again = skewed.run("--dx-replay")
    after = by_worker(skewed)
    assert again.calls == first.calls
    for worker in ("gw0", "gw1"):
        assert after[worker][: len(before[worker])] == before[worker]
    assert Counter(chain(*after.values())) == Counter(chain(*before.values()))


def test_a_worker_that_dies_for_the_first_time_leaves_its_tests_to_others(skewed: Project) -> None:
    first_run(skewed)
    dies = FILE.replace("def test_1(): pass", "def test_1():\n        import os; os._exit(3)")
    skewed.write(test_c=dies)
    assert skewed.run("--dx-replay").summary == "1 failed, 9 passed"


def test_a_failure_says_how_to_repeat_the_run(project: Project) -> None:
    project.write(test_a="def test_1(): assert 0")
    result = project.run()
    assert result.lines("dxpy: run ") == ["1: --dx-replay=1 repeats its order"]
    again = project.run("--dx-replay=1")
    assert again.lines("dxpy: run ") == ["2: --dx-replay=2 repeats its order"]
    assert again.calls == result.calls


def test_no_failure_says_nothing(skewed: Project) -> None:
    release(skewed)
    assert skewed.run().lines("dxpy: run ") == []


def test_a_failure_that_needs_the_other_part_of_a_file_is_excused_again(project: Project) -> None:
    """The first run has shared it; where it is whole, nothing fails."""
    project.write(conftest=CONFTEST)
    project.write(
        test_a="""
        done = set()
        def test_1(): done.add(1)
        def test_2(): assert 1 in done
        def test_3(): pass
        """
    )
    assert project.run().summary == "3 passed"
    data = content(project)
    data["workers"] = [[[0, [[0, 1], [2, 3]]]], [[0, [[1, 2]]]]]
    project.write_file(f"{RUNS}/1.json", json.dumps(data))
    result = project.run("--dx-replay")
    assert (result.code, result.summary) == (0, "3 passed")
    assert "test_a.py cannot be shared by workers" in result.output


def test_the_last_ten_runs_are_kept(project: Project) -> None:
    project.write(test_a="def test_1(): pass")
    (project.path / RUNS).mkdir(parents=True)
    for number in range(3, 15):
        project.write_file(f"{RUNS}/{number}.json", "{}")
    assert project.run().code == 0
    assert kept(project) == [str(number) for number in range(6, 16)]


def test_runs_that_end_at_the_same_time_are_both_kept(project: Project) -> None:
    project.write(test_a="def test_1(): pass")
    running = [project.start("-p", "dxpy", "--dx-workers=2") for _ in range(3)]
    assert [one.wait().code for one in running] == [0, 0, 0]
    assert kept(project) == ["1", "2", "3"]
    assert all(pieces(project, run)[0] == [("test_a.py", ["::test_1"])] for run in (1, 2, 3))


def test_a_run_that_cannot_be_kept_does_not_fail(project: Project) -> None:
    project.write(test_a="def test_1(): assert 0")
    project.write_file(str(RUNS), "no folder")
    result = project.run()
    assert (result.code, result.summary, result.notes) == (1, "1 failed", [])
    assert "--dx-replay" not in result.output


def test_clearing_the_cache_clears_runs(project: Project) -> None:
    project.write(test_a="def test_1(): pass")
    project.run()
    project.run("--cache-clear")
    assert kept(project) == ["1"]


def usage(result: Result, project: Project) -> str:
    """What is said of a wrong command line, without the project's place."""
    assert result.code == 4, result.output
    return result.errors.replace(f"{project.path}/", "")


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (
            ["--dx-replay"],
            f"ERROR: --dx-replay: no run is kept in {RUNS} [no-schedule]\nhint: run the tests once",
        ),
        (
            ["--dx-replay=7"],
            f"ERROR: --dx-replay: run 7 is not kept in {RUNS} [no-schedule]\n"
            "hint: run the tests once",
        ),
        (
            ["--dx-replay=ci.json"],
            "ERROR: --dx-replay: ci.json: No such file or directory [no-schedule]\n"
            "hint: run the tests once",
        ),
        (
            ["--dx-replay=last"],
            "ERROR: --dx-replay: 'last' is no run [bad-option]\n"
            "hint: use a number, such as --dx-replay=3, or the option alone for the last run",
        ),
        (
            ["--dx-replay", "-n0"],
            "ERROR: --dx-replay: needs workers, and this run has none (-n 0) [no-schedule]\n"
            "hint: leave one of the two out",
        ),
        (
            ["--dx-replay", "--dx-affected"],
            "ERROR: --dx-replay: repeats what ran, and --dx-affected leaves some of that out "
            "[no-schedule]\nhint: leave one of the two out, or pick tests with -k or node ids",
        ),
        (
            ["--dx-replay", "-p", "no:cacheprovider"],
            "ERROR: --dx-replay: without pytest's cache no run is kept [no-schedule]\nhint: name "
            "a folder with --dx-cache-dir, or leave '-p no:cacheprovider' out",
        ),
    ],
    ids=" ".join,
)
def test_what_cannot_be_repeated(project: Project, args: list[str], text: str) -> None:
    project.write(test_a="def test_1(): pass")
    assert usage(project.pytest("-p", "dxpy", *args), project) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "it is empty, its run was killed"),
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[]", "it is no schedule"),
        ('{"dxpy-schedule": 2}', "version 2 is not 1"),
        ('{"dxpy-schedule": 1}', "KeyError: 'units'"),
    ],
    ids=["empty", "cut short", "foreign", "of another version", "incomplete"],
)
def test_a_damaged_file_is_named(project: Project, data: str, reason: str) -> None:
    project.write(test_a="def test_1(): pass")
    assert project.run().code == project.run().code == 0
    project.write_file(f"{RUNS}/2.json", data)
    assert usage(project.run("--dx-replay=2"), project) == (
        f"ERROR: --dx-replay: {RUNS}/2.json is damaged, or not ours: {reason} [no-schedule]\n"
        "hint: runs that are kept: 1"
    )


def test_the_last_run_is_the_last_that_was_written(project: Project) -> None:
    project.write(test_a="def test_1(): pass")
    project.run()
    project.write_file(f"{RUNS}/2.json", "")
    assert "repeating run 1" in project.run("--dx-replay").output


def test_a_file_that_cannot_be_collected_any_more(skewed: Project) -> None:
    first_run(skewed)
    skewed.write(test_c="import nothing_like_that")
    result = skewed.run("--dx-replay", "--continue-on-collection-errors")
    assert (result.code, result.summary, result.notes) == (1, "8 passed, 1 error", [])


def test_a_file_that_only_the_whole_suite_can_collect(project: Project) -> None:
    """It runs in a worker that has collected everything, again."""
    project.write(test_a="import sys\nsys.shared = 1\ndef test_1(): pass")
    project.write(test_b="import sys\nsys.shared\ndef test_1(): pass\ndef test_2(): pass")
    first = project.run("test_b.py", "test_a.py")
    again = project.run("--dx-replay", "test_b.py", "test_a.py")
    assert (first.code, first.summary) == (again.code, again.summary)
    assert first.calls == again.calls
