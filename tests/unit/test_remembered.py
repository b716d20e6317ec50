from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_dxpy import remembered, settings, survey
from tests.conftest import OTHER_PLUGINS

SOURCE = "import os\ndef test_a(): ...\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual_plugins: None) -> Path:
    """A project with one test; the current directory. It is long ago that it was written."""
    del usual_plugins
    monkeypatch.chdir(tmp_path)
    for name in remembered.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text(SOURCE)
    settings.index_path(settings.read([]))  # makes the cache directory
    # Not what the times of the file system are compared with elsewhere.
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 60 * 10**9)
    return tmp_path


class Reads:
    """Counts how often pytest is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        read = settings.read

        def counted(paths: list[str]) -> object:
            self.count += 1
            return read(paths)

        monkeypatch.setattr(settings, "read", counted)

    def by(self, *paths: str) -> int:
        """How often pytest was asked for a survey."""
        before = self.count
        survey.take(list(paths))
        return self.count - before


@pytest.fixture
def reads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Reads:
    del folder
    return Reads(monkeypatch)


def test_pytest_is_asked_once_for_the_same_arguments(reads: Reads) -> None:
    assert [reads.by(), reads.by(), reads.by("tests"), reads.by("tests"), reads.by()] == [
        1,
        0,
        1,
        0,
        0,
    ]


def test_what_is_remembered_is_what_pytest_says(folder: Path) -> None:
    (folder / "pytest.ini").write_text("[pytest]\npython_functions = t\nusefixtures = x\n")
    asked = survey.read_settings([])
    assert survey.read_settings([]) == asked
    assert remembered.load([], remembered.state([])) == asked


@pytest.mark.parametrize(
    "change",
    [
        "pytest.ini",
        "pyproject.toml",
        "setup.py",
        "tests/tox.ini",
        "tests/.pytest.ini",
    ],
)
def test_a_file_that_may_have_settings_counts(reads: Reads, folder: Path, change: str) -> None:
    reads.by("tests")
    (folder / change).write_text("[pytest]\n# changed\n" if change.endswith(".ini") else "\n")
    assert [reads.by("tests"), reads.by("tests")] == [1, 0]


@pytest.mark.parametrize("name", ["PYTEST_ADDOPTS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"])
def test_the_environment_counts(reads: Reads, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    reads.by()
    monkeypatch.setenv(name, "-ra")
    assert [reads.by(), reads.by()] == [1, 0]


def test_a_directory_of_plugins_counts(
    reads: Reads, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path_factory.mktemp("plugins")
    monkeypatch.syspath_prepend(place)
    assert [reads.by(), reads.by()] == [1, 0]
    info = place / "strange-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[pytest11]\nstrange = strange\n")
    importlib.invalidate_caches()
    found = survey.take([])
    assert [kind for kind, *_ in found.native.doubts(0)] == ["plugin"]


def test_testpaths_are_looked_at_each_time(reads: Reads, folder: Path) -> None:
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests more\n")
    assert [reads.by(), reads.by()] == [1, 0]
    (folder / "more").mkdir()
    assert reads.by() == 1
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = t*\n")
    assert [reads.by(), reads.by()] == [1, 1]


@pytest.mark.parametrize("addopts", ["-p strange_module", "@arguments"])
def test_what_reaches_further_is_not_remembered(
    reads: Reads, folder: Path, monkeypatch: pytest.MonkeyPatch, addopts: str
) -> None:
    (folder / "arguments").write_text("-ra")
    monkeypatch.setitem(sys.modules, "strange_module", type(sys)("strange_module"))
    (folder / "pytest.ini").write_text(f"[pytest]\naddopts = {addopts}\n")
    assert [reads.by(), reads.by()] == [1, 1]


def test_what_is_young_is_not_remembered(
    reads: Reads, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    reads = Reads(monkeypatch)
    (folder / "pytest.ini").write_text("[pytest]\n")
    assert [reads.by(), reads.by()] == [1, 1]


def test_damage_counts_as_nothing(reads: Reads, folder: Path) -> None:
    reads.by()
    place = folder / ".pytest_cache" / "d" / "dxpy" / remembered.NAME
    whole = place.read_bytes()
    for size in range(0, len(whole), 61):
        place.write_bytes(whole[:size])
        assert remembered.load([], remembered.state([])) is None
    for at in range(0, len(whole), 61):
        place.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        assert remembered.load([], remembered.state([])) is None
    place.write_bytes(whole)
    assert remembered.load([], remembered.state([])) is not None


def test_only_some_arguments_are_kept(reads: Reads, folder: Path) -> None:
    for number in range(remembered.MOST_ENTRIES + 1):
        (folder / f"{number}.py").touch()
        reads.by(f"{number}.py")
    assert reads.by(f"{number}.py") == 0
    assert reads.by("0.py") == 1


def test_a_file_that_is_gone_is_told_all_the_same(reads: Reads, folder: Path) -> None:
    reads.by("tests/test_one.py")
    (folder / "tests" / "test_one.py").unlink()
    with pytest.raises(Exception, match="does not exist"):
        reads.by("tests/test_one.py")


def test_a_second_time_needs_neither_pytest_nor_typing(folder: Path) -> None:
    (folder / "cache").mkdir()
    program = (
        "import sys, time; now = time.time_ns; time.time_ns = lambda: now() + 60 * 10**9; "
        "from pytest_dxpy.cli import main; code = main(['discover']); "
        "print([name for name in ('_pytest', 'typing', 'dataclasses') if name in sys.modules])"
    )
    environment = {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "1",
        "DX_CACHE_DIR": "cache",
        "PYTEST_ADDOPTS": OTHER_PLUGINS,
    }
    command = [sys.executable, "-c", program]
    for imported in (["_pytest", "typing", "dataclasses"], []):
        output = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        assert output[0] == "tests/test_one.py::test_a"
        assert output[-1] == str(imported)
