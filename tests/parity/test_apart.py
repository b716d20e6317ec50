from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.parity.apart import set_apart


def root_of(folder: Path) -> str:
    """The root directory that pytest finds for a folder."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider"]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout
    (line,) = [line for line in said.splitlines() if line.startswith("rootdir: ")]
    return line.removeprefix("rootdir: ")


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite's folder in a project that has settings for pytest."""
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    (tmp_path / "suite").mkdir()
    return tmp_path / "suite"


def test_a_suite_without_settings_gets_some_of_its_own(suite: Path) -> None:
    (suite / "setup.cfg").write_text("[metadata]\n")
    assert root_of(suite) == str(suite.parent)
    set_apart(suite)
    assert root_of(suite) == str(suite)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.pytest.ini_options]\n"),
        ("tox.ini", "[pytest]\n"),
        ("setup.cfg", "[tool:pytest]\n"),
        (".pytest.ini", "[pytest]\n"),
    ],
)
def test_a_suite_with_settings_keeps_them(suite: Path, name: str, text: str) -> None:
    (suite / name).write_text(text)
    set_apart(suite)
    assert [file.name for file in suite.iterdir()] == [name]
    assert root_of(suite) == str(suite)
