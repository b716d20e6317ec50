"""What plugins and conftests find of pytest-xdist, and how runs start for them."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Project


@pytest.fixture
def measured(project: Project) -> Project:
    """A module that two test files cover in parts."""
    project.write(
        product="""
            def sign(number):
                if number < 0:
                    return -1
                if number > 0:
                    return 1
                return 0
            def unused():
                return None
        """,
        test_a="from product import sign\ndef test_a(): assert sign(-5) == -1",
        test_b="from product import sign\ndef test_b(): assert sign(5) == 1",
    )
    return project


def table(output: str) -> list[str]:
    """The lines of a coverage report."""
    return [line for line in output.splitlines() if re.search(r"\d+%", line) and "[" not in line]


@pytest.mark.parametrize("branch", [[], ["--cov-branch"]], ids=["lines", "branches"])
def test_pytest_cov_finds_what_it_finds_in_one_process(
    measured: Project, branch: list[str]
) -> None:
    args = ["-p", "pytest_cov", "--cov=.", "--cov-report=term-missing", *branch]
    plain, ours = measured.twin("plain").pytest(*args), measured.pytest("-p", "dxpy", "-n2", *args)
    assert table(ours.output) == table(plain.output) != []


def test_coverage_run_finds_what_it_finds_in_one_process(measured: Project) -> None:
    program = ("-m", "coverage", "run", "--source=.", "-m", "pytest")
    plain = measured.twin("plain")
    plain.start(program=program).wait()
    assert measured.start("-p", "dxpy", "-n2", program=program).wait().summary == "2 passed"
    reports = [
        one.start(program=("-m", "coverage", "report", "-m")).wait().output
        for one in (measured, plain)
    ]
    assert table(reports[0]) == table(reports[1]) != []
    assert [path.name for path in measured.path.glob(".coverage*")] == [".coverage"]


def test_a_time_out_of_pytest_timeout_is_one_failure(project: Project) -> None:
    pytest.importorskip("pytest_timeout")
    project.write(
        test_a="import threading\ndef test_a(): threading.Event().wait()\ndef test_b(): pass",
        test_c="def test_c(): pass",
    )
    result = project.run("-p", "pytest_timeout", "--timeout=1", "--timeout-method=signal")
    assert result.summary == "1 failed, 2 passed"


def test_the_fixtures_and_variables_of_xdist(project: Project) -> None:
    text = """
        import os
        def test_names(worker_id, testrun_uid, request):
            given = request.config.workerinput
            assert worker_id == given["workerid"] == os.environ["PYTEST_XDIST_WORKER"]
            assert testrun_uid == given["testrunuid"] == os.environ["PYTEST_XDIST_TESTRUNUID"]
            assert str(given["workercount"]) == os.environ["PYTEST_XDIST_WORKER_COUNT"] == "2"
            with open("names", "a") as file:
                file.write(f"{testrun_uid}\\n")
            assert worker_id in ("gw0", "gw1")
    """
    project.write(test_a=text, test_b=text)
    assert project.run().summary == "2 passed"
    assert len(set(project.read("names").splitlines())) == 1


@pytest.mark.parametrize("xdist", [["-p", "xdist"], ["-p", "no:xdist"], []], ids=" ".join)
@pytest.mark.parametrize("alone", ["-n0", "--dx-collect=off", "--setup-show"])
def test_outside_a_worker_the_fixture_says_master(
    project: Project, alone: str, xdist: list[str]
) -> None:
    project.write(test_a="def test_a(worker_id, testrun_uid): assert worker_id == 'master'")
    result = project.pytest("-p", "dxpy", alone, *xdist)
    assert "dxpy: one process" in result.output
    assert result.summary == "1 passed"


@pytest.mark.parametrize("xdist", [["-p", "xdist"], []], ids=["xdist", "not loaded"])
def test_xdists_own_functions_tell_who_asks(project: Project, xdist: list[str]) -> None:
    text = """
        from xdist import get_xdist_worker_id, is_xdist_controller, is_xdist_master, is_xdist_worker
        def test_a(request, worker_id):
            assert is_xdist_worker(request)
            assert not is_xdist_controller(request) and not is_xdist_master(request)
            assert get_xdist_worker_id(request) == worker_id
    """
    project.write(
        conftest="""
            from xdist import get_xdist_worker_id, is_xdist_controller
            def pytest_sessionfinish(session):
                if is_xdist_controller(session):
                    print("\\nhere: " + get_xdist_worker_id(session))
        """,
        test_a=text,
        test_b=text,
    )
    result = project.run(*xdist)
    assert (result.summary, result.lines("here: ")) == ("2 passed", ["master"])


def test_a_fixture_of_a_conftest_hides_xdists_of_that_name(project: Project) -> None:
    project.write(
        conftest="import pytest\n@pytest.fixture\ndef worker_id(): return 'own'",
        test_a="def test_a(worker_id): assert worker_id == 'own'",
    )
    assert project.run().summary == project.run("-n0").summary == "1 passed"


NODES = """
    import pytest
    def pytest_configure_node(node):
        node.workerinput["greeting"] = f"hello {node.gateway.id}"
    @pytest.fixture
    def greeting(request): return request.config.workerinput["greeting"]
    def pytest_sessionfinish(session):
        config = session.config
        if hasattr(config, "workerinput"):
            config.workeroutput["answer"] = config.workerinput["greeting"].upper()
    def pytest_testnodedown(node, error):
        print(f"\\ndown: {node.gateway.id} {node.workeroutput['answer']} {error}")
