"""A run in which no test need run starts no worker, and says what any other would say."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.shop import WITH_PRICES, edit
from tests.conftest import Project, Result

OTHER_FILES = """
    import pytest
    class Other(pytest.Item):
        def runtest(self): assert "bad" not in self.path.read_text()
    class File(pytest.File):
        def collect(self): return [Other.from_parent(self, name="other")]
    def pytest_collect_file(file_path, parent):
        if file_path.suffix == ".other":
            return File.from_parent(parent, path=file_path)
"""


def affected(project: Project, *args: str) -> Result:
    """Without the plugin that other tests' runs have: workers would have to wait for it."""
    return project.pytest("-p", "dxpy", "--dx-workers=2", "--dx-affected", *args)


def cache_of(project: Project) -> Path:
    return project.path / ".pytest_cache" / "d" / "dxpy"


def is_recalled(project: Project, *args: str) -> bool:
    """Whether a run has neither judged anything nor read the record."""
    output = affected(project, "--dx-stats", *args).output
    return "recalling: " in output and "reading the record: " not in output


def remember(project: Project) -> None:
    """Run until nothing is judged any more: files must have been as they are for two seconds."""
    give_up = time.monotonic() + 30
    while not is_recalled(project):
        assert time.monotonic() < give_up


def is_idle(project: Project, *args: str) -> bool:
    return "start of workers" not in affected(project, "--dx-stats", *args).output


def told(result: Result) -> list[str]:
    """What the user reads, less times and what other plugins there are."""
    text = re.sub(r"\d+\.\d\d ?s", "", result.output)
    return [line for line in text.splitlines() if not line.startswith("plugins:")]


@pytest.fixture
def shop(project: Project) -> Project:
    """A project of which every test has passed, with the plugins that runs have here."""
    project.write(**WITH_PRICES)
    assert affected(project).summary == "5 passed"
    return project


@pytest.mark.parametrize("args", [[], ["-q"], ["-v"], ["-ra"], ["--no-header"]], ids=str)
def test_it_says_what_a_run_with_workers_says(shop: Project, args: list[str]) -> None:
    assert is_idle(shop)
    idle = affected(shop, *args)
    shop.write(conftest=shop.read("conftest.py") + "\ndef pytest_sessionstart(): pass\n")
    affected(shop)
    assert not is_idle(shop)
    assert (idle.code, told(idle)) == (0, told(affected(shop, *args)))
    assert idle.summary == "5 unaffected"


def test_what_is_recalled_says_the_same(shop: Project) -> None:
    judged = affected(shop)
    remember(shop)
    recalled = affected(shop)
    assert (recalled.code, told(recalled)) == (0, told(judged))
    assert is_recalled(shop, "test_prices.py", "test_shop.py")
    assert affected(shop, "test_shop.py").summary == "2 unaffected"


EDITS: dict[str, Callable[[Project], object]] = {
    "a source": lambda project: edit(project, "shop.py", "return 5", "return 6"),
    "a source, by the same bytes": lambda project: edit(project, "shop.py", "5", "5"),
    "a test file": lambda project: edit(project, "test_shop.py", "== 5", "== 6"),
    "a test file is gone": lambda project: (project.path / "test_shop.py").unlink(),
    "a new test file": lambda project: project.write_file("test_b.py", "def test_b(): assert 0"),
    "a new file in a folder": lambda project: project.write_file("x/y/test_b.py", "assert 0"),
    "a conftest": lambda project: edit(project, "conftest.py", "return 3", "return 4"),
    "a new conftest": lambda project: project.write_file("x/conftest.py", OTHER_FILES),
    "a package": lambda project: project.write_file("__init__.py", ""),
    "settings": lambda project: project.write_file("pytest.ini", "[pytest]\nxfail_strict = 1\n"),
    "a module that hides one": lambda project: project.write_file("shop/__init__.py", ""),
    "the record": lambda project: (cache_of(project) / "impact.dxs").unlink(),
    "the memo": lambda project: (cache_of(project) / "idle.dxm").write_bytes(b"torn"),
}


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS)
def test_nothing_is_recalled_after_a_change(
    shop: Project, change: Callable[[Project], object]
) -> None:
    remember(shop)
    change(shop)
    assert not is_recalled(shop)


def test_a_recalled_run_after_a_change_is_as_one_without_a_memo(shop: Project) -> None:
    shop.write_file("x/test_x.py", "def test_x(): pass")
    affected(shop)
    remember(shop)
    shop.write_file("x/conftest.py", OTHER_FILES)
    shop.write_file("x/a.other", "bad")
    assert affected(shop).summary == "1 failed, 1 passed, 5 unaffected"


def test_a_memo_that_cannot_be_written_is_none(shop: Project) -> None:
    (cache_of(shop) / "idle.dxm.new").mkdir()
    for _ in range(3):
        assert affected(shop).summary == "5 unaffected"
    assert not (cache_of(shop) / "idle.dxm").exists()


def test_only_where_nothing_has_changed(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return max(5, 0)")
    assert not is_idle(shop)
    assert is_idle(shop)


def test_a_test_that_failed_runs_again(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return 6")
    for _ in range(2):
        assert affected(shop).summary == "1 failed, 4 unaffected"


@pytest.mark.parametrize("name", ["test_new.py", "deep/test_new.py"])
def test_a_new_file_runs(shop: Project, name: str) -> None:
    assert is_idle(shop)
    shop.write_file(name, "def test_new(): pass")
    assert affected(shop).summary == "1 passed, 5 unaffected"
    assert is_idle(shop)


def test_a_conftest_finds_tests_that_a_walk_does_not(project: Project) -> None:
    project.write(test_a="def test_a(): pass")
    project.write_file("deep/conftest.py", OTHER_FILES)
    project.write_file("deep/a.other", "good")
    for _ in range(2):
        assert affected(project).code == 0
    project.write_file("deep/a.other", "bad")
    assert affected(project).summary == "1 failed, 1 unaffected"


@pytest.mark.parametrize(
    ("args", "summary"),
    [
        (["test_shop.py::test_tax"], "1 unaffected"),
        (["test_shop.py"], "2 unaffected"),
        (["--ignore=test_shop.py"], "3 unaffected"),
    ],
)
def test_it_goes_with_other_ways_to_choose(shop: Project, args: list[str], summary: str) -> None:
    assert affected(shop, *args).summary == summary


def test_an_argument_that_names_no_file_is_told(shop: Project) -> None:
    result = affected(shop, "test_gone.py")
    assert result.code == 4
    assert result.lines("ERROR: ") == ["file or directory not found: test_gone.py"]


def test_two_files_of_one_module_name_are_told(shop: Project) -> None:
    for folder in ("one", "two"):
        shop.write_file(f"{folder}/test_same.py", "def test_same(): pass")
    for _ in range(2):
        assert "import file mismatch" in affected(shop).output


def test_pytest_cov_is_in_the_way_only_where_it_measures(shop: Project) -> None:
    args = ["-p", "pytest_cov.plugin"]
    affected(shop, *args)
    assert is_idle(shop, *args)
    assert not is_idle(shop, *args, "--cov=shop")
