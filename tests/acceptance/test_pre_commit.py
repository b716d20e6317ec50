"""The hook for pre-commit, run by pre-commit in git's own hooks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.repository import Repository
from tests.acceptance.shop import SHOP
from tests.conftest import ROOT, Project

LOCAL = """
repos:
- repo: local
  hooks:
  - id: affected
    name: affected
    entry: pytest -p dxpy --dx-affected{revision} -q
    language: system
    always_run: true
    pass_filenames: false
"""
PUBLISHED = """
repos:
- repo: {repository}
  rev: {revision}
  hooks:
  - id: pytest-dxpy-affected
"""
COST = "test_shop.py::test_cost"
TAX = "test_shop.py::test_tax"


class Hooked(Repository):
    """A repository in which each commit runs the hook."""

    def __init__(self, project: Project) -> None:
        super().__init__(project)
        outside = self.path.parent
        self._record = outside / "record-of-hook"
        pytest_command = outside / "bin" / "pytest"
        pytest_command.parent.mkdir()
        pytest_command.write_text(
            f'#!/bin/sh\nexec {sys.executable} -m pytest -p dxpy_recorder --dx-workers=2 "$@"\n'
        )
        pytest_command.chmod(0o755)
        project.env["PATH"] = f"{pytest_command.parent}:{project.env['PATH']}"
        project.env["DXPY_RECORD"] = str(self._record)
        project.env["PRE_COMMIT_HOME"] = str(outside / "pre-commit")

    def install(self, configuration: str) -> None:
        """Have git call pre-commit from now on."""
        self.project.write_file(".pre-commit-config.yaml", configuration)
        self.commit()
        self.command(sys.executable, "-m", "pre_commit", "install", "-c", ".pre-commit-config.yaml")

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the repository."""
        return subprocess.run(
            words,
            cwd=self.path,
            env=self.project.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )

    def try_commit(self, *options: str) -> tuple[bool, list[str], str]:
        """Commit; whether the hook let it pass, the tests that it ran, and what was said."""
        self._record.unlink(missing_ok=True)
        done = self.command("git", "commit", "-m", "change", *options)
        lines = self._record.read_text().splitlines() if self._record.exists() else []
        ran = sorted(line.split()[2] for line in lines if line.startswith("call "))
        return done.returncode == 0, ran, done.stdout


@pytest.fixture
def shop(project: Project) -> Hooked:
    """A repository of which nothing was run yet, and that ignores no file."""
    project.write(**SHOP)
    repository = Hooked(project)
    repository.begin()
    return repository


@pytest.fixture
def hooked(shop: Hooked) -> Hooked:
    """The same with the hook of docs/affected.md, of which everything has passed."""
    shop.install(LOCAL.format(revision=""))
    passed, ran, _ = shop.try_commit("--allow-empty")
    assert passed
    assert ran == [COST, TAX]
    return shop


def test_a_commit_runs_what_it_can_have_changed(hooked: Hooked) -> None:
    hooked.edit("shop.py", "return 5", "return 2 + 3")
    hooked.git("add", "-A")
    assert hooked.try_commit()[:2] == (True, [COST])


def test_a_commit_that_changes_no_test_passes(hooked: Hooked) -> None:
    hooked.project.write_file("README", "a shop")
    hooked.git("add", "-A")
    assert hooked.try_commit()[:2] == (True, [])


def test_a_commit_that_breaks_a_test_is_refused_until_it_is_repaired(hooked: Hooked) -> None:
    hooked.edit("shop.py", "RATE = 2", "RATE = 3")
    passed, ran, said = hooked.try_commit("-a")
    assert (passed, ran) == (False, [TAX])
    assert "FAILED test_shop.py::test_tax" in said
    assert hooked.try_commit("-a")[:2] == (False, [TAX])
    hooked.edit("shop.py", "RATE = 3", "RATE = 1 + 1")
    assert hooked.try_commit("-a")[:2] == (True, [TAX])


def test_what_is_not_staged_takes_no_part(hooked: Hooked) -> None:
    hooked.edit("shop.py", "return 5", "return 2 + 3")
    hooked.git("add", "shop.py")
    hooked.edit("shop.py", "RATE = 2", "RATE = 3")
    passed, ran, said = hooked.try_commit()
    assert (passed, ran) == (True, [COST])
    assert "Unstaged files detected" in said
    assert "RATE = 3" in hooked.project.read("shop.py")