"""


@pytest.mark.parametrize("xdist", [["-p", "xdist"], ["-p", "no:xdist"]], ids=["xdist", "without"])
def test_what_a_conftest_gives_to_workers_and_takes_from_them(
    project: Project, xdist: list[str]
) -> None:
    text = "def test_a(greeting, worker_id): assert greeting == f'hello {worker_id}'"
    conftest = NODES.replace("def pytest_", "@pytest.hookimpl(optionalhook=True)\n    def pytest_")
    project.write(conftest=conftest, test_a=text, test_b=text)
    result = project.run(*xdist)
    assert result.summary == "2 passed"
    assert sorted(result.lines("down: ")) == ["gw0 HELLO GW0 None", "gw1 HELLO GW1 None"]


def test_a_conftest_that_reads_the_workers_name_when_it_is_imported(project: Project) -> None:
    text = "def test_a(name, worker_id): assert name == worker_id"
    project.write(
        conftest="""
            import os, pytest
            NAME = os.environ.get("PYTEST_XDIST_WORKER")
            @pytest.fixture
            def name(): return NAME
        """,
        test_a=text,
        test_b=text,
    )
    assert project.run().summary == "2 passed"


def test_a_conftest_that_starts_a_thread(project: Project) -> None:
    text = "import conftest\ndef test_a(): assert conftest.thread.is_alive()"
    project.write(
        conftest="""
            import threading
            thread = threading.Thread(target=threading.Event().wait, daemon=True)
            thread.start()
        """,
        test_a=text,
        test_b=text,
    )
    assert project.same_as_plain().summary == "2 passed"


@pytest.mark.parametrize("start", ["early", "late", "spawn"])
def test_outcomes_do_not_depend_on_how_workers_start(project: Project, start: str) -> None:
    project.write(
        conftest="import pytest\n@pytest.fixture(scope='session')\ndef number(): return 1",
        test_a="def test_a(number, capfd):\n    print(number)\n"
        "    assert capfd.readouterr().out == '1\\n'\ndef test_fails(number): assert not number",
        test_b="import warnings\ndef test_b(tmp_path): warnings.warn(tmp_path.name)",
        test_c="import pytest\n@pytest.mark.skip\ndef test_c(): pass",
    )
    result = project.same_as_plain()
    again = project.run(f"--dx-start={start}")
    assert (again.summary, sorted(again.reports)) == (result.summary, sorted(result.reports))


# One worker has the lock for as long as it lives; no test runs before the other is ended.
LOCKED = """
    import fcntl, os, pytest, time

    @pytest.fixture(scope="session")
    def only_one(worker_id):
        with open("lock", "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.symlink(str(os.getpid()), "waiter")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @pytest.fixture(autouse={used_by_all})
    def client(only_one, worker_id):
        while not os.path.lexists("waiter") or os.path.exists("/proc/" + os.readlink("waiter")):
            time.sleep(0.01)
        with open("clients", "a") as file:
            file.write(f"{{worker_id}}\\n")
"""
USED_BY_ALL = LOCKED.format(used_by_all=True)
USED_BY_SOME = LOCKED.format(used_by_all=False)


def test_a_session_fixture_that_only_one_worker_can_have(project: Project) -> None:
    project.write(conftest=USED_BY_ALL)
    for name in "abcd":
        project.write(**{f"test_{name}": "def test_1(): pass\ndef test_2(): pass"})
    result = project.run("--dx-stall=1")
    assert result.summary == "8 passed"
    [note] = result.notes
    assert re.fullmatch(
        r"gw\d waited 1 s in the set-up of session fixture 'only_one' \(conftest.py:\d\), which "
        r"gw\d has; it was ended, and its tests went to other workers",
        note,
    )


def test_who_uses_a_fixture_that_cannot_live_twice_is_remembered(project: Project) -> None:
    project.write(conftest=USED_BY_SOME)
    for name in "abcd":
        project.write(**{f"test_{name}": "def test_1(client): pass\ndef test_2(client): pass"})
        project.write(**{f"test_{name}_alone": "def test_1(): pass"})
    first = project.run("--dx-stall=1")
    assert first.summary == "12 passed"
    assert len(first.notes) == 1
    (project.path / "clients").unlink()
    for order in ("pytest", "longest"):
        again = project.run("--dx-stall=20", f"--dx-order={order}")
        assert (again.summary, again.notes) == ("12 passed", [])
        assert again.calls == first.calls
        assert len(set(project.read("clients").split())) == 1
        (project.path / "clients").unlink()


def test_what_cannot_live_twice_is_looked_at_again_when_its_file_changes(project: Project) -> None:
    project.write(conftest=USED_BY_SOME)
    for name in "ab":
        project.write(**{f"test_{name}": "def test_1(client): pass"})
    assert len(project.run("--dx-stall=1").notes) == 1
    (project.path / "waiter").unlink()
    project.write(conftest=USED_BY_SOME + "    # edited\n")
    assert len(project.run("--dx-stall=1").notes) == 1


def test_tests_of_an_xdist_group_stay_together(project: Project) -> None:
    text = """
        import os, pytest
        @pytest.mark.xdist_group("one")
        def test_1(worker_id):
            with open("group", "a") as file:
                file.write(f"{worker_id}\\n")
        def test_2(): pass
    """
    project.write(test_a=text, test_b=text, test_c=text)
    result = project.run("--dist=loadgroup", "-p", "no:xdist")
    assert result.summary == "6 passed"
    assert len(set(project.read("group").splitlines())) == 1
    assert "passed test_a.py::test_1" in result.calls


def test_a_fixtures_temporary_folders_are_apart(project: Project) -> None:
    text = """
        def test_1(tmp_path_factory):
            with open("folders", "a") as file:
                file.write(f"{tmp_path_factory.getbasetemp()}\\n")
    """
    project.write(test_a=text, test_b=text)
    assert project.run(f"--basetemp={project.path / 'temp'}").summary == "2 passed"
    assert set(project.read("folders").splitlines()) <= {
        str(project.path / "temp" / f"popen-gw{number}") for number in (0, 1)
    }


def test_a_plugin_may_look_for_referrers_in_the_controller(project: Project) -> None:
    # As hypothesis does when its summary imports it for the first time.
    project.write(
        conftest="""
            import gc
            KEPT = [object()]
            def pytest_terminal_summary(terminalreporter):
                found = any(referrer is KEPT for referrer in gc.get_referrers(KEPT[0]))
                terminalreporter.write_line(f"found: {found}")
        """,
        test_a="def test_a(): pass",
    )
    assert "found: True" in project.run().output
