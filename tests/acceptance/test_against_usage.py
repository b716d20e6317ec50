"""How a revision is given to ``--dx-affected``, and what is said of one that cannot be used."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pytest_dxpy.options import Options, complete
from tests.acceptance.repository import Repository
from tests.acceptance.shop import ran
from tests.conftest import Project


@pytest.fixture
def small(project: Project) -> Repository:
    """Two files of tests, one of which differs from ``main``."""
    project.write_file("tests/test_a.py", "def test_a(): pass\n")
    project.write_file("test_b.py", "def test_b(): pass\n")
    repository = Repository(project)
    repository.begin()
    project.write_file("tests/test_a.py", "def test_a(): assert 1\n")
    return repository


def test_without_a_value_it_takes_none(small: Repository) -> None:
    assert ran(small.project.run("--dx-affected", "tests")) == ["tests/test_a.py::test_a"]
    assert small.project.run("--dx-affected", "tests").summary == "1 unaffected"
    assert ran(small.project.run("--dx-affected")) == ["test_b.py::test_b"]


def test_the_root_is_found_by_the_argument_behind_it(small: Repository) -> None:
    small.project.write_file("tests/pytest.ini", "[pytest]\n")
    result = small.project.pytest("-p", "dxpy", "--dx-affected", "tests")
    assert f"rootdir: {small.path}/tests" in result.output


def test_everything_behind_two_dashes_is_an_argument() -> None:
    words = ["-x", "--dx-affected", "a", "--dx-affected=b", "--", "--dx-affected"]
    assert complete(words)
    assert words == ["-x", "--dx-affected=yes", "a", "--dx-affected=b", "--", "--dx-affected"]
    assert not complete(["--dx-affected=main", "a"])


@pytest.mark.parametrize("how", ["addopts", "ini", "PYTEST_ADDOPTS", "DX_AFFECTED"])
@pytest.mark.parametrize("value", ["", "main"])
def test_it_may_stand_elsewhere(small: Repository, how: str, value: str) -> None:
    text = f"--dx-affected={value}" if value else "--dx-affected"
    if how == "addopts":
        small.project.ini(f"addopts = {text}")
    elif how == "ini":
        small.project.ini(f"dx_affected = {value or 'yes'}")
    else:
        small.project.env[how] = (value or "yes") if how == "DX_AFFECTED" else text
    small.commit()
    small.git("branch", "-f", "main")
    expected = [] if value else ["test_b.py::test_b", "tests/test_a.py::test_a"]
    assert ran(small.project.run("tests", "test_b.py")) == expected


def test_no_is_no_revision() -> None:
    assert not Options({"affected": "no"}).affected
    assert Options({"affected": "main"}).affected == "main"


@pytest.mark.parametrize("value", ["", "-x"])
def test_what_can_be_no_revision_is_refused(project: Project, value: str) -> None:
    result = project.pytest("-p", "dxpy", f"--dx-affected={value}")
    assert result.code == pytest.ExitCode.USAGE_ERROR
    assert result.errors == (
        f"ERROR: --dx-affected: '{value}' is no revision of git [bad-option]\n"
        "hint: use a branch, tag or commit, such as --dx-affected=main, or the option alone"
    )


def refusal(repository: Repository, revision: str, *args: str) -> str:
    result = repository.project.pytest("-p", "dxpy", f"--dx-affected={revision}", *args)
    assert result.code == pytest.ExitCode.USAGE_ERROR
    return result.errors.replace(str(repository.project.path), "HERE")


@pytest.mark.parametrize("args", [[], ["-n0"], ["--co"], ["--dx-start=early"]], ids=" ".join)
def test_a_revision_that_is_not_there_is_told(small: Repository, args: list[str]) -> None:
    assert refusal(small, "maim", *args) == (
        "ERROR: --dx-affected: 'maim' is no commit of HERE [no-tree]\nhint: did you mean 'main'?"
    )


def test_a_revision_like_no_other_is_told(small: Repository) -> None:
    assert refusal(small, "8.x..HEAD") == (
        "ERROR: --dx-affected: '8.x..HEAD' is no commit of HERE [no-tree]\n"
        "hint: fetch it, or use a branch, tag or commit that 'git log' shows"
    )


def test_a_folder_without_a_repository_is_told(small: Repository) -> None:
    shutil.rmtree(small.path / ".git")
    assert refusal(small, "main") == (
        "ERROR: --dx-affected: HERE is in no git repository, which would have 'main' [no-tree]\n"
        "hint: '--dx-affected' without a revision needs none"
    )


def test_a_repository_without_a_commit_is_told(small: Repository) -> None:
    small.git("checkout", "-q", "--orphan", "empty")
    assert refusal(small, "main") == (
        "ERROR: --dx-affected: HEAD of HERE is no commit that 'main' could be compared with "
        "[no-tree]\nhint: commit something, or check a branch out"
    )


def test_histories_with_nothing_in_common_are_told(small: Repository) -> None:
    small.git("checkout", "-q", "--orphan", "other")
    small.commit()
    assert refusal(small, "main") == (
        "ERROR: --dx-affected: 'main' and HEAD have no commit in common in HERE [no-tree]\n"
        "hint: name a revision that HEAD comes from"
    )


def test_a_clone_that_is_too_shallow_is_told(small: Repository) -> None:
    small.commit()
    small.git("checkout", "-q", "main")
    small.project.write_file("more.py", "")
    small.commit()
    place = small.path.parent / "clone"
    small.git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{small.path}", str(place))
    small.project.path = place
    assert refusal(small, "origin/work") == (
        "ERROR: --dx-affected: 'origin/work' and HEAD have no commit in common in HERE, which is "
        "a shallow clone [no-tree]\n"
        "hint: fetch more of the history: 'git fetch --unshallow', or 'fetch-depth: 0' in CI"
    )


def test_git_that_is_not_there_is_told(small: Repository, tmp_path: Path) -> None:
    small.project.env["PATH"] = str(tmp_path)
    assert refusal(small, "main") == (
        "ERROR: --dx-affected: 'git' is not on PATH, and 'main' is one of its revisions "
        "[no-tree]\nhint: install it; '--dx-affected' without a revision needs none"
    )


def test_a_repository_that_git_refuses_is_told(small: Repository) -> None:
    (small.path / ".git/config").write_text("[core\n")
    assert "git does not read the repository of HERE: fatal: " in refusal(small, "main")


def test_objects_that_are_lost_are_told(small: Repository) -> None:
    tree = small.git("rev-parse", "main^{tree}").strip()
    (small.path / ".git/objects" / tree[:2] / tree[2:]).unlink()
    said = refusal(small, "main")
    assert "--dx-affected: 'git diff' fails in HERE: " in said
    assert "git has to say what differs from 'main'; try it by hand" in said