def test_results_of_what_was_staged_are_found_again(hooked: Hooked) -> None:
    hooked.edit("shop.py", "return 5", "return 2 + 3")
    hooked.git("add", "shop.py")
    hooked.edit("shop.py", "RATE = 2", "RATE = 3")
    assert hooked.try_commit()[:2] == (True, [COST])
    assert hooked.project.run("--dx-affected").summary == "1 failed, 1 unaffected"
    # The contents of the commit, with a failure of others between.
    assert hooked.try_commit("--allow-empty")[:2] == (True, [])
    hooked.git("checkout", "-q", "shop.py")
    assert hooked.project.run("--dx-affected").summary == "2 unaffected"


def test_new_files_take_part_whether_they_are_committed_or_not(hooked: Hooked) -> None:
    hooked.edit("shop.py", "return 5", "return 2 + 3")
    hooked.project.write(test_new="def test_new(): assert 0")
    hooked.git("add", "test_new.py")
    passed, ran, _ = hooked.try_commit("shop.py")
    # pre-commit takes changes of tracked files away, and leaves others in place.
    assert (passed, ran) == (False, ["test_new.py::test_new", COST])


def test_nothing_is_left_in_the_tree(hooked: Hooked) -> None:
    assert hooked.git("status", "--porcelain", "--untracked-files=all") == ""
    assert (hooked.path / ".pytest_cache/d/dxpy/impact.dxs").exists()
    shutil.rmtree(hooked.path / ".pytest_cache")
    passed, ran, said = hooked.try_commit("--allow-empty")
    assert (passed, ran) == (True, [COST, TAX])
    assert "files were modified" not in said
    assert hooked.git("status", "--porcelain", "--untracked-files=all") == ""


def test_a_cache_that_is_not_ignored_does_not_fail_the_hook(hooked: Hooked) -> None:
    hooked.project.ini("dx_cache_dir = kept")
    hooked.git("add", "-A")
    assert hooked.try_commit()[:2] == (True, [COST, TAX])
    assert hooked.git("status", "--porcelain") == "?? kept/\n"
    assert hooked.try_commit("--allow-empty")[:2] == (True, [])


def test_a_project_without_tests_is_told(hooked: Hooked) -> None:
    hooked.git("rm", "-q", "test_shop.py")
    passed, ran, said = hooked.try_commit()
    assert (passed, ran) == (False, [])
    assert "exit code: 5" in said


@pytest.mark.parametrize("tree", ["main tree", "worktree"])
def test_it_may_compare_with_a_branch(shop: Hooked, tree: str) -> None:
    shop.install(LOCAL.format(revision="=main"))
    if tree == "worktree":
        place = shop.path.parent / "tree"
        shop.git("worktree", "add", "-q", "-b", "more", str(place))
        shop.path = shop.project.path = place
    passed, ran, said = shop.try_commit("--allow-empty")
    # .pre-commit-config.yaml has come since main
    assert (passed, ran) == (True, [COST, TAX]), said
    shop.git("branch", "-f", "main")
    shutil.rmtree(shop.path / ".pytest_cache")
    assert shop.try_commit("--allow-empty")[:2] == (True, [])
    shop.edit("shop.py", "return 5", "return 2 + 3")
    assert shop.try_commit("-a")[:2] == (True, [COST, TAX])
    shop.edit("shop.py", "2 + 3", "3 + 2")
    assert shop.try_commit("shop.py")[:2] == (True, [COST])


def test_the_hook_is_published(shop: Hooked, tmp_path: Path) -> None:
    published = tmp_path / "published"
    published.mkdir()
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", published)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "hooks"]):
        shop.git(*words, folder=published)
    revision = shop.git("rev-parse", "HEAD", folder=published).strip()
    shop.install(PUBLISHED.format(repository=published, revision=revision))
    passed, ran, said = shop.try_commit("--allow-empty")
    assert (passed, ran) == (True, [COST, TAX]), said
    shop.edit("shop.py", "return 5", "return 6")
    assert shop.try_commit("-a")[:2] == (False, [COST])
