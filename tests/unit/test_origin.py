"""What ``origin`` reads of a repository is what git says."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pytest_dxpy.origin import origin


def git(folder: Path, *args: str) -> str:
    settings = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    run = subprocess.run(
        ["git", *settings, *args], cwd=folder, check=True, capture_output=True, text=True
    )
    return run.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "topic/one")
    git(folder, "commit", "-q", "--allow-empty", "-m", "one")
    return folder


def test_a_branch_and_its_commit(repository: Path) -> None:
    (repository / "sub").mkdir()
    found = origin(repository / "sub")
    assert found == (os.uname().nodename, "topic/one", git(repository, "rev-parse", "HEAD"))


def test_packed_references(repository: Path) -> None:
    git(repository, "pack-refs", "--all")
    assert origin(repository).commit == git(repository, "rev-parse", "HEAD")


def test_no_branch(repository: Path) -> None:
    git(repository, "checkout", "-q", "--detach")
    assert origin(repository)[1:] == ("", git(repository, "rev-parse", "HEAD"))


def test_a_worktree(repository: Path) -> None:
    other = repository.parent / "other"
    git(repository, "worktree", "add", "-q", "-b", "two", str(other))
    git(other, "commit", "-q", "--allow-empty", "-m", "two")
    assert origin(other)[1:] == ("two", git(other, "rev-parse", "HEAD"))


def test_a_branch_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    assert origin(tmp_path)[1:] == ("main", "")


@pytest.mark.parametrize("head", ["", "nonsense", "ref: ../../../../etc/hostname", "\udcff"])
def test_what_is_no_repository(tmp_path: Path, head: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text(head, errors="surrogateescape")
    assert origin(tmp_path).commit == ""
