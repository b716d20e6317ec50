"""What makes a test fail that passes alone: ``--dx-bisect``."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Project, Result

# What all files share, and one of them spoils.
STATE = "spoilt = set()"
PLAIN = "def test_1(): pass\ndef test_2(): pass\n"
SPOILS = "import state\ndef test_1(): pass\ndef test_2(): state.spoilt.add({0!r})\n"
SPOILS_AT_IMPORT = "import state\nstate.spoilt.add(1)\ndef test_1(): pass\ndef test_2(): pass\n"
VICTIM = "import state\ndef test_0(): pass\ndef test_victim(): assert not state.spoilt\n"
OURS = "pytest -p dxpy --dx-collect=off"


@pytest.fixture
def spoilt(project: Project) -> Project:
    """Files of which nobody spoils anything yet."""
    project.write(state=STATE, test_z=VICTIM, **{f"test_{name}": PLAIN for name in "abcdefgh"})
    return project


def bisect(project: Project, node_id: str = "test_z.py::test_victim", *args: str) -> Result:
    """Look for what makes it fail."""
    running = project.start("-p", "dxpy", f"--dx-bisect={node_id}", *args)
    result = running.wait(300)
    assert result.code == 1, result.output
    return result


def found(result: Result) -> list[str]:
    """What it has found, without what it has tried."""
    return [
        line
        for line in result.notes
        if not re.match(r"looking for|in run|\d+: |\d+ runs? of pytest", line)
    ]


def trials(result: Result) -> int:
    """How many runs it has taken."""
    [line] = result.lines("dxpy: looking for") and [
        line for line in result.notes if line.endswith(("run of pytest", "runs of pytest"))
    ]
    return int(line.split()[0])


def test_a_test_that_spoils_another(spoilt: Project) -> None:
    spoilt.write(test_c=SPOILS.format(1))
    assert spoilt.run(workers=1).summary == "1 failed, 17 passed"
    result = bisect(spoilt)
    assert found(result) == [
        "test_z.py::test_victim fails after test_c.py::test_2",
        f"to repeat it: {OURS} test_c.py::test_2 test_z.py::test_victim",
    ]
    notes = [re.sub(r"^\d+: ", "", line) for line in result.notes]
    assert notes[1:4] == [
        "in run 1, 26 steps came before it: imports and tests",
        "alone it passes",
        "after 26 of 26 it fails",
    ]
    assert trials(result) <= 2 + 6 + 2 + 1  # the ends, log2(26) and one, the ends again, plain


def test_what_it_says_repeats_it(spoilt: Project) -> None:
    spoilt.write(test_c=SPOILS.format(1))
    spoilt.run(workers=1)
    _, command = found(bisect(spoilt))
    assert spoilt.pytest(*command.partition("pytest ")[2].split()).summary == "1 failed, 1 passed"


def test_the_import_of_a_file_that_spoils_a_test(spoilt: Project) -> None:
    spoilt.write(test_c=SPOILS_AT_IMPORT)
    spoilt.run(workers=1)
    result = bisect(spoilt)
    assert found(result) == [
        "test_z.py::test_victim fails after the import of test_c.py",
        f"to repeat it: {OURS} --deselect test_c.py test_c.py test_z.py::test_victim",
    ]
    _, command = found(result)
    assert (
        spoilt.pytest(*command.partition("pytest ")[2].split()).summary == "1 failed, 2 deselected"
    )


def test_an_import_that_every_worker_had_done_first(spoilt: Project) -> None:
    """The file that spoils it comes later in pytest's order."""
    spoilt.write(test_zz=SPOILS_AT_IMPORT)
    assert spoilt.run("--dx-collect=full").summary == "1 failed, 19 passed"
    assert found(bisect(spoilt))[0] == "test_z.py::test_victim fails after the import of test_zz.py"


def test_two_tests_that_spoil_it_together(spoilt: Project) -> None:
    spoilt.write(test_b=SPOILS.format(1), test_f=SPOILS.format(2))
    spoilt.write(test_z=VICTIM.replace("not state.spoilt", "state.spoilt != {1, 2}"))
    spoilt.run(workers=1)
    result = bisect(spoilt)
    assert found(result) == [
        "test_z.py::test_victim fails after test_b.py::test_2 and test_f.py::test_2",
        f"to repeat it: {OURS} test_b.py::test_2 test_f.py::test_2 test_z.py::test_victim",
    ]


def test_a_test_of_the_same_file(project: Project) -> None:
    project.write(
        test_a="""
        done = []
        def test_1(): pass
        def test_2(): done.append(1)
        def test_3(): pass
        def test_4(): assert not done
        """
    )
    project.run(workers=1)
    assert found(bisect(project, "test_a.py::test_4"))[0] == (
        "test_a.py::test_4 fails after test_a.py::test_2"
    )


def test_one_that_is_spoilt_only_where_it_is_imported_later(spoilt: Project) -> None:
    """Plain pytest has imported it first, so that its command would not repeat it."""
    spoilt.write(test_c=SPOILS.format(1))
    spoilt.write(
        test_z="import state\nseen = set(state.spoilt)\ndef test_victim(): assert not seen"
    )
    spoilt.run("--dx-collect=lazy", workers=1)
    assert found(bisect(spoilt)) == [
        "test_z.py::test_victim fails after test_c.py::test_2",
        "to repeat it: pytest -p dxpy --dx-collect=lazy --dx-workers=1 test_c.py::test_2 "
        "test_z.py::test_victim",
    ]


