from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_dxpy import cli
from pytest_dxpy._version import __version__

Discover = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project; the current directory, as for a user."""
    monkeypatch.chdir(tmp_path)
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
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


def write(folder: Path, **files: str) -> None:
    """Write ``name=text`` as ``name.py``."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text))


def listed(output: str) -> str:
    """What is listed, without the closing lines."""
    return output.partition("\n\n")[0]


# dx-py


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"pytest-dxpy {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["dance"], ["discover", "--loud"], ["--tests"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: dx-py")


# dx-py test


class Replaced(Exception):  # noqa: N818  # not an error
    """os.execv was called: the process would be another one now."""


@pytest.mark.parametrize("arguments", [[], ["-x"], ["tests", "-k", "a or b"], ["--help"], ["--"]])
def test_test_is_pytest_with_the_plugin_and_all_arguments(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def execv(program: str, argv: list[str]) -> None:
        raise Replaced(program, argv)

    monkeypatch.setattr(os, "execv", execv)
    with pytest.raises(Replaced) as caught:
        cli.main(["test", *arguments])
    program, argv = caught.value.args
    assert program == argv[0] == sys.executable
    assert argv[3:] == ["-p", "dxpy", *arguments]


def test_test_runs_tests_as_the_command_pytest_does(project: Any) -> None:
    project.write(
        test_path="""
            import sys
            def test_no_current_directory_on_the_path():
                assert "" not in sys.path
            def test_named_as_the_command(request):
                assert sys.argv[0] == "pytest"
        """
    )
    program = "import sys; from pytest_dxpy.cli import main; sys.exit(main())"
    result = project.start("test", "--dx-workers=1", program=("-c", program)).wait()
    assert (result.code, result.summary) == (0, "2 passed")
    assert "dxpy: 1 worker, lazy collection" in result.output


# dx-py discover


def test_functions_classes_and_methods_are_listed_with_their_lines(
    folder: Path, discover: Discover
) -> None:
    write(
        folder,
        test_one="""\
            import nowhere

            def test_a(): ...

            @decorated
            async def test_b(): ...

            class TestC:
                def test_d(self): ...
                def helper(self): ...
                class TestInner:
                    def test_e(self): ...

            class Case(unittest.TestCase):
                def test_f(self): ...
        """,
    )
    code, output, _ = discover()
    assert code == 0
    assert output.splitlines() == [
        "test_one.py",
        "     3  test_a",
        "     6  async function test_b",
        "     8  class TestC",
        "     9    test_d",
        "    11    class TestInner",
        "    12      test_e",
        "    14  class Case",
        "    15    test_f",
        "",
        "5 test functions in 1 file",
        *cli.NOT_EXPANDED.splitlines(),
    ]


def test_what_pytest_does_not_collect_is_not_listed(folder: Path, discover: Discover) -> None:
    write(
        folder,
        test_one="""\
            def helper():
                def test_inside(): ...
                class TestInside:
                    def test_a(self): ...
            class Plain:
                def test_a(self): ...
        """,
        other="def test_a(): ...",
    )
    assert listed(discover()[1]) == "test_one.py"


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("", ["test_a"]),
        ("python_functions = check", ["check_b"]),
        ("python_functions = *_c check", ["check_b", "do_c"]),
        ("python_classes = Suite", ["test_a", "SuiteD", "SuiteD::test_e"]),
        ("python_classes = *D", ["test_a", "SuiteD", "SuiteD::test_e"]),
    ],
)
def test_names_are_those_that_the_settings_ask_for(
    folder: Path, discover: Discover, setting: str, names: list[str]
) -> None:
    (folder / "pytest.ini").write_text(f"[pytest]\n{setting}\n")
    write(
        folder,
        test_one="""\
            def test_a(): ...
            def check_b(): ...
            def do_c(): ...
            class SuiteD:
                def test_e(self): ...
        """,
    )
    [file] = json.loads(discover("--json")[1])["files"]
    assert [test["name"] for test in file["tests"]] == names


def test_json_says_all_there_is(folder: Path, discover: Discover) -> None:
    write(folder, test_one="if 1:\n    def test_a():\n        pass\n")
    code, output, _ = discover("--json")
    assert code == 0
    assert json.loads(output) == {
        "version": 1,
        "rootdir": str(folder),
        "expanded": False,
        "files": [
            {
                "path": "test_one.py",
                "tests": [
                    {
                        "name": "test_a",
                        "kind": "function",
                        "line": 2,
                        "last_line": 3,
                        "conditional": True,
                    }
                ],
                "problem": "",
            }
        ],
    }


@pytest.mark.parametrize(
    ("setting", "arguments", "files"),
    [
        ("", [], "a/test_1.py b/test_2.py test_3.py"),
        ("testpaths = b", [], "b/test_2.py"),
        ("testpaths = [ab]", [], "a/test_1.py b/test_2.py"),
        ("testpaths = b", ["a"], "a/test_1.py"),
        ("", ["b", "a/test_1.py"], "b/test_2.py a/test_1.py"),
        ("norecursedirs = a", [], "b/test_2.py test_3.py"),
        ("python_files = *_3.py", [], "test_3.py"),
        ("addopts = --ignore=b", [], "a/test_1.py test_3.py"),
        ("addopts = --ignore-glob=*_3.py", [], "a/test_1.py b/test_2.py"),
    ],
)
def test_files_are_those_that_pytest_walks_to(
    folder: Path, discover: Discover, setting: str, arguments: list[str], files: str
) -> None:
    (folder / "pytest.ini").write_text(f"[pytest]\n{setting}\n")
    for name in ("a/test_1.py", "b/test_2.py", "test_3.py", "b/data.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    assert listed(discover(*arguments)[1]).split() == files.split()


def test_options_of_plugins_and_a_conftest_that_fails_do_no_harm(
    folder: Path, discover: Discover
) -> None:
    (folder / "pytest.ini").write_text(
        "[pytest]\naddopts = -n auto --cov=src -p dxpy\ndx = true\nrequired_plugins = nothing\n"
    )
    write(folder, conftest="raise SystemExit", test_one="def test_a(): ...")
    assert listed(discover()[1]).split() == ["test_one.py", "1", "test_a"]


def test_a_file_that_cannot_be_read_to_its_end_is_told(folder: Path, discover: Discover) -> None:
    write(folder, test_one="def test_a(): ...\ns = 'open\n", test_two="def test_b(): ...")
    code, output, _ = discover()
    assert code == 1
    assert listed(output).splitlines() == [
        "test_one.py",
        "     1  test_a",
        "        not read to its end: line 2: string",
        "test_two.py",
        "     1  test_b",
    ]


def test_a_path_that_does_not_exist_ends_with_2(discover: Discover) -> None:
    assert discover("nowhere") == (
        2,
        "",
        "dx-py: PATH: 'nowhere' does not exist [bad-option]\nhint: name files or directories\n",
    )


def test_a_damaged_configuration_ends_with_2(folder: Path, discover: Discover) -> None:
    (folder / "pytest.ini").write_text("[pytest\n")
    code, output, errors = discover()
    assert (code, output) == (2, "")
    assert errors.endswith(
        "dx-py: pytest's settings cannot be read [bad-option]\n"
        "hint: pytest says above what is wrong\n"
    )


def test_no_tests_are_a_result(discover: Discover) -> None:
    code, output, _ = discover()
    assert (code, output.splitlines()[1]) == (0, "0 test functions in 0 files")
