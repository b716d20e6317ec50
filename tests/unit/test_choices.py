"""``dx-py discover`` with node ids, as far as pytest has no answer to compare with.

tests/oracle/test_choices.py compares all others.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import pytest_dxpy
from pytest_dxpy import cli
from pytest_dxpy.errors import NotFoundError

Discover = Callable[..., tuple[int, str, str]]

EXACT = "def test_a(): ...\nclass TestB:\n    def test_c(self): ...\n    def test_d(self): ...\n"
DYNAMIC = """\
import pytest
@pytest.mark.parametrize("x", values())
def test_a(x): ...
class TestB:
    def test_c(self): ...
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual_plugins: None) -> Path:
    """A project with a file of each kind; the current directory."""
    del usual_plugins
    monkeypatch.chdir(tmp_path)
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_exact.py").write_text(EXACT)
    (tmp_path / "test_dyn.py").write_text(DYNAMIC)
    return tmp_path


@pytest.fixture
def discover(folder: Path, capsys: pytest.CaptureFixture[str]) -> Discover:
    """Runs ``dx-py discover``: exit code, output, errors."""
    del folder

    def command(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["discover", *arguments])
        output, errors = capsys.readouterr()
        return code, output, errors

    return command


WHY = [
    "# test_dyn.py is dynamic: only its import tells its tests, because of",
    "#     line 2: parametrize: values() [parameters]",
]


@pytest.mark.parametrize(
    ("names", "known"),
    [
        ("test_a", "test_a"),
        ("test_a[1-2]", "test_a[1-2]"),
        ("TestB", "TestB::test_c"),
        ("TestB::test_c", "TestB::test_c"),
        ("nowhere", "nowhere"),
        ("TestB::nowhere", "TestB::nowhere"),
    ],
)
def test_a_dynamic_file_says_so_with_what_is_asked_for(
    discover: Discover, names: str, known: str
) -> None:
    code, output, errors = discover(f"test_dyn.py::{names}")
    assert (code, errors) == (0, "")
    assert output.splitlines()[:-2] == [*WHY, f"#   ? test_dyn.py::{known}"]


def test_a_dynamic_file_says_once_why(discover: Discover) -> None:
    arguments = ("test_dyn.py::test_a", "test_exact.py::test_a", "test_dyn.py::TestB")
    assert discover(*arguments)[1].splitlines() == [
        *WHY,
        "#   ? test_dyn.py::test_a",
        "test_exact.py::test_a",
        "#   ? test_dyn.py::TestB::test_c",
        "",
        "1 test in exact files; 1 dynamic file, whose tests only a run can tell",
    ]


def test_json_has_what_is_asked_for_in_the_order_of_the_arguments(discover: Discover) -> None:
    arguments = (
        "test_exact.py::TestB::test_d", "test_exact.py::test_a", "test_dyn.py::test_a[1]",
        "test_exact.py::TestB::test_c",
    )  # fmt: skip
    code, output, _ = discover("--json", "--stats", *arguments)
    found = json.loads(output)
    assert code == 0
    assert [(file["path"], [test["id"] for test in file["tests"]]) for file in found["files"]] == [
        ("test_exact.py", ["test_exact.py::TestB::test_d", "test_exact.py::test_a"]),
        ("test_dyn.py", ["test_dyn.py::test_a"]),
        ("test_exact.py", ["test_exact.py::TestB::test_c"]),
    ]
    stats = found["stats"]
    assert (stats["files"], stats["exact"], stats["dynamic"]) == (2, 1, 1)


def test_a_glob_chooses_among_what_is_asked_for(discover: Discover) -> None:
    output = discover("--match", "*_d", "test_exact.py::TestB")[1]
    assert output.splitlines() == ["test_exact.py::TestB::test_d", "", "1 test in exact files"]


def test_what_is_missing_is_an_error_whatever_else_there_is(
    discover: Discover, folder: Path
) -> None:
    assert discover("test_exact.py::TestB::test_e", "test_dyn.py", "test_exact.py::x") == (
        4,
        "",
        f"ERROR: not found: {folder}/test_exact.py::TestB::test_e\n"
        "(no match in any of [<Class TestB>])\n\n"
        f"ERROR: not found: {folder}/test_exact.py::x\n"
        "(no match in any of [<Module test_exact.py>])\n\n",
    )


def test_python_gets_the_same_as_an_exception(folder: Path) -> None:
    assert pytest_dxpy.discover(["test_exact.py::TestB"]).node_ids == [
        "test_exact.py::TestB::test_c",
        "test_exact.py::TestB::test_d",
    ]
    with pytest.raises(NotFoundError) as caught:
        pytest_dxpy.discover(["test_exact.py::x"])
    assert str(caught.value) == (
        f"not found: {folder}/test_exact.py::x\n"
        "(no match in any of [<Module test_exact.py>]) [not-found]\n"
        "hint: 'dx-py discover FILE' lists a file's tests"
    )


def test_a_file_that_does_not_exist_ends_with_2(discover: Discover) -> None:
    assert discover("nowhere.py::test_a") == (
        2,
        "",
        "dx-py: PATH: 'nowhere.py::test_a' does not exist [bad-option]\n"
        "hint: name files or directories\n",
    )


def test_a_directory_has_no_such_parts(discover: Discover, folder: Path) -> None:
    (folder / "tests").mkdir()
    assert discover("tests::test_a") == (
        2,
        "",
        "dx-py: PATH: directory argument cannot contain :: selection parts: tests::test_a "
        "[bad-option]\nhint: pytest takes no such argument\n",
    )


def test_parameters_that_look_like_a_path_are_none(discover: Discover, folder: Path) -> None:
    """An edit of the configuration counts, although what was learnt of it is remembered."""
    (folder / "pytest.ini").unlink()
    inner = folder / "inner"
    inner.mkdir()
    source = "import pytest\n@pytest.mark.parametrize('x', ['/../../..'])\ndef test_a(x): ...\n"
    (inner / "test_in.py").write_text(source)
    argument = "inner/test_in.py::test_a[/../../..]"
    assert discover(argument)[1].startswith(f"{argument}\n")
    (inner / "pytest.ini").write_text("[pytest]\n")
    assert discover(argument)[1].startswith("test_in.py::test_a[/../../..]\n")