def test_one_that_fails_alone(spoilt: Project) -> None:
    spoilt.write(test_z="def test_victim(): assert 0")
    spoilt.run(workers=1)
    result = bisect(spoilt)
    assert found(result) == ["test_z.py::test_victim fails alone: nothing need run before it"]
    assert trials(result) == 1


def test_one_that_no_longer_fails(spoilt: Project) -> None:
    spoilt.write(test_c=SPOILS.format(1))
    spoilt.run(workers=1)
    spoilt.write(test_c=PLAIN)
    result = bisect(spoilt)
    assert found(result) == [
        "test_z.py::test_victim passes alone, and in the order of run 1: it is flaky, or something "
        "has changed since"
    ]
    assert trials(result) == 2


def test_a_flaky_one(spoilt: Project) -> None:
    """It passes, then fails for a while, and then passes again."""
    spoilt.write(
        test_z="""
        def test_victim():
            with open("times", "a+") as file:
                file.write("x")
                file.seek(0)
                assert len(file.read()) not in {1, 2, 3, 5, 6, 7}
        """
    )
    spoilt.run("--dx-collect=lazy", workers=1)
    spoilt.write_file("times", "xxx")
    result = bisect(spoilt)
    assert found(result) == [
        "test_z.py::test_victim is flaky: it fails and passes after the same steps"
    ]


def test_the_run_in_which_it_failed_is_looked_into(spoilt: Project) -> None:
    spoilt.write(test_c=SPOILS.format(1))
    spoilt.run(workers=1)
    assert spoilt.run("test_z.py").code == 0
    assert spoilt.run("test_a.py").code == 0
    assert "in run 1, 26 steps came before it: imports and tests" in bisect(spoilt).notes
    chosen = bisect(spoilt, "test_z.py::test_victim", "--dx-replay=2")
    assert "in run 2, 2 steps came before it: imports and tests" in chosen.notes


def test_other_options_do_not_disturb_it(spoilt: Project) -> None:
    spoilt.write(test_a="def test_1(): assert 0", test_c=SPOILS.format(1))
    spoilt.run(workers=1)
    result = bisect(
        spoilt, "test_z.py::test_victim", "-x", "-k", "nothing", "--junit-xml=out.xml", "-n2", "."
    )
    assert found(result)[0] == "test_z.py::test_victim fails after test_c.py::test_2"
    names = [path.name for path in (spoilt.path / ".pytest_cache/d/dxpy/runs").iterdir()]
    assert names == ["1.json"]  # trials are nobody's runs


def test_in_a_folder_below_the_root(spoilt: Project) -> None:
    for name in ("state", "test_a", "test_z"):
        (spoilt.path / f"{name}.py").unlink()
    spoilt.ini("pythonpath = sub")
    spoilt.write(**{"sub/state": STATE, "sub/test_a": SPOILS.format(1), "sub/test_z": VICTIM})
    spoilt.run("sub", workers=1)
    assert found(bisect(spoilt, "sub/test_z.py::test_victim")) == [
        "sub/test_z.py::test_victim fails after sub/test_a.py::test_2",
        f"to repeat it: {OURS} sub/test_a.py::test_2 sub/test_z.py::test_victim",
    ]


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (
            ["--dx-bisect=test_a.py"],
            "ERROR: --dx-bisect: 'test_a.py' is no node id [bad-option]\n"
            "hint: a node id is like 'test_a.py::test_1'",
        ),
        (
            ["--dx-bisect=test_a.py::test_one"],
            "ERROR: --dx-bisect: 'test_a.py::test_one' has run in no run that is kept [no-bisect]\n"
            "hint: did you mean 'test_a.py::test_1'?",
        ),
        (
            ["--dx-bisect=test_a.py::test_1", "-n0"],
            "ERROR: --dx-bisect: needs workers, and this run has none (-n 0) [no-bisect]\n"
            "hint: leave one of the two out",
        ),
        (
            ["--dx-bisect=test_a.py::test_1", "--dx-replay=5"],
            "ERROR: --dx-replay: run 5 is not kept in .pytest_cache/d/dxpy/runs [no-schedule]\n"
            "hint: runs that are kept: 1",
        ),
    ],
    ids=" ".join,
)
def test_what_cannot_be_looked_into(project: Project, args: list[str], text: str) -> None:
    project.write(test_a="def test_1(): pass")
    project.run()
    result = project.pytest("-p", "dxpy", *args)
    assert result.code == 4
    assert result.errors.replace(f"{project.path}/", "") == text


def test_without_any_run(project: Project) -> None:
    project.write(test_a="def test_1(): pass")
    result = project.pytest("-p", "dxpy", "--dx-bisect=test_a.py::test_1")
    assert result.code == 4
    assert "no run is kept in" in result.errors


def test_a_test_that_is_gone(project: Project) -> None:
    project.write(test_a="def test_1(): pass")
    project.run()
    project.write(test_a="def test_2(): pass")
    result = project.pytest("-p", "dxpy", "--dx-bisect=test_a.py::test_1")
    assert result.code == 4
    assert "--dx-bisect: test_a.py::test_1 does not run alone:" in result.errors
