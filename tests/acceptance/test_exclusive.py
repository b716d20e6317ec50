"""Fixtures that the user says cannot exist twice: ``dx_exclusive_fixtures``."""

from __future__ import annotations

import pytest

from tests.conftest import Project

# To have it twice is an error, and not only a wait.
LOCKED = """
    import fcntl, pytest

    @pytest.fixture(scope="session")
    def only_one(worker_id):
        with open("lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with open("holders", "a") as holders:
                holders.write(f"{worker_id}\\n")
            yield

    @pytest.fixture
    def client(only_one): pass
"""
# The first test goes on when another worker has imported the other file that uses it.
FIRST = """
    import os, time
    def test_1(client):
        give_up = time.monotonic() + 20
        while not os.path.exists("imported") and time.monotonic() < give_up:
            time.sleep(0.01)
        assert os.path.exists("imported")
    def test_2(): pass
"""
SECOND = """
    open("imported", "w").close()
    def test_1(client): pass
    def test_2(): pass
"""
ALONE = "def test_1(): pass"


@pytest.fixture
def locked(project: Project) -> Project:
    """Two files that use a fixture which cannot exist twice, and two that do not."""
    project.ini("dx_exclusive_fixtures =", "    only_one")
    project.write(conftest=LOCKED, test_a=FIRST, test_b=SECOND, test_c=SECOND, test_d=ALONE)
    return project


def holders(project: Project) -> list[str]:
    """The workers that had the fixture since the last time."""
    names = project.read("holders").split()
    (project.path / "holders").unlink(missing_ok=True)
    return names


@pytest.mark.parametrize("option", ["--dx-collect=auto", "--dx-collect=full", "--dx-order=longest"])
def test_its_users_stay_on_one_worker_from_the_first_run_on(locked: Project, option: str) -> None:
    for _ in range(2):
        result = locked.run(option)
        assert (result.summary, result.notes) == ("7 passed", [])
        assert len(holders(locked)) == 1


def test_reports_are_those_of_plain_pytest(locked: Project) -> None:
    locked.write(test_a=SECOND.replace("pass", "import warnings; warnings.warn('once')", 1))
    locked.write(test_b=SECOND.replace("pass", "assert client == 1", 1))
    locked.write(conftest=LOCKED.replace("(worker_id)", "()").replace("{worker_id}", "one"))
    locked.ini()
    locked.env["DX_EXCLUSIVE_FIXTURES"] = "only_one"
    result = locked.same_as_plain("-k", "test_1")
    assert result.summary == "1 failed, 3 passed, 3 deselected, 1 warning"


def test_a_failure_is_confirmed_when_its_worker_has_gone(locked: Project) -> None:
    locked.write(test_b=SECOND.replace("pass", "assert 0, 'my own'", 1))
    result = locked.run()
    assert result.summary == "1 failed, 6 passed"
    assert "AssertionError: my own" in result.output
    assert "BlockingIOError" not in result.output


def test_a_failure_that_ends_the_run_waits_for_nobody(locked: Project) -> None:
    locked.write(test_b=SECOND.replace("pass", "assert 0, 'my own'", 1))
    result = locked.run("--dx-stall=20", "-x")
    assert "AssertionError: my own" in result.output
    assert "BlockingIOError" not in result.output
    assert result.notes == []


def test_another_worker_takes_over_from_one_that_dies(locked: Project) -> None:
    dies = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    locked.write(test_a=FIRST.replace("pass", dies))
    assert locked.run().summary == "1 failed, 6 passed"
    assert len(holders(locked)) == 2


def test_names_of_fixtures_that_nobody_uses(project: Project) -> None:
    project.ini("dx_exclusive_fixtures =", "    nobody", "    unused")
    project.write(conftest=LOCKED.replace("only_one", "unused"), test_a=ALONE, test_b=ALONE)
    result = project.run()
    assert (result.summary, result.notes) == ("2 passed", [])


def test_only_session_fixtures_can_be_named(project: Project) -> None:
    project.ini("dx_exclusive_fixtures =", "    helper")
    project.write(
        conftest="import pytest\n@pytest.fixture\ndef helper(): pass",
        test_a="def test_1(helper): pass",
        test_b="def test_1(helper): pass",
    )
    result = project.run()
    assert result.summary == "2 passed"
    assert result.notes == [
        "dx_exclusive_fixtures: 'helper' (conftest.py:2) is of function scope, and may exist in "
        "several workers at a time; only a session fixture can be named"
    ]


def test_it_can_be_named_on_the_command_line_and_in_the_environment(locked: Project) -> None:
    locked.ini()
    assert locked.run("--dx-exclusive-fixtures=nobody,only_one").summary == "7 passed"
    locked.env["DX_EXCLUSIVE_FIXTURES"] = "only_one"
    assert locked.run().summary == "7 passed"


@pytest.mark.parametrize("option", ["-n0", "--dx-collect=off"])
def test_one_process_needs_none_of_it(locked: Project, option: str) -> None:
    locked.write(test_a=SECOND)
    assert locked.run(option).summary == "7 passed"
