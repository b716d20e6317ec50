"""``dx-py graph``: what a file imports, and who imports it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_dxpy import cli
from pytest_dxpy.graph import read

Graph = Callable[..., tuple[int, str, str]]

SHOP = {
    "shop/__init__.py": "",
    "shop/money.py": "from __future__ import annotations\nimport decimal\n",
    "shop/tax.py": "from shop.money import Money\n",
    "shop/order.py": """\
import json, os
import pytest
import nowhere.at_all
from .tax import rate
def late():
    from shop import money
""",
    "shop/cli.py": "import shop.order as order\nraise SystemExit('imported')\n",
    "tests/conftest.py": "raise SystemExit('imported')\n",
    "tests/helpers.py": "import shop.cli\n",
    "tests/test_cli.py": "import helpers\n",
    "tests/test_order.py": "if True:\n    from shop import order\n",
    "tests/test_tax.py": "import shop.tax\n",
}


@pytest.fixture
def graph(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    usual_plugins: None,
    capsys: pytest.CaptureFixture[str],
) -> Graph:
    """Runs ``dx-py graph`` in the shop: exit code, output, errors."""
    del usual_plugins
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    write(tmp_path, {"pytest.ini": "[pytest]\n", **SHOP})
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["graph", *arguments])
        output, errors = capsys.readouterr()
        return code, output, errors

    return command


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_it_shows_what_a_file_imports_and_who_imports_it(graph: Graph) -> None:
    code, output, errors = graph("shop/order.py")
    assert (code, errors) == (0, "")
    assert output == (
        "shop/order.py imports\n"
        "    shop/__init__.py (line 4)\n"
        "    shop/tax.py (line 4)\n"
        "    shop/money.py (line 6)\n"
        "    installed: pytest; standard library: json, os; not found: nowhere (line 3)\n"
        "\n"
        "shop/order.py is imported by\n"
        "    shop/cli.py (line 1)\n"
        "    tests/test_order.py (line 2)\n"
        "    indirectly by 2 more files, 1 of them test files\n"
    )
    assert {"shop", "nowhere", "helpers"}.isdisjoint(sys.modules)


def test_a_file_without_imports_or_importers_says_so(graph: Graph, tmp_path: Path) -> None:
    write(tmp_path, {"lone.py": ""})
    assert graph("lone.py")[1] == (
        "lone.py imports\n    nothing\n\nlone.py is imported by\n    no file of the project\n"
    )


def test_direct_importers_alone_say_so(graph: Graph) -> None:
    assert graph("tests/helpers.py")[1].endswith(
        "imported by\n    tests/test_cli.py (line 1)\n    indirectly by no other\n"
    )


def test_json_says_all_there_is(graph: Graph, tmp_path: Path) -> None:
    code, output, _ = graph("--json", "shop/order.py")
    assert code == 0
    assert json.loads(output) == {
        "version": 1,
        "path": "shop/order.py",
        "rootdir": str(tmp_path),
        "imports": [
            {"path": "shop/__init__.py", "line": 4, "is_test": False},
            {"path": "shop/tax.py", "line": 4, "is_test": False},
            {"path": "shop/money.py", "line": 6, "is_test": False},
        ],
        "installed": [{"name": "pytest", "modules": [{"name": "pytest", "line": 2}]}],
        "standard": [{"name": "json", "line": 1}, {"name": "os", "line": 1}],
        "unknown": [{"name": "nowhere", "line": 3}],
        "direct": [
            {"path": "shop/cli.py", "line": 1, "is_test": False},
            {"path": "tests/test_order.py", "line": 2, "is_test": True},
        ],
        "indirect": [
            {"path": "tests/helpers.py", "is_test": False},
            {"path": "tests/test_cli.py", "is_test": True},
        ],
        "problem": "",
    }


def test_a_distribution_is_named_with_its_modules(graph: Graph, tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.py": "import pytest, _pytest.main, attrish\n",
            "lib/site-packages/attrish.py": "",
            "pytest.ini": "[pytest]\npythonpath = lib/site-packages\n",
        },
    )
    assert "    installed: attrish, pytest (pytest, _pytest)\n" in graph("a.py")[1]


def test_it_may_be_asked_below_the_rootdir(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("shop")
    code, output, _ = graph("../tests/../shop/tax.py")
    assert code == 0
    assert output.startswith("shop/tax.py imports\n    shop/__init__.py (line 1)\n")


def test_a_source_where_pytest_looks_for_no_tests_is_one_too(graph: Graph, tmp_path: Path) -> None:
    write(tmp_path, {"build/make.py": "import shop.tax\n", ".hidden/x.py": "import shop.tax\n"})
    assert "    shop/tax.py (line 1)\n" in graph("build/make.py")[1]
    assert "build" not in graph("shop/tax.py")[1]


def test_a_file_that_cannot_be_read_to_its_end_ends_with_1(graph: Graph, tmp_path: Path) -> None:
    write(tmp_path, {"lone.py": "import shop\nx = 'open\n"})
    code, output, _ = graph("lone.py")
    assert code == 1
    assert "    shop/__init__.py (line 1)\n# line 2: cannot be read to its end: string\n" in output


def test_names_that_are_no_text_come_through(graph: Graph, tmp_path: Path) -> None:
    write(tmp_path, {"a\udcff.py": "import shop\n"})
    assert read("a\udcff.py").path == "a\udcff.py"
    assert read("shop/__init__.py").direct[0].path == "a\udcff.py"
    assert '"path": "a\\udcff.py"' in graph("--json", "a\udcff.py")[1]


@pytest.mark.parametrize(
    ("file", "message", "hint"),
    [
        ("gone.py", "'gone.py' does not exist", "name a Python source"),
        ("shop", "'shop' is a directory", "name a Python source"),
        ("pytest.ini", "'pytest.ini' is no Python source", "name a file that ends in '.py'"),
    ],
)
def test_a_file_that_cannot_be_asked_for_ends_with_2(
    graph: Graph, file: str, message: str, hint: str
) -> None:
    assert graph(file) == (2, "", f"dx-py: FILE: {message} [bad-option]\nhint: {hint}\n")


def test_a_file_of_another_project_ends_with_2(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"inner/pytest.ini": "[pytest]\n"})
    monkeypatch.chdir("inner")
    assert graph("../shop/tax.py") == (
        2,
        "",
        f"dx-py: FILE: '../shop/tax.py' is not below the rootdir {tmp_path / 'inner'} "
        "[bad-option]\nhint: run 'dx-py graph' in the project that the file is of\n",
    )


def test_a_file_that_cannot_be_opened_ends_with_2(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "loop.py").symlink_to("/proc/self/mem")
    assert graph("loop.py") == (
        2,
        "",
        "dx-py: FILE: 'loop.py' cannot be read [bad-option]\nhint: make it readable\n",
    )
