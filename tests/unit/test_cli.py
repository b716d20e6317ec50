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
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual_plugins: None) -> Path:
    """An empty project; the current directory, as for a user."""
    del usual_plugins
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


def lines(output: str) -> list[str]:
    """What is listed, without the closing line."""
    return output.splitlines()[:-2]


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


def test_node_ids_of_exact_files_are_listed(folder: Path, discover: Discover) -> None:
    write(
        folder,
        test_one="""\
            import nowhere, pytest, unittest

            @pytest.mark.parametrize("x", [1, "two"])
            def test_a(x): ...
            async def test_b(): ...
            class TestC:
                def test_d(self): ...
                def helper(self): ...
                class TestInner:
                    def test_e(self): ...
            class Case(unittest.TestCase):
                def test_f(self): ...
        """,
        other="def test_a(): ...",
    )
    code, output, errors = discover()
    assert (code, errors) == (0, "")
    assert output.splitlines() == [
        "test_one.py::test_a[1]",
        "test_one.py::test_a[two]",
        "test_one.py::test_b",
        "test_one.py::TestC::test_d",
        "test_one.py::TestC::TestInner::test_e",
        "test_one.py::Case::test_f",
        "",
        "6 tests in exact files",
    ]


def test_a_dynamic_file_is_told_behind_a_hash_with_its_reasons(
    folder: Path, discover: Discover
) -> None:
    write(
        folder,
        test_one="""\
            import pytest
            from elsewhere import Base
            @pytest.mark.parametrize("x", [
                *values])
            def test_a(x): ...
            def test_b(): ...
        """,
        test_two="def test_c(): ...",
    )
    code, output, _ = discover()
    assert code == 0
    assert output.splitlines() == [
        "# test_one.py is dynamic: only its import tells its tests, because of",
        "#     line 3: parametrize: values [parameters]",
        "#   ? test_one.py::test_a",
        "#   ? test_one.py::test_b",
        "test_two.py::test_c",
        "",
        "1 test in exact files; 1 dynamic file, whose tests only a run can tell",
    ]


def test_more_than_a_few_reasons_are_in_the_json_alone(folder: Path, discover: Discover) -> None:
    write(folder, test_one="\n".join(f"from module import name_{n}" for n in range(8)))
    output = lines(discover()[1])
    assert len(output) == 7
    assert output[1] == "#     line 1: imports module.name_0, which may be a test [import]"
    assert output[-1] == "#     and 3 more, which --json lists"
    [file] = json.loads(discover("--json")[1])["files"]
    assert len(file["reasons"]) == 8


def test_where_a_reason_is_of_another_file_it_is_named(folder: Path, discover: Discover) -> None:
    write(folder, conftest="\n\ndef pytest_collect_file(): ...", test_one="def test_a(): ...")
    assert "#     conftest.py:3: conftest: pytest_collect_file [conftest]" in lines(discover()[1])


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*::test_a", ["test_one.py::test_a"]),
        ("test_one.py*", ["test_one.py::test_a", "test_one.py::test_ab[1]"]),
        ("*[[]1]", ["test_one.py::test_ab[1]", "#   ? test_two.py::test_a"]),
        ("test_two.py::*", ["#   ? test_two.py::test_a"]),
        ("test_two.py::test_a[[]2]", ["#   ? test_two.py::test_a"]),
        ("test_two.py::test_[[]2]", []),
        ("nothing", []),
    ],
)
def test_a_glob_chooses_node_ids(
    folder: Path, discover: Discover, pattern: str, found: list[str]
) -> None:
    ab = "import pytest\n@pytest.mark.parametrize('x', [1])\ndef test_ab(x): ...\n"
    write(folder, test_one=f"def test_a(): ...\n{ab}", test_two="def test_a(x): ...")
    output = lines(discover("--match", pattern)[1])
    shown = [line for line in output if not line.startswith(("# test_two", "#     "))]
    if pattern == "*::test_a":
        found = [*found, "#   ? test_two.py::test_a"]
    assert shown == found
    # A dynamic file may have tests that nobody knows of.
    is_told = any(line.startswith("# test_two.py is dynamic") for line in output)
    assert is_told == pattern.startswith(("*", "test_two.py"))


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("", ["test_a"]),
        ("python_functions = check", ["check_b"]),
        ("python_functions = *_c check", ["check_b", "do_c"]),
        ("python_classes = Suite", ["test_a", "SuiteD::test_e"]),
        ("python_classes = *D", ["test_a", "SuiteD::test_e"]),
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
    assert lines(discover()[1]) == [f"test_one.py::{name}" for name in names]


def test_json_says_all_there_is(folder: Path, discover: Discover) -> None:
    write(
        folder,
        test_one="import pytest\n\n@pytest.mark.slow(1)\ndef test_a(): ...\n",
        test_two="if x:\n    def test_b(): ...\n",
    )
    code, output, _ = discover("--json")
    assert code == 0
    assert json.loads(output) == {
        "version": 2,
        "rootdir": str(folder),
        "files": [
            {
                "path": "test_one.py",
                "exact": True,
                "reasons": [],
                "tests": [
                    {
                        "id": "test_one.py::test_a",
                        "line": 4,
                        "marks": [{"name": "slow", "text": "pytest.mark.slow(1)"}],
                    }
                ],
            },
            {
                "path": "test_two.py",
                "exact": False,
                "reasons": [
                    {
                        "kind": "conditional test",
                        "detail": "test_b",
                        "line": 2,
                        "where": "",
                        "text": "test_b is defined under a condition",
                    }
                ],
                "tests": [],
            },
        ],
        "problems": [],
    }


