"""What a user types, and what is printed: as in plain pytest."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from tests.conftest import ALL_OUTCOMES, Project

# What stands above a traceback where a worker ran the test.
WORKER = re.compile(r"\[gw\d+\] linux -- .*\n")


def test_an_empty_project(project: Project) -> None:
    assert project.same_as_plain().code == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.fixture
def three(project: Project) -> Project:
    """Three files of three tests in two folders; one test of each fails."""
    text = "def test_one(): pass\ndef test_two(): assert 0\ndef test_three(): pass\n"
    for name in ("test_a.py", "sub/test_b.py", "sub/deep/test_c.py"):
        project.write_file(name, text)
    return project


@pytest.mark.parametrize(
    "args",
    [
        ["-k", "one or two"],
        ["-k", "nothing"],
        ["-m", "unknown"],
        ["--deselect=test_a.py::test_two", "--deselect=sub/deep"],
        ["test_a.py::test_two", "sub/test_b.py::test_one", "sub/test_b.py::test_two"],
        ["sub", "sub/deep", "sub/test_b.py", "sub/test_b.py::test_one"],
        ["test_a.py", "test_a.py", "."],
        ["sub/deep", "test_a.py", "--keep-duplicates", "test_a.py"],
        ["--ignore=sub/deep", "--ignore-glob=*a.py"],
        ["missing.py"],
        ["test_a.py::test_missing"],
        ["--durations=2", "-vv", "-rA"],
        ["-k", "test_a"],
        ["--maxfail=9"],
        ["--unknown-option"],
        ["--co", "-q"],
        ["--setup-show"],
    ],
    ids=" ".join,
)
def test_arguments(three: Project, args: list[str]) -> None:
    three.same_as_plain(*args)


def test_an_early_end_with_what_was_taken_away(three: Project) -> None:
    """Of a file that nobody has begun by then it is not known what would have been taken away."""
    result = three.run("-x", "-k", "test_a")
    assert result.code == pytest.ExitCode.TESTS_FAILED
    assert re.fullmatch("1 failed, 1 passed, [36] deselected", result.summary), result.output


def test_pyargs(project: Project) -> None:
    project.write_file("package/__init__.py", "")
    project.write_file("package/test_a.py", "def test_1(): pass\ndef test_2(): pass")
    project.write_file("package/sub/__init__.py", "")
    project.write_file("package/sub/test_b.py", "def test_3(): pass")
    project.env["PYTHONPATH"] += f":{project.path}"
    assert project.same_as_plain("--pyargs", "package").summary == "3 passed"
    assert project.same_as_plain("--pyargs", "package.test_a::test_2").summary == "1 passed"


@pytest.mark.parametrize("option", ["--lf", "--ff", "--nf", "--sw", "--lfnf=none --lf"])
def test_options_that_look_at_the_last_run(three: Project, option: str) -> None:
    three.plain()
    three.same_as_plain(*option.split())


def test_what_failed_is_kept_for_the_next_run(three: Project) -> None:
    three.run()
    assert three.plain("--lf").summary == "3 failed"


def test_the_cache_directory_is_made_as_pytest_makes_it(three: Project) -> None:
    for project, run in ((three.twin("plain"), Project.plain), (three, Project.run)):
        run(project)
        names = sorted(path.name for path in (project.path / ".pytest_cache").glob("[.A-Z]*"))
        assert names == [".gitignore", "CACHEDIR.TAG", "README.md"]


@pytest.mark.parametrize("limit", [1, 2])
def test_a_limit_of_failures_holds_for_all_workers(three: Project, limit: int) -> None:
    result = three.run(f"--maxfail={limit}")
    failed = [line for line in result.calls if line.startswith("failed")]
    # The other worker may be in the middle of a test that fails, too.
    assert len(failed) in (limit, limit + 1)
    assert f"stopping after {len(failed)} failures" in result.output
    assert result.code == pytest.ExitCode.TESTS_FAILED


def test_with_one_worker_a_limit_of_failures_stops_where_plain_pytest_does(
    three: Project,
) -> None:
    three.same_as_plain("--maxfail=2", workers=1)


@pytest.mark.parametrize("flags", ["-q", "-v", "-rA", "-vv --tb=short", "--tb=no -rfE"])
def test_the_summary_lists_the_same_lines(three: Project, flags: str) -> None:
    plain = three.twin("plain").plain(*flags.split())
    ours = three.run(*flags.split())
    for start in ("FAILED ", "PASSED ", "ERROR "):
        assert sorted(ours.lines(start)) == sorted(plain.lines(start))
    assert (ours.summary, ours.code) == (plain.summary, plain.code)


def test_the_number_of_tests_is_said_once_known(three: Project) -> None:
    assert "collected 9 items" in three.run().output
    assert "collected 9 items" in three.run().output.splitlines()


def test_output_goes_straight_to_the_terminal_with_minus_s(project: Project) -> None:
    project.write(test_a="def test_a(): print('from the test')", test_b="def test_b(): pass")
    assert "from the test" in project.run("-s").output
    assert "from the test" not in project.run().output


def tree_of(project: Project) -> str:
    """A JUnit file as text, without what differs from run to run, in a fixed order."""
    text = project.read("out.xml").replace(str(project.path), "")
    root = ET.fromstring(WORKER.sub("", text))
    for element in root.iter():
        for name in ("time", "timestamp", "hostname"):
            element.attrib.pop(name, None)
        element.text = (element.text or "").strip()
    for element in [*root.iter()][::-1]:  # what is below comes first, and its time is gone
        element[:] = sorted(element, key=ET.tostring)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode")


def test_the_junit_file_says_the_same(project: Project) -> None:
    project.write(test_a=ALL_OUTCOMES, test_b=ALL_OUTCOMES)
    args = ["--junitxml=out.xml", "-o", "junit_logging=all"]
    plain = project.twin("plain")
    plain.pytest(*args)
    project.pytest("-p", "dxpy", "-n2", *args)
    assert tree_of(project) == tree_of(plain)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("def test_a(): pass", 0),
        ("def test_a(): assert 0", 1),
        ("import nowhere", 2),
        ("import pytest\ndef test_a(): pytest.exit('enough')", 2),
        ("import pytest\ndef test_a(): pytest.exit('enough', returncode=7)", 7),
        ("def test_a(): raise KeyboardInterrupt", 2),
        ("", 5),
    ],
)
def test_the_exit_code(project: Project, text: str, code: int) -> None:
    project.write(test_a=text)
    plain, ours = project.twin("plain").plain(), project.run()
    assert (ours.code, plain.code) == (code, code)


@pytest.mark.parametrize(
    "conftest",
    [
        "raise KeyError('conftest')",
        "def pytest_configure(config): raise KeyError('configure')",
        "def pytest_runtest_setup(item): raise KeyError('setup')",
        "def pytest_sessionstart(session): raise KeyError('start')",
        "import pytest\ndef pytest_configure(config): raise pytest.UsageError('not like this')",
    ],
)
def test_a_conftest_that_raises(project: Project, conftest: str) -> None:
    project.write(conftest=conftest, test_a="def test_a(): pass", test_b="def test_b(): pass")
    plain, ours = project.twin("plain").plain(), project.run()
    assert ours.code == plain.code
    last_words = plain.output.strip().splitlines()[-1].partition(":")[2]
    assert last_words in ours.output


def test_a_conftest_below_that_raises(project: Project) -> None:
    project.write_file("sub/conftest.py", "raise KeyError('below')")
    project.write_file("sub/test_a.py", "def test_a(): pass")
    project.write(test_b="def test_b(): pass")
    plain, ours = project.twin("plain").plain(), project.run()
    assert (ours.code, ours.lines("ERROR ")) == (plain.code, plain.lines("ERROR "))


def test_an_internal_error_of_a_plugin(project: Project) -> None:
    project.write(
        conftest="def pytest_collection_modifyitems(): raise KeyError('plugin')",
        test_a="def test_a(): pass",
    )
    plain, ours = project.twin("plain").plain(), project.run()
    assert (ours.code, plain.code) == (3, 3)
    assert "KeyError: 'plugin'" in ours.output


def test_what_full_collection_deselects_is_told_with_the_count(project: Project) -> None:
    project.write(
        conftest="""
            import os, time
            WORKER = os.environ.get("PYTEST_XDIST_WORKER")
            def pytest_collection():
                limit = time.monotonic() + 60
                while WORKER == "gw0" and not os.path.exists("gw1 is through"):
                    assert time.monotonic() < limit
                    time.sleep(0.001)
            def pytest_collection_finish():
                if WORKER == "gw1":
                    open("gw1 is through", "w").close()
        """,
        test_a="def test_one(): pass\ndef test_two(): pass",
    )
    result = project.run("--deselect=test_a.py::test_two")
    assert "collected 2 items / 1 deselected / 1 selected" in result.output
    assert result.summary == "1 passed, 1 deselected"
