"""Edits that look as if they could change an outcome, and cannot."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from tests.selection.edits import (
    append,
    delete,
    git,
    prepend,
    replace,
    rewrite,
    together,
    write,
)
from tests.selection.scenario import NONE, USAGE, Scenario, ids, scenario

if TYPE_CHECKING:
    from tests.selection.edits import Edit, Place

METRES = ids("units", "metres", "no_metres") | ids("tides", "rise") | ids("vessel", "in_metres")
UNITS, NAMES = "src/harbour/units.py", "src/harbour/names.py"
PROJECT_FILE = ids("files", "project_file")
CONFTEST = "tests/conftest.py"


def touch(place: Place) -> None:
    for path in (place.root / "src").rglob("*.py"):
        os.utime(path)
    os.utime(place.root / "data" / "berths.json")


def forget_bytecode(place: Place) -> None:
    for folder in list(place.root.rglob("__pycache__")):
        shutil.rmtree(folder)


def swap_functions(text: str) -> str:
    """names.py with its two functions in the other order."""
    first, second = text.rstrip("\n").split("\n\n\n")
    return f"{second}\n\n\n{first}\n"


def same(name: str, why: str, edit: Edit, also: frozenset[str] = NONE) -> Scenario:
    return scenario(f"same_{name}", why, edit, also=also)


SCENARIOS = [
    same("content", "sources and data are touched", touch),
    same(
        "comment",
        "a comment in a function of the core",
        replace(UNITS, "a nautical mile an hour", "one nautical mile per hour"),
    ),
    same(
        "docstring",
        "a docstring that nobody reads, in the core",
        replace(UNITS, "Feet in metres.", "A length in metres."),
    ),
    same("readme", "a line of text", replace("README.md", "# harbour", "# The harbour")),
    same(
        "blank_lines",
        "functions get other line numbers",
        replace(UNITS, "\n\n\ndef ", "\n\n\n\n\ndef "),
    ),
    same(
        "wrapped",
        "an expression over three lines",
        replace(UNITS, "length = feet * FOOT", "length = (\n        feet\n        * FOOT\n    )"),
        also=METRES,
    ),
    same(
        "quotes",
        "a text in other quotes",
        replace(UNITS, 'f"{value:.1f}"', "f'{value:.1f}'"),
        also=ids("units", "shown"),
    ),
    same(
        "number",
        "a number that is spelled otherwise",
        replace(UNITS, "0.3048", ".3048"),
        also=METRES,
    ),
    same("functions_moved", "two functions change places", rewrite(NAMES, swap_functions)),
    same(
        "local_renamed",
        "a local variable has another name",
        replace(UNITS, "length", "size"),
        also=METRES,
    ),
    same(
        "new_function", "a function that nobody calls", append(NAMES, "\n\ndef fresh():\n    1\n")
    ),
    same("function_gone", "a function that nobody calls goes", delete("src/harbour/spare.py")),
    same(
        "private_body",
        "the body of a function that nobody calls",
        replace("src/harbour/shapes.py", "4 * a", "5 * a"),
    ),
    same(
        "new_module",
        "a module that nobody imports",
        write("src/harbour/fresh.py", "raise RuntimeError\n"),
    ),
    same("new_data", "a file that nobody reads", write("data/fresh.txt", "fresh\n")),
    same("swap_file", "what an editor leaves", write("src/harbour/.units.py.swp", "x")),
    same("stub", "types of a module in a .pyi file", write("src/harbour/names.pyi", "")),
    same("helper_added", "a module that no test imports", write("tests/helper.py", "1 / 0\n")),
    same("crlf", "line ends", rewrite(UNITS, lambda text: text.replace("\n", "\r\n"))),
    same("mark", "a byte order mark", rewrite(UNITS, lambda text: "\ufeff" + text)),
    same("cookie", "the coding is named", prepend(UNITS, "# -*- coding: utf-8 -*-\n")),
    same(
        "text_in_other_coding",
        "latin-1 with its name",
        rewrite(
            "src/harbour/labels.py",
            lambda text: b"# coding: latin-1\n" + text.encode("latin-1"),
        ),
    ),
    same("last_newline", "no newline at the end", rewrite(NAMES, lambda text: text.rstrip("\n"))),
    same("pass", "a docstring for pass", replace("src/harbour/crew.py", "    pass", '    """A"""')),
    same("conftest_comment", "a comment", replace(CONFTEST, "import csv", "import csv  # dues")),
    same("conftest_docstring", "a docstring", prepend(CONFTEST, '"""Fixtures."""\n\n')),
    same(
        "conftest_imports",
        "the order of imports",
        replace(CONFTEST, "import csv\nimport pathlib", "import pathlib\nimport csv"),
    ),
    same("test_comment", "a comment", replace("tests/test_units.py", "\n\n\n", "\n\n\n# next\n")),
    same("unused_import", "an import that nobody uses", prepend(NAMES, "import os\n\n")),
    same(
        "annotation",
        "a parameter's type, which nobody reads",
        replace(UNITS, "knots(kmh)", "knots(kmh: float)"),
        also=ids("units", "knots") | USAGE,
    ),
    same(
        "typing_import",
        "an import for types alone",
        replace("src/harbour/report.py", "from harbour.vessel import V", "from nowhere import V"),
    ),
    same(
        "fixture_added",
        "a fixture that nobody asks for",
        append(CONFTEST, "\n\n@pytest.fixture\ndef fresh():\n    return 1\n"),
    ),
    same(
        "fixture_body",
        "the body of a fixture that nobody asks for",
        replace(CONFTEST, "    return 0", "    return 1"),
    ),
    same(
        "fixture_renamed",
        "a fixture that nobody asks for",
        replace(CONFTEST, "def unused", "def idle"),
    ),
    same(
        "listing",
        "a file that the pattern leaves out",
        write("data/quays/notes.md", "n\n"),
        also=ids("berths", "quays"),
    ),
    same(
        "json",
        "layout of a data file",
        write("data/berths.json", '{"east": 9,\n "west": 12}\n'),
        also=ids("berths", "depth")
        | ids("depth_east", "TestEast::test_depth_is_known")
        | ids("depth_west", "TestWest::test_depth_is_known"),
    ),
    same(
        "other_table",
        "a table of another tool",
        replace("pyproject.toml", '"quay"', '"dock"'),
        also=PROJECT_FILE,
    ),
    same(
        "version",
        "the project's own version",
        replace("pyproject.toml", '"1.0"', '"1.1"'),
        also=PROJECT_FILE,
    ),
    same("ignored", "what git ignores", append(".gitignore", "*.swp\n")),
    same("bytecode", "compiled code is removed", forget_bytecode),
    same("commit", "a commit without a change", git("commit", "-q", "--allow-empty", "-m", "none")),
    same(
        "branch_and_back",
        "another branch, and back before a run",
        together(git("checkout", "-q", "other"), git("checkout", "-q", "main")),
    ),
    same(
        "function_elsewhere",
        "a function moves to a module that the old one imports from",
        together(
            append(NAMES, "\n\ndef fee(length):\n    return 5 + 2 * length\n"),
            write("src/harbour/fees.py", "from harbour.names import fee  # noqa: F401\n"),
        ),
        also=ids("vessel", "fee"),
    ),
    same(
        "monkeypatched_comment",
        "a comment in a function that a test replaces",
        replace("src/harbour/radio.py", "    raise", "    # never ashore\n    raise"),
    ),
    same(
        "unused_subclass",
        "a class that would register, in a module that nobody imports",
        write(
            "src/harbour/cook.py",
            "from harbour.crew import Member\n\n\nclass Cook(Member):\n    pass\n",
        ),
    ),
]