def test_figures_say_how_files_were_read_and_what_is_known(
    folder: Path, discover: Discover
) -> None:
    write(folder, conftest="", test_one="def test_a(): ...", test_two="def test_b(x): ...")
    discover()
    _, output, _ = discover("--stats")
    rows = (line.rpartition(" ") for line in output.splitlines())
    figures = {name.strip(): value for name, _, value in rows}
    counted = ("files", "conftests", "parsed", "exact", "dynamic", "unknown fixture")
    assert [figures[name] for name in counted] == ["2", "1", "0", "1", "1", "1"]
    assert figures["from the index"] == "3"
    assert "walk" in figures
    stats = json.loads(discover("--json", "--stats")[1])["stats"]
    assert stats["reasons"] == {"unknown fixture": 1}
    assert list(stats["ms"])[:2] == ["settings", "walk"]


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
        (folder / name).write_text("def test(): ...")
    assert lines(discover(*arguments)[1]) == [f"{name}::test" for name in files.split()]


def test_options_of_plugins_and_a_conftest_that_fails_do_no_harm(
    folder: Path, discover: Discover
) -> None:
    (folder / "pytest.ini").write_text(
        "[pytest]\naddopts = -n auto --cov=src -p dxpy\ndx = true\nrequired_plugins = nothing\n"
    )
    write(folder, conftest="raise SystemExit", test_one="def test_a(): ...")
    assert lines(discover()[1]) == ["test_one.py::test_a"]


def test_a_file_that_cannot_be_read_to_its_end_ends_with_1(
    folder: Path, discover: Discover
) -> None:
    write(folder, test_one="def test_a(): ...\ns = 'open\n", test_two="def test_b(): ...")
    code, output, _ = discover()
    assert code == 1
    assert lines(output) == [
        "# test_one.py is dynamic: only its import tells its tests, because of",
        "#     line 2: cannot be read to its end: string [syntax]",
        "test_two.py::test_b",
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


def test_a_configuration_that_warns_and_makes_errors_of_warnings_ends_with_2(
    folder: Path, discover: Discover
) -> None:
    (folder / "pytest.ini").write_text(
        "[pytest]\nfilterwarnings =\n  error\n  ignore::nowhere.Warning\n"
    )
    code, output, errors = discover()
    assert (code, output) == (2, "")
    if pytest.version_tuple < (9,):  # an error of its own, which it prints
        assert "\n  ignore::nowhere.Warning\n" in errors
        assert errors.endswith(
            "dx-py: pytest's settings cannot be read [bad-option]\n"
            "hint: pytest says above what is wrong\n"
        )
    else:
        assert errors == (
            "dx-py: pytest's settings cannot be read: "
            "Failed to import filter module 'nowhere': ignore::nowhere.Warning [bad-option]\n"
            "hint: pytest itself does not start with them\n"
        )


def test_no_tests_are_a_result(discover: Discover) -> None:
    assert discover() == (0, "\n0 tests in exact files\n", "")


# Its index


def test_the_index_is_in_pytests_cache_directory(folder: Path, discover: Discover) -> None:
    write(folder, test_one="def test_a(): ...")
    discover()
    assert (folder / ".pytest_cache" / "d" / "dxpy" / "facts.dxti").is_file()
    assert (folder / ".pytest_cache" / ".gitignore").is_file()


def test_a_directory_that_is_named_has_the_index(
    folder: Path, discover: Discover, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "pytest.ini").write_text("[pytest]\ndx_cache_dir = one\n")
    discover()
    assert (folder / "one" / "facts.dxti").is_file()
    monkeypatch.setenv("DX_CACHE_DIR", "two")
    discover()
    assert (folder / "two" / "facts.dxti").is_file()
    assert not (folder / ".pytest_cache").exists()


def test_without_a_cache_directory_nothing_is_kept(folder: Path, discover: Discover) -> None:
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
    write(folder, test_one="def test_a(): ...")
    assert lines(discover()[1]) == ["test_one.py::test_a"]
    assert not (folder / ".pytest_cache").exists()


def test_a_cache_directory_that_cannot_be_made_is_no_error(
    folder: Path, discover: Discover
) -> None:
    (folder / ".pytest_cache").write_text("a file")
    write(folder, test_one="def test_a(): ...")
    assert discover() == (0, "test_one.py::test_a\n\n1 test in exact files\n", "")


def test_a_damaged_index_is_told_and_made_anew(folder: Path, discover: Discover) -> None:
    write(folder, test_one="def test_a(): ...")
    discover()
    index = folder / ".pytest_cache" / "d" / "dxpy" / "facts.dxti"
    index.write_bytes(index.read_bytes()[:-1])
    code, output, errors = discover()
    assert (code, lines(output)) == (0, ["test_one.py::test_a"])
    assert errors.startswith(f"dx-py: {index}: damaged: ")
    assert discover()[2] == ""


def test_an_edit_counts_at_once(folder: Path, discover: Discover) -> None:
    write(folder, test_one="def test_a(): ...")
    discover()
    write(folder, test_one="def test_b(): ...")
    assert lines(discover()[1]) == ["test_one.py::test_b"]
